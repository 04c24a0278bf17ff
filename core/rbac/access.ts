import type { PolicyRule, RoleRef, Subject } from '../schema/types.generated.ts';
import type { View } from '../store/view.ts';
import { virtualBindings, virtualRules } from './built-in/virtual.ts';
import { type AnyBinding, CLUSTER_ROLE, CLUSTER_ROLE_BINDING, ROLE, ROLE_BINDING } from './kinds.ts';
import { nodeDecision } from './node-authorizer.ts';
import { MASTERS, type Requester } from './requester.ts';
import { type Access, type Decision, isAllowedBy } from './rule.ts';

/**
 * Role-based access control (https://kubernetes.io/docs/reference/access-authn-authz/rbac/): what somebody may do is
 * the sum of the rules of the roles that are bound to them.
 */

/** The rules that one binding gives. */
export interface Grant {
  readonly rules: readonly PolicyRule[];
  /** Of whom, in the words of a decision. */
  readonly source: string;
}

export interface Grants {
  readonly grants: readonly Grant[];
  /** Roles that are bound, and aren't there. */
  readonly problems: readonly string[];
}

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

/** The rules of a role; `undefined` where there is none. */
export function rulesOfRole(
  view: View,
  { kind, name }: RoleRef,
  namespace: string,
): readonly PolicyRule[] | undefined {
  if (kind !== 'ClusterRole') {
    const role = view.getByKey(ROLE, `${namespace}/${name}`);
    return role === undefined ? undefined : (role.rules ?? []);
  }
  const role = view.getByKey(CLUSTER_ROLE, name);
  return role === undefined ? virtualRules(view, name) : (role.rules ?? []);
}

function described({ kind, name, namespace }: Subject, ofBinding: string): string {
  const whole = kind === 'ServiceAccount' ? `${name}/${namespace ?? ofBinding}` : name;
  return `${kind} ${JSON.stringify(whole)}`;
}

function grantOf(view: View, binding: AnyBinding, subject: Subject): Grant | string {
  const { roleRef, metadata } = binding;
  const namespace = metadata.namespace ?? '';
  const rules = rulesOfRole(view, roleRef, namespace);
  if (rules === undefined) {
    return `${roleRef.kind.toLowerCase()}.rbac.authorization.k8s.io ${JSON.stringify(roleRef.name)} not found`;
  }
  const name = namespace === '' ? metadata.name : `${metadata.name}/${namespace}`;
  const kind = namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding';
  const role = `${roleRef.kind} ${JSON.stringify(roleRef.name)}`;
  const source = `${kind} ${JSON.stringify(name)} of ${role} to ${described(subject, namespace)}`;
  return { rules, source };
}

/** What holds for somebody in a namespace; without one, what holds everywhere. Bindings of the cluster come first. */
export function grantsFor(view: View, who: Requester, namespace: string): Grants {
  const bindings: readonly AnyBinding[] = [
    ...virtualBindings(view),
    ...view.list(CLUSTER_ROLE_BINDING),
    ...(namespace === '' ? [] : view.list(ROLE_BINDING, namespace)),
  ];
  const grants: Grant[] = [];
  const problems: string[] = [];
  for (const binding of bindings) {
    const subject = binding.subjects?.find((one) => isSubject(one, who, namespace));
    if (subject === undefined) continue;
    const grant = grantOf(view, binding, subject);
    if (typeof grant === 'string') problems.push(grant);
    else grants.push(grant);
  }
  return { grants, problems };
}

/**
 * Whether somebody may do this: masters, then what a node may about its own, then roles, in the order of kubeadm's
 * `--authorization-mode=Node,RBAC`. Those who let nobody in say why one after another.
 */
export function decide(view: View, who: Requester, access: Access): Decision {
  if (who.groups.includes(MASTERS)) return { allowed: true, reason: '' };
  const ofNode = nodeDecision(view, who, access);
  if (ofNode.allowed) return ofNode;
  const { grants, problems } = grantsFor(view, who, 'path' in access ? '' : access.namespace);
  const grant = grants.find(({ rules }) => rules.some((rule) => isAllowedBy(rule, access)));
  if (grant !== undefined) return { allowed: true, reason: `RBAC: allowed by ${grant.source}` };
  const reasons = [ofNode.reason, problems.length === 0 ? '' : `RBAC: ${aggregate(problems)}`];
  return { allowed: false, reason: reasons.filter((reason) => reason !== '').join('\n') };
}

/** Several errors as one (apimachinery `Aggregate`): each text once, in brackets where they are several. */
export function aggregate(problems: readonly string[]): string {
  const texts = [...new Set(problems)];
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
}
