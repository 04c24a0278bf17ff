import type { KubeObject } from '../api/object.ts';
import { kindFor } from '../kinds/registry.ts';
import type { PolicyRule, RoleRef, Subject } from '../schema/types.generated.ts';
import type { View } from '../store/view.ts';

/**
 * Role-based access control (https://kubernetes.io/docs/reference/access-authn-authz/rbac/): what somebody may do is
 * the sum of the rules of the roles that are bound to them.
 */
export interface Requester {
  readonly name: string;
  readonly groups: readonly string[];
}

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

/** Members of this group may do anything, without a role. */
export const MASTERS = 'system:masters';
const RBAC = 'rbac.authorization.k8s.io/v1';

interface Binding extends KubeObject {
  readonly roleRef: RoleRef;
  readonly subjects?: readonly Subject[];
}
interface Role extends KubeObject {
  readonly rules?: readonly PolicyRule[];
}

const [CLUSTER_ROLE, CLUSTER_ROLE_BINDING, ROLE, ROLE_BINDING] = [
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
].map((kind) => {
  const found = kindFor(RBAC, kind);
  if (found === undefined) throw new Error(`the registry of kinds has no ${kind}`);
  return found;
}) as [Kind, Kind, Kind, Kind];
type Kind = NonNullable<ReturnType<typeof kindFor>>;

function isSubject(subject: Subject, { name, groups }: Requester, namespace: string): boolean {
  switch (subject.kind) {
    case 'User':
      return subject.name === name;
    case 'Group':
      return groups.includes(subject.name);
    case 'ServiceAccount':
      return name === `system:serviceaccount:${subject.namespace ?? namespace}:${subject.name}`;
    default:
      return false;
  }
}

function rulesOf(view: View, { roleRef }: Binding, namespace: string): readonly PolicyRule[] {
  const isClusterRole = roleRef.kind === 'ClusterRole';
  const role = view.getByKey(
    isClusterRole ? CLUSTER_ROLE : ROLE,
    isClusterRole ? roleRef.name : `${namespace}/${roleRef.name}`,
  ) as Role | undefined;
  return role?.rules ?? [];
}

/** The rules that hold for somebody in a namespace; without one, those that hold everywhere. */
export function rulesFor(view: View, who: Requester, namespace: string): readonly PolicyRule[] {
  if (who.groups.includes(MASTERS)) {
    return [
      { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
      { nonResourceURLs: ['*'], verbs: ['*'] },
    ];
  }
  const bindings = [
    ...view.list(CLUSTER_ROLE_BINDING),
    ...(namespace === '' ? [] : view.list(ROLE_BINDING, namespace)),
  ] as unknown as readonly Binding[];
  return bindings
    .filter(({ subjects = [] }) => subjects.some((subject) => isSubject(subject, who, namespace)))
    .flatMap((binding) => rulesOf(view, binding, namespace));
}

function holds(list: readonly string[] | undefined, wanted: string): boolean {
  return list?.some((entry) => entry === '*' || entry === wanted) === true;
}

/** A star before the slash is everything that has the subresource. */
function holdsResource(list: readonly string[] | undefined, wanted: string): boolean {
  const slash = wanted.indexOf('/');
  return holds(list, wanted) || (slash >= 0 && list?.includes(`*${wanted.slice(slash)}`) === true);
}

export function mayUse(rules: readonly PolicyRule[], access: ResourceAccess): boolean {
  return rules.some(
    (rule) =>
      holds(rule.verbs, access.verb) &&
      holds(rule.apiGroups, access.group) &&
      holdsResource(rule.resources, access.resource) &&
      ((rule.resourceNames?.length ?? 0) === 0 || rule.resourceNames?.includes(access.name) === true),
  );
}

export function mayVisit(rules: readonly PolicyRule[], { verb, path }: PathAccess): boolean {
  return rules.some(
    (rule) =>
      holds(rule.verbs, verb) &&
      rule.nonResourceURLs?.some((url) =>
        url.endsWith('*') ? path.startsWith(url.slice(0, -1)) : url === path,
      ) === true,
  );
}
