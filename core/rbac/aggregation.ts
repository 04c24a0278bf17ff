import { equalValues } from '../api/equal.ts';
import type { NewObject } from '../api/object.ts';
import { compileSelector } from '../labels.ts';
import type { ClusterRole, PolicyRule } from '../schema/types.generated.ts';

type AnyClusterRole = NewObject<ClusterRole>;

function nameOf({ metadata }: AnyClusterRole): string {
  return metadata.name ?? '';
}

/**
 * The rules of a role that gathers those of others (kubernetes `clusterroleaggregation`): selector by selector, the
 * roles of each by name, every rule once, and never its own.
 */
export function gatheredRules(role: AnyClusterRole, all: readonly AnyClusterRole[]): readonly PolicyRule[] {
  const rules: PolicyRule[] = [];
  for (const selector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    const fits = compileSelector(selector);
    const chosen = all
      .filter((other) => nameOf(other) !== nameOf(role) && fits(other.metadata.labels ?? {}))
      .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
    for (const { rules: more = [] } of chosen) {
      for (const rule of more) if (!rules.some((known) => equalValues(known, rule))) rules.push(rule);
    }
  }
  return rules;
}
