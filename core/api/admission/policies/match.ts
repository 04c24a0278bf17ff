import type { MatchResources, NamedRuleWithOperations } from '../../../schema/types.generated.ts';
import type { View } from '../../../store/view.ts';
import type { Attributes } from '../webhooks/call.ts';
import { isExempt, selectorsMatch } from '../webhooks/hooks.ts';
import { otherVersionsOf, ruleMatches } from '../webhooks/rules.ts';

/** Which requests a policy or a binding is for (apiserver `policy/matching`). */

function isNamed({ resourceNames = [] }: NamedRuleWithOperations, name: string): boolean {
  return resourceNames.length === 0 || resourceNames.includes(name);
}

/** The version in which the first of the rules takes the request. */
function versionFor(
  rules: readonly NamedRuleWithOperations[],
  attributes: Attributes,
  requested: string,
  isExact: boolean,
): string | undefined {
  const takes = (version: string): boolean =>
    rules.some((rule) => isNamed(rule, attributes.name) && ruleMatches(rule, attributes, version));
  if (takes(requested)) return requested;
  return isExact ? undefined : otherVersionsOf(attributes.kind, requested).find(takes);
}

/** The version that expressions are to see; `undefined` where the request is none of its. */
export function matchedVersion(
  match: MatchResources,
  attributes: Attributes,
  view: View,
  requested: string,
): string | undefined {
  if (isExempt(attributes.kind) || !selectorsMatch(match, attributes, view)) return undefined;
  const isExact = match.matchPolicy === 'Exact';
  const { excludeResourceRules = [], resourceRules = [] } = match;
  if (versionFor(excludeResourceRules, attributes, requested, isExact) !== undefined) return undefined;
  // A binding without rules takes whatever its policy takes.
  if (resourceRules.length === 0) return requested;
  return versionFor(resourceRules, attributes, requested, isExact);
}
