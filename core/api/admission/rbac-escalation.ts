import type { Kind } from '../../kinds/kind.ts';
import { aggregate, decide, grantsFor, rulesOfRole } from '../../rbac/access.ts';
import { compacted, missingRules, quotedList, ruleText } from '../../rbac/covers.ts';
import { type AnyBinding, type AnyRole, CLUSTER_ROLE, RBAC_GROUP, ROLE } from '../../rbac/kinds.ts';
import { MASTERS, type Requester } from '../../rbac/requester.ts';
import type { PolicyRule } from '../../schema/types.generated.ts';
import type { View } from '../../store/view.ts';
import { equalValues } from '../equal.ts';
import type { RequestClient } from '../identity.ts';
import type { KubeObject, NewObject } from '../object.ts';
import { forbidden, notFound, type Status } from '../status.ts';
import type { AdmissionPlugin } from './admission.ts';

/**
 * Nobody gives what they haven't (https://kubernetes.io/docs/reference/access-authn-authz/rbac/, "Privilege escalation
 * prevention and bootstrapping"): a role holds no right that its writer lacks, unless they may `escalate` it; a binding
 * gives none, unless they may `bind` the role. It is no plugin of the real server but part of its storage, after all
 * plugins that change an object.
 */
const EVERYTHING: readonly PolicyRule[] = [
  { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
  { nonResourceURLs: ['*'], verbs: ['*'] },
];

export function requesterOf({ user, groups, uid, extra }: RequestClient): Requester {
  return {
    name: user,
    groups,
    ...(uid === undefined ? {} : { uid }),
    ...(extra === undefined ? {} : { extra }),
  };
}

/** Why these rules may not be given here; `undefined` where they may (rbac/validation `ConfirmNoEscalation`). */
function escalation(
  view: View,
  who: Requester,
  namespace: string,
  rules: readonly PolicyRule[],
): string | undefined {
  const { grants, problems } = grantsFor(view, who, namespace);
  const owned = grants.flatMap((grant) => grant.rules);
  const missing = missingRules(owned, rules);
  if (missing.length === 0) return undefined;
  const texts = [...new Set(compacted(missing).map(ruleText))].sort();
  const resolution = problems.length === 0 ? '' : `; resolution errors: ${aggregate(problems)}`;
  const user = `user ${JSON.stringify(who.name)} (groups=${quotedList(who.groups)})`;
  return `${user} is attempting to grant RBAC permissions not currently held:\n${texts.join('\n')}${resolution}`;
}

function may(view: View, who: Requester, verb: string, kind: Kind, namespace: string, name: string): boolean {
  const access = { verb, group: RBAC_GROUP, resource: kind.plural, namespace, name };
  return decide(view, who, access).allowed;
}

function roleRefusal(
  view: View,
  who: Requester,
  kind: Kind,
  role: NewObject<AnyRole>,
  previous: AnyRole | undefined,
): Status | undefined {
  const { name = '', namespace = '' } = role.metadata;
  // The name that a request is made for: a creation has none.
  const asked = previous === undefined ? '' : name;
  if (may(view, who, 'escalate', kind, namespace, asked)) return undefined;
  const problem = escalation(view, who, namespace, role.rules ?? []);
  if (problem !== undefined) return forbidden(kind, name, problem);
  const gathers = role.aggregationRule !== undefined || previous?.aggregationRule !== undefined;
  if (!gathers || escalation(view, who, '', EVERYTHING) === undefined) return undefined;
  return forbidden(kind, name, 'must have cluster-admin privileges to use the aggregationRule');
}

function bindingRefusal(
  view: View,
  who: Requester,
  kind: Kind,
  { metadata, roleRef }: NewObject<AnyBinding>,
): Status | undefined {
  const { name = '', namespace = '' } = metadata;
  // What names no role is left to validation.
  if (roleRef === undefined || roleRef.name === '') return undefined;
  const roleKind = roleRef.kind === 'ClusterRole' ? CLUSTER_ROLE : ROLE;
  if (may(view, who, 'bind', roleKind as Kind, namespace, roleRef.name)) return undefined;
  const rules = rulesOfRole(view, roleRef, namespace);
  if (rules === undefined) return notFound(roleKind, roleRef.name);
  const problem = escalation(view, who, namespace, rules);
  return problem === undefined ? undefined : forbidden(kind, name, problem);
}

function isRole({ kind }: Kind): boolean {
  return kind === 'Role' || kind === 'ClusterRole';
}

/** Owners and finalizers are the garbage collector's, who gives nothing away (`IsOnlyMutatingGCFields`). */
function changesMore(next: KubeObject, previous: KubeObject): boolean {
  const bare = ({ metadata, ...rest }: KubeObject): unknown => {
    const { ownerReferences: _o, finalizers: _f, managedFields: _m, resourceVersion: _v, ...kept } = metadata;
    return { ...rest, metadata: kept };
  };
  return !equalValues(bare(next), bare(previous));
}

function asker(client: RequestClient | undefined): Requester | undefined {
  // Components of the cluster give what they are told to.
  return client === undefined || client.groups.includes(MASTERS) ? undefined : requesterOf(client);
}

export const rbacEscalation: AdmissionPlugin = {
  name: 'RBACEscalation',
  handles: ({ group }) => group === RBAC_GROUP,

  admit(object, kind, view, { client }) {
    const who = asker(client);
    if (who === undefined) return object;
    const refused = isRole(kind)
      ? roleRefusal(view, who, kind, object as NewObject<AnyRole>, undefined)
      : bindingRefusal(view, who, kind, object as NewObject<AnyBinding>);
    return refused ?? object;
  },

  validateUpdate({ next, previous }, kind, view, { client }) {
    const who = asker(client);
    if (who === undefined || !changesMore(next, previous)) return undefined;
    return isRole(kind)
      ? roleRefusal(view, who, kind, next as NewObject<AnyRole>, previous as AnyRole)
      : bindingRefusal(view, who, kind, next as unknown as NewObject<AnyBinding>);
  },
};
