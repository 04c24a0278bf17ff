import type { NewObject } from '../../api/object.ts';
import type { ClusterRole, PolicyRule } from '../../schema/types.generated.ts';
import type { View } from '../../store/view.ts';
import { gatheredRules } from '../aggregation.ts';
import { type AnyBinding, CLUSTER_ROLE } from '../kinds.ts';
import { CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES } from './objects.ts';

/**
 * A cluster of a run has no built-in roles among its objects. Whoever asks something of it is judged as if it had them.
 */
const MARK = 'cluster-admin';
const NONE: readonly AnyBinding[] = [];

const roles = new Map(CLUSTER_ROLES.map((role) => [role.metadata.name ?? '', role]));

/** Whether the built-in roles are objects of this cluster. */
function areStored(view: View): boolean {
  return view.getByKey(CLUSTER_ROLE, MARK) !== undefined;
}

export function virtualBindings(view: View): readonly AnyBinding[] {
  // Their metadata are those of new objects: all that is read of them are names.
  return areStored(view) ? NONE : (CLUSTER_ROLE_BINDINGS as unknown as readonly AnyBinding[]);
}

/** As often as one gathers another that gathers: `admin` takes in `edit`, and `edit` takes in `view`. */
const ROUNDS = 3;

/** Of a role that is no object of the cluster; `undefined` for one that isn't built in, or was deleted. */
export function virtualRules(view: View, name: string): readonly PolicyRule[] | undefined {
  const role = areStored(view) ? undefined : roles.get(name);
  if (role?.aggregationRule === undefined) return role?.rules;
  let all = [...roles.values(), ...view.list(CLUSTER_ROLE)] as readonly NewObject<ClusterRole>[];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = all;
    all = before.map((one) =>
      one.aggregationRule === undefined ? one : { ...one, rules: gatheredRules(one, before) },
    );
  }
  return all.find(({ metadata }) => metadata.name === name)?.rules;
}
