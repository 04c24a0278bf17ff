import type { PolicyRule } from '../schema/types.generated.ts';
import { fitsPath } from './rule.ts';

/**
 * Whether some rules grant all that others do (kubernetes `component-helpers/auth/rbac/validation` `Covers`): each
 * rule is broken down into rules of one verb and one thing, and each of these has to be covered by one rule.
 */

/** Rules of one group, resource, verb and name; or of one path and verb. */
function breakDown(rule: PolicyRule): readonly PolicyRule[] {
  const { apiGroups = [], resources = [], verbs, resourceNames = [], nonResourceURLs = [] } = rule;
  const names = resourceNames.length === 0 ? [undefined] : resourceNames;
  const ofResources = apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      verbs.flatMap((verb) =>
        names.map(
          (name): PolicyRule => ({
            apiGroups: [group],
            resources: [resource],
            verbs: [verb],
            ...(name === undefined ? {} : { resourceNames: [name] }),
          }),
        ),
      ),
    ),
  );
  const ofPaths = nonResourceURLs.flatMap((url) =>
    verbs.map((verb): PolicyRule => ({ nonResourceURLs: [url], verbs: [verb] })),
  );
  return [...ofResources, ...ofPaths];
}

function hasAll(owned: readonly string[] = [], wanted: readonly string[] = []): boolean {
  return owned.includes('*') || wanted.every((one) => owned.includes(one));
}

function hasResources(owned: readonly string[] = [], wanted: readonly string[] = []): boolean {
  if (hasAll(owned, wanted)) return true;
  return wanted.every((one) => {
    const slash = one.indexOf('/');
    return owned.includes(one) || (slash >= 0 && owned.includes(`*${one.slice(slash)}`));
  });
}

function hasPaths(owned: readonly string[] = [], wanted: readonly string[] = []): boolean {
  return hasAll(owned, wanted) || wanted.every((one) => owned.some((pattern) => fitsPath(pattern, one)));
}

function covers(owner: PolicyRule, part: PolicyRule): boolean {
  const { resourceNames: owned = [] } = owner;
  const { resourceNames: wanted = [] } = part;
  const names = owned.length === 0 || (wanted.length > 0 && wanted.every((name) => owned.includes(name)));
  return (
    hasAll(owner.verbs, part.verbs) &&
    hasAll(owner.apiGroups, part.apiGroups) &&
    hasResources(owner.resources, part.resources) &&
    hasPaths(owner.nonResourceURLs, part.nonResourceURLs) &&
    names
  );
}

/** What of `wanted` the owner of `owned` has not, in rules of one verb and thing. */
export function missingRules(
  owned: readonly PolicyRule[],
  wanted: readonly PolicyRule[],
): readonly PolicyRule[] {
  return wanted.flatMap(breakDown).filter((part) => !owned.some((rule) => covers(rule, part)));
}

/** Rules of one resource that differ in their verb alone as one (rbac/validation `CompactRules`). */
export function compacted(rules: readonly PolicyRule[]): readonly PolicyRule[] {
  const merged = new Map<string, PolicyRule>();
  const others: PolicyRule[] = [];
  for (const rule of rules) {
    const { apiGroups = [], resources = [], resourceNames = [] } = rule;
    if (apiGroups.length !== 1 || resources.length !== 1 || resourceNames.length > 1) {
      others.push(rule);
      continue;
    }
    const key = JSON.stringify([apiGroups, resources, resourceNames]);
    const known = merged.get(key);
    merged.set(key, known === undefined ? rule : { ...known, verbs: [...known.verbs, ...rule.verbs] });
  }
  return [...others, ...merged.values()];
}

/** A list as Go's `%q` shows it. */
export function quotedList(list: readonly string[]): string {
  return `[${list.map((one) => JSON.stringify(one)).join(' ')}]`;
}

/** A rule in a line (rbac/v1 `CompactString`). */
export function ruleText(rule: PolicyRule): string {
  const parts: readonly (readonly [string, readonly string[] | undefined])[] = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['NonResourceURLs', rule.nonResourceURLs],
    ['ResourceNames', rule.resourceNames],
    ['Verbs', rule.verbs],
  ];
  const shown = parts.flatMap(([name, list]) =>
    list === undefined || list.length === 0 ? [] : [`${name}:${quotedList(list)}`],
  );
  return `{${shown.join(', ')}}`;
}
