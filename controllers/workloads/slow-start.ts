/** `BurstReplicas`: a ReplicaSet creates or deletes at most this many pods in one turn. */
export const BURST_REPLICAS = 500;

/** `SlowStartInitialBatchSize`. */
const INITIAL_BATCH_SIZE = 1;

/** The size of the first batch of `count` creations. */
export function firstBatch(count: number): number {
  return Math.min(count, INITIAL_BATCH_SIZE);
}

/**
 * The size of the next batch: twice the one before, so that a quota that is used up, say, costs one refused
 * request and not five hundred (`slowStartBatch` of pkg/controller/replicaset).
 */
export function nextBatch(previous: number, remaining: number): number {
  return Math.min(2 * previous, remaining);
}
