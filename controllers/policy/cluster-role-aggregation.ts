import { equalValues } from '../../core/api/equal.ts';
import type { KubeObject } from '../../core/api/object.ts';
import { gatheredRules } from '../../core/rbac/aggregation.ts';
import { CLUSTER_ROLE } from '../../core/rbac/kinds.ts';
import type { View } from '../../core/store/view.ts';
import type { Controller, Reconciliation, WatchEvent } from '../controller.ts';
import { DONE } from '../controller.ts';

/**
 * ClusterRoles with an `aggregationRule` hold the rules of the roles that it selects (kubernetes
 * `pkg/controller/clusterroleaggregation`).
 */
const NO_KEYS: readonly string[] = [];

/** Whatever changes about a role can concern each that gathers. */
function keysOfRole({ type, object, previous }: WatchEvent, view: View): readonly string[] {
  if (type === 'MODIFIED' && previous !== undefined && !changes(object, previous)) return NO_KEYS;
  return view
    .list(CLUSTER_ROLE)
    .filter(({ aggregationRule }) => aggregationRule !== undefined)
    .map(({ metadata }) => metadata.name);
}

function changes(next: KubeObject, previous: KubeObject): boolean {
  const contents = ({ metadata, ...rest }: KubeObject): unknown => [metadata.labels ?? {}, rest];
  return !equalValues(contents(next), contents(previous));
}

function reconcile(view: View, key: string): Reconciliation<never> {
  const role = view.getByKey(CLUSTER_ROLE, key);
  if (role?.aggregationRule === undefined) return DONE;
  const rules = gatheredRules(role, view.list(CLUSTER_ROLE));
  if (equalValues(rules, role.rules ?? [])) return DONE;
  // Server-side apply of the rules alone: it never conflicts.
  const change = (stored: KubeObject): KubeObject => ({ ...stored, rules }) as KubeObject;
  const { name, uid } = role.metadata;
  return {
    requests: [{ verb: 'patch', kind: CLUSTER_ROLE, namespace: undefined, name, uid, change }],
    memory: undefined,
  };
}

export const clusterRoleAggregation: Controller<undefined> = {
  name: 'clusterrole-aggregation-controller',
  component: 'clusterrole-aggregation-controller',
  workers: 5,
  watches: [{ kind: CLUSTER_ROLE, keys: keysOfRole }],
  reconcile,
};
