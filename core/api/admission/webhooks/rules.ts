import { OTHER_VERSIONS } from '../../../kinds/catalog.ts';
import { storedVersion } from '../../../kinds/conversion.ts';
import type { Kind } from '../../../kinds/kind.ts';
import type { RuleWithOperations } from '../../../schema/types.generated.ts';
import type { Attributes } from './call.ts';

/** Which requests a rule is for (apiserver `webhook/predicates/rules`). */

function names(list: readonly string[] | undefined, wanted: string): boolean {
  return list?.some((one) => one === '*' || one === wanted) === true;
}

/** `pods`, `pods/status`, `pods/*`, `*`, `* /status`: a star alone is no subresource. */
function namesResource(list: readonly string[] | undefined, plural: string, subresource: string): boolean {
  return (
    list?.some((one) => {
      const slash = one.indexOf('/');
      const [resource, sub] = slash < 0 ? [one, ''] : [one.slice(0, slash), one.slice(slash + 1)];
      return (
        (resource === '*' || resource === plural) && (sub === subresource || (slash >= 0 && sub === '*'))
      );
    }) === true
  );
}

export function ruleMatches(
  rule: RuleWithOperations,
  { operation, kind, subresource = '' }: Pick<Attributes, 'operation' | 'kind' | 'subresource'>,
  apiVersion: string,
): boolean {
  const { scope = '*' } = rule;
  const slash = apiVersion.indexOf('/');
  const [group, version] = [apiVersion.slice(0, Math.max(slash, 0)), apiVersion.slice(slash + 1)];
  // A namespace is a thing of the cluster, though requests for it carry one.
  if (scope !== '*' && (scope === 'Namespaced') !== kind.namespaced) return false;
  return (
    names(rule.operations, operation) &&
    names(rule.apiGroups, group) &&
    names(rule.apiVersions, version) &&
    namesResource(rule.resources, kind.plural, subresource)
  );
}

/** Versions in which objects of a kind are served, apart from one. */
export function otherVersionsOf(kind: Kind, apiVersion: string): readonly string[] {
  if (kind.custom !== undefined) {
    return kind.custom.map((version) => version.apiVersion).filter((version) => version !== apiVersion);
  }
  const others = OTHER_VERSIONS.filter((other) => other.kind === kind.kind)
    .map(({ group, version }) => `${group}/${version}`)
    .filter((other) => storedVersion(other, kind.kind) === kind.apiVersion);
  return [kind.apiVersion, ...others].filter((version) => version !== apiVersion);
}
