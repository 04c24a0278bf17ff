import type { Deployment, ReplicaSet } from '../../core/schema/types.generated.ts';
import { equalIgnoringHash } from './template-hash.ts';

/** Sums and orders over the ReplicaSets of a Deployment (pkg/controller/deployment/util, controller_utils.go). */

export function replicasOf(replicaSet: ReplicaSet): number {
  return replicaSet.spec.replicas ?? 1;
}

export function availableOf(replicaSet: ReplicaSet): number {
  return replicaSet.status.availableReplicas ?? 0;
}

function sum(replicaSets: readonly ReplicaSet[], count: (replicaSet: ReplicaSet) => number): number {
  let total = 0;
  for (const replicaSet of replicaSets) total += count(replicaSet);
  return total;
}

/** `GetReplicaCountForReplicaSets`: as wanted. */
export function wantedReplicas(replicaSets: readonly ReplicaSet[]): number {
  return sum(replicaSets, replicasOf);
}

/** `GetActualReplicaCountForReplicaSets`: as counted. */
export function actualReplicas(replicaSets: readonly ReplicaSet[]): number {
  return sum(replicaSets, ({ status }) => status.replicas ?? 0);
}

export function readyReplicas(replicaSets: readonly ReplicaSet[]): number {
  return sum(replicaSets, ({ status }) => status.readyReplicas ?? 0);
}

export function availableReplicas(replicaSets: readonly ReplicaSet[]): number {
  return sum(replicaSets, availableOf);
}

/** Unknown where a ReplicaSet that was synced doesn't tell; one that never was has no pods to terminate. */
export function terminatingReplicas(replicaSets: readonly ReplicaSet[]): number | undefined {
  let total = 0;
  for (const { status } of replicaSets) {
    if (status.terminatingReplicas !== undefined) total += status.terminatingReplicas;
    else if ((status.observedGeneration ?? 0) > 0) return undefined;
  }
  return total;
}

/** `FilterActiveReplicaSets`: those that want pods. */
export function active(replicaSets: readonly ReplicaSet[]): readonly ReplicaSet[] {
  return replicaSets.filter((replicaSet) => replicasOf(replicaSet) > 0);
}

type Order = (a: ReplicaSet, b: ReplicaSet) => number;

const byName: Order = (a, b) => (a.metadata.name < b.metadata.name ? -1 : 1);

/** `ReplicaSetsByCreationTimestamp`: oldest first. */
export const byAge: Order = (a, b) => {
  const left = a.metadata.creationTimestamp;
  const right = b.metadata.creationTimestamp;
  return left === right ? byName(a, b) : left < right ? -1 : 1;
};

/** `ReplicaSetsBySizeNewer`: largest first, newer before older. */
export const bySizeNewer: Order = (a, b) => replicasOf(b) - replicasOf(a) || byAge(b, a);

/** `ReplicaSetsBySizeOlder`: largest first, older before newer. */
export const bySizeOlder: Order = (a, b) => replicasOf(b) - replicasOf(a) || byAge(a, b);

/** The oldest ReplicaSet whose template is the Deployment's (`FindNewReplicaSet`). */
export function findNewReplicaSet(
  deployment: Deployment,
  replicaSets: readonly ReplicaSet[],
): ReplicaSet | undefined {
  let found: ReplicaSet | undefined;
  for (const replicaSet of replicaSets) {
    if (!equalIgnoringHash(replicaSet.spec.template, deployment.spec.template)) continue;
    if (found === undefined || byAge(replicaSet, found) < 0) found = replicaSet;
  }
  return found;
}

/** The one that wants pods where it is the only one; where none does, the newest (`FindActiveOrLatest`). */
export function findActiveOrLatest(
  newReplicaSet: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
): ReplicaSet | undefined {
  const all = newReplicaSet === undefined ? old : [...old, newReplicaSet];
  const wanting = active(all);
  if (wanting.length === 1) return wanting[0];
  if (wanting.length > 1) return undefined;
  return newReplicaSet ?? old.toSorted(byAge).at(-1);
}
