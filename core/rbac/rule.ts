import type { PolicyRule } from '../schema/types.generated.ts';

/** What somebody wants to do, and whether a rule lets them. */
export interface ResourceAccess {
  readonly verb: string;
  readonly group: string;
  /** `pods`, `pods/log`. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

export interface PathAccess {
  readonly verb: string;
  readonly path: string;
}

export type Access = ResourceAccess | PathAccess;

/** Whether somebody may, and by what; or, where something was not there, what. */
export interface Decision {
  readonly allowed: boolean;
  readonly reason: string;
}

function holds(list: readonly string[] | undefined, wanted: string): boolean {
  return list?.some((entry) => entry === '*' || entry === wanted) === true;
}

/** A star before the slash is everything that has the subresource. */
function holdsResource(list: readonly string[] | undefined, wanted: string): boolean {
  const slash = wanted.indexOf('/');
  return holds(list, wanted) || (slash >= 0 && list?.includes(`*${wanted.slice(slash)}`) === true);
}

function mayUse(rule: PolicyRule, access: ResourceAccess): boolean {
  return (
    holds(rule.verbs, access.verb) &&
    holds(rule.apiGroups, access.group) &&
    holdsResource(rule.resources, access.resource) &&
    ((rule.resourceNames?.length ?? 0) === 0 || rule.resourceNames?.includes(access.name) === true)
  );
}

/** A star at the end is everything that begins so. */
export function fitsPath(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : pattern === path;
}

function mayVisit(rule: PolicyRule, { verb, path }: PathAccess): boolean {
  return holds(rule.verbs, verb) && rule.nonResourceURLs?.some((url) => fitsPath(url, path)) === true;
}

export function isAllowedBy(rule: PolicyRule, access: Access): boolean {
  return 'path' in access ? mayVisit(rule, access) : mayUse(rule, access);
}
