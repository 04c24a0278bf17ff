import { isPodTerminal } from '../../core/kinds/pod/status.ts';
import { POD } from '../../core/kinds/registry.ts';
import type { ReplicaSet } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { desiredReplicas, fencepostsOf } from './fenceposts.ts';
import { allOf, type Generations, newReplicaSetSize } from './new-replica-set.ts';
import {
  active,
  actualReplicas,
  availableOf,
  availableReplicas,
  byAge,
  replicasOf,
  wantedReplicas,
} from './replica-sets.ts';
import { latest, type Rollout, resizeReplicaSet } from './rollout.ts';

/** Grow or shrink the new ReplicaSet towards the Deployment's size (`reconcileNewReplicaSet`). */
export function scaleNew(rollout: Rollout, generations: Generations): boolean {
  const { current } = generations;
  if (current === undefined) return false;
  const desired = desiredReplicas(rollout.deployment);
  const size = replicasOf(current);
  if (size === desired) return false;
  if (size > desired) return resizeReplicaSet(rollout, current, desired);
  const next = newReplicaSetSize(rollout.deployment, size, wantedReplicas(allOf(generations)));
  return resizeReplicaSet(rollout, current, next);
}

/**
 * Take away pods of old ReplicaSets that aren't available: they serve nobody, and a rollout that waited for
 * them would stand still (`cleanupUnhealthyReplicas`). How many.
 */
function cleanUpUnhealthy(rollout: Rollout, old: readonly ReplicaSet[], limit: number): number {
  let total = 0;
  for (const replicaSet of old.toSorted(byAge)) {
    if (total >= limit) break;
    const size = replicasOf(replicaSet);
    const available = availableOf(replicaSet);
    if (size === 0 || size === available) continue;
    const next = size - Math.min(limit - total, size - available);
    if (next > size) {
      const { namespace, name } = replicaSet.metadata;
      rollout.error = `when cleaning up unhealthy replicas, got invalid request to scale down ${namespace}/${name} ${size} -> ${next}`;
      return total;
    }
    resizeReplicaSet(rollout, replicaSet, next);
    total += size - next;
  }
  return total;
}

/** Take away available pods of old ReplicaSets, oldest first, as far as enough others are available. How many. */
function scaleDownAvailable(
  rollout: Rollout,
  old: readonly ReplicaSet[],
  current: ReplicaSet,
  minAvailable: number,
): number {
  const limit = availableReplicas([...old, current]) - minAvailable;
  let total = 0;
  for (const replicaSet of old.toSorted(byAge)) {
    if (total >= limit) break;
    const size = replicasOf(replicaSet);
    if (size === 0) continue;
    const next = size - Math.min(size, limit - total);
    resizeReplicaSet(rollout, replicaSet, next);
    total += size - next;
  }
  return total;
}

/** `reconcileOldReplicaSets`: whether any old ReplicaSet was made smaller. */
export function scaleDownOld(rollout: Rollout, generations: Generations): boolean {
  const { current } = generations;
  if (current === undefined) return false;
  const old = active(generations.old);
  if (wantedReplicas(old) === 0) return false;
  const { deployment } = rollout;
  const minAvailable = desiredReplicas(deployment) - fencepostsOf(deployment).maxUnavailable;
  const unavailableNew = replicasOf(current) - availableOf(current);
  const limit = wantedReplicas(allOf(generations)) - minAvailable - unavailableNew;
  if (limit <= 0) return false;
  const cleaned = cleanUpUnhealthy(rollout, old, limit);
  if (rollout.error !== undefined) return cleaned > 0;
  const left = old.map((replicaSet) => latest(rollout, replicaSet));
  return cleaned + scaleDownAvailable(rollout, left, current, minAvailable) > 0;
}

/** `scaleDownOldReplicaSetsForRecreate`. */
export function scaleDownAllOld(rollout: Rollout, old: readonly ReplicaSet[]): boolean {
  let scaled = false;
  for (const replicaSet of active(old)) scaled = resizeReplicaSet(rollout, replicaSet, 0) || scaled;
  return scaled;
}

/** Whether a pod of another template may still run (`oldPodsRunning`); one that is being deleted may. */
export function oldPodsRunning(view: View, { old }: Generations): boolean {
  if (actualReplicas(old) > 0) return true;
  return old.some(({ metadata }) => view.ownedBy(POD, metadata.uid).some((pod) => !isPodTerminal(pod)));
}
