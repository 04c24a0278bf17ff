import type {
  MatchResources,
  NamedRuleWithOperations,
  ParamKind,
  ParamRef,
} from '../../../schema/types.generated.ts';
import type { View } from '../../../store/view.ts';
import type { Attributes } from '../webhooks/call.ts';
import { isExempt, selectorsMatch } from '../webhooks/hooks.ts';
import { otherVersionsOf, ruleMatches } from '../webhooks/rules.ts';
import { paramsOf } from './params.ts';
import type { Reviewer } from './reviewer.ts';

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
function matchedVersion(
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

interface AnyPolicy {
  readonly spec: { readonly matchConstraints?: MatchResources; readonly paramKind?: ParamKind };
}

interface AnyBinding {
  readonly spec: { readonly matchResources?: MatchResources; readonly paramRef?: ParamRef };
}

export type Match =
  | {
      readonly version: string;
      /** As expressions see them: one evaluation for each, `undefined` for the one without. */
      readonly params: readonly unknown[];
    }
  | { readonly problem: string };

/** `undefined` where policy and binding are not for the request. */
export function matchOf(
  { spec }: AnyPolicy,
  binding: AnyBinding,
  attributes: Attributes,
  view: View,
  { port }: Pick<Reviewer, 'port'>,
): Match | undefined {
  const requested = port.apiVersion(attributes);
  const version = matchedVersion(spec.matchConstraints ?? {}, attributes, view, requested);
  if (version === undefined) return undefined;
  const { matchResources, paramRef } = binding.spec;
  if (
    matchResources !== undefined &&
    matchedVersion(matchResources, attributes, view, requested) === undefined
  ) {
    return undefined;
  }
  const found = paramsOf(spec.paramKind, paramRef, attributes, view);
  if ('problem' in found) return found;
  const { apiVersion } = spec.paramKind ?? {};
  const { show } = port.of(attributes);
  const params = found.params.map((param) =>
    param === undefined ? undefined : show(param, apiVersion ?? param.apiVersion),
  );
  return { version, params };
}
