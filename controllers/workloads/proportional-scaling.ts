import type { Deployment, ReplicaSet } from '../../core/schema/types.generated.ts';
import { desiredReplicas, fencepostsOf, isRollingUpdate } from './fenceposts.ts';
import {
  active,
  bySizeNewer,
  bySizeOlder,
  findActiveOrLatest,
  replicasOf,
  wantedReplicas,
} from './replica-sets.ts';
import { maxAnnotation } from './revisions.ts';
import { isSaturated, type Rollout, resizeReplicaSet, scaleReplicaSet } from './rollout.ts';

/** `integer.RoundToInt32`: half away from zero. */
function rounded(value: number): number {
  return value < 0 ? Math.ceil(value - 0.5) : Math.floor(value + 0.5);
}

/** By how much a ReplicaSet would have to grow or shrink to keep its part of the whole (`getReplicaSetFraction`). */
function fraction(replicaSet: ReplicaSet, deployment: Deployment): number {
  const size = replicasOf(replicaSet);
  const desired = desiredReplicas(deployment);
  if (desired === 0) return -size;
  const max = desired + fencepostsOf(deployment).maxSurge;
  const annotated = maxAnnotation(replicaSet);
  const maxBefore =
    annotated === undefined || annotated === 0 ? (deployment.status.replicas ?? 0) : annotated;
  if (maxBefore === 0) return 0;
  return rounded((size * max) / maxBefore) - size;
}

/** The same, within what is left to add or take away (`GetReplicaSetProportion`). */
function proportion(replicaSet: ReplicaSet, deployment: Deployment, toAdd: number, added: number): number {
  if (replicasOf(replicaSet) === 0 || toAdd === 0 || toAdd === added) return 0;
  const allowed = toAdd - added;
  const part = fraction(replicaSet, deployment);
  return toAdd > 0 ? Math.min(part, allowed) : Math.max(part, allowed);
}

interface Share {
  readonly replicaSet: ReplicaSet;
  readonly size: number;
}

/**
 * How a change of a Deployment's size amid a rollout is shared out among its ReplicaSets: in proportion to
 * their sizes, largest first, and what rounding leaves over goes to the largest. Scaling up favours newer
 * ReplicaSets of one size, scaling down takes from older ones first.
 */
function shares(deployment: Deployment, replicaSets: readonly ReplicaSet[]): readonly Share[] {
  const desired = desiredReplicas(deployment);
  const allowed = desired > 0 ? desired + fencepostsOf(deployment).maxSurge : 0;
  const toAdd = allowed - wantedReplicas(replicaSets);
  const order = toAdd > 0 ? bySizeNewer : toAdd < 0 ? bySizeOlder : undefined;
  const ordered = order === undefined ? replicaSets : replicaSets.toSorted(order);
  let added = 0;
  const sized = ordered.map((replicaSet) => {
    const part = proportion(replicaSet, deployment, toAdd, added);
    added += part;
    return { replicaSet, size: replicasOf(replicaSet) + part };
  });
  const leftover = toAdd - added;
  return sized.map((share, i) =>
    i === 0 && toAdd !== 0 ? { ...share, size: Math.max(0, share.size + leftover) } : share,
  );
}

/** Bring a Deployment that was scaled, or is paused, to its size without rolling out (`scale` of sync.go). */
export function scale(
  rollout: Rollout,
  newReplicaSet: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
): void {
  const { deployment } = rollout;
  const only = findActiveOrLatest(newReplicaSet, old);
  if (only !== undefined) {
    resizeReplicaSet(rollout, only, desiredReplicas(deployment));
    return;
  }
  if (isSaturated(deployment, newReplicaSet)) {
    for (const replicaSet of active(old)) resizeReplicaSet(rollout, replicaSet, 0);
    return;
  }
  if (!isRollingUpdate(deployment)) return;
  const all = active(newReplicaSet === undefined ? old : [...old, newReplicaSet]);
  for (const { replicaSet, size } of shares(deployment, all)) scaleReplicaSet(rollout, replicaSet, size);
}
