import { controllerOf, type KubeObject } from '../../core/api/object.ts';
import { kindIn } from '../../core/kinds/custom/lookup.ts';
import { customScale, scalePaths } from '../../core/kinds/custom/scale-paths.ts';
import { REPLICA_SET } from '../../core/kinds/registry.ts';
import type { Pod } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';

/**
 * How many pods there should be of those that a budget covers: the sum of the sizes of the controllers behind them
 * (`getExpectedScale` of pkg/controller/disruption).
 */
export type ExpectedPods =
  | { readonly ok: true; readonly count: number; readonly unmanaged: readonly Pod[] }
  | { readonly ok: false; readonly error: string };

/** Built-in kinds with a scale subresource, which custom ones may have too; of others nobody knows how many pods they want. */
const SCALABLE = new Set(['ReplicaSet', 'Deployment', 'StatefulSet', 'ReplicationController']);

interface Scalable extends KubeObject {
  readonly spec?: { readonly replicas?: number };
}

/** The controller that says how many: of a ReplicaSet that a Deployment made, the Deployment. */
function scaleOf(view: View, pod: Pod): { readonly uid: string; readonly replicas: number } | string {
  const { namespace } = pod.metadata;
  let owner = controllerOf(pod);
  for (let level = 0; owner !== undefined; level += 1) {
    const { apiVersion, kind: name } = owner;
    const kind = kindIn(view, apiVersion, name);
    if (kind === undefined) break;
    const paths = scalePaths(kind);
    if (paths === undefined && !(kind.custom === undefined && SCALABLE.has(name)))
      return `${kind.resource} does not implement the scale subresource`;
    const object = view.get(kind, namespace, owner.name) as Scalable | undefined;
    if (object === undefined || object.metadata.uid !== owner.uid) break;
    if (paths !== undefined)
      return { uid: object.metadata.uid, replicas: customScale(object, paths).specReplicas };
    const above = kind === REPLICA_SET && level === 0 ? controllerOf(object) : undefined;
    if (above === undefined) return { uid: object.metadata.uid, replicas: object.spec?.replicas ?? 1 };
    owner = above;
  }
  return `found no controllers for pod "${pod.metadata.name}"`;
}

export function expectedPods(view: View, pods: readonly Pod[]): ExpectedPods {
  const sizes = new Map<string, number>();
  const unmanaged: Pod[] = [];
  for (const pod of pods) {
    if (controllerOf(pod) === undefined) {
      unmanaged.push(pod);
      continue;
    }
    const scale = scaleOf(view, pod);
    if (typeof scale === 'string') return { ok: false, error: scale };
    sizes.set(scale.uid, scale.replicas);
  }
  let count = 0;
  for (const size of sizes.values()) count += size;
  return { ok: true, count, unmanaged };
}
