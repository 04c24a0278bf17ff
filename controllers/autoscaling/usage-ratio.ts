/**
 * Usage over target, the one number that an autoscaler decides by. The real controller divides doubles; these are
 * exact, in whole numbers: percent for a utilisation, thousandths of a unit for a value.
 */
export interface UsageRatio {
  readonly usage: bigint;
  /** Above zero, as validation has it. */
  readonly target: bigint;
}

/** By how much usage may miss its target without a change, in billionths of the target, for each direction. */
export interface Tolerances {
  readonly scaleDown: bigint;
  readonly scaleUp: bigint;
}

export const BILLION = 1_000_000_000n;

/** `math.MaxInt32`, the largest number of replicas. */
export const REPLICAS_MAX = 2_147_483_647;

/** Negative, zero or positive: usage under, at or over its target. */
export function direction({ usage, target }: UsageRatio): number {
  return usage < target ? -1 : usage > target ? 1 : 0;
}

/** `Tolerances.isWithin`: both bounds belong to it. */
export function isWithinTolerance({ usage, target }: UsageRatio, tolerances: Tolerances): boolean {
  const scaled = usage * BILLION;
  return (
    scaled >= target * (BILLION - tolerances.scaleDown) && scaled <= target * (BILLION + tolerances.scaleUp)
  );
}

/**
 * `desiredReplicas = ceil[currentReplicas * ( currentMetricValue / desiredMetricValue )]`
 * (https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details).
 */
export function replicasFor({ usage, target }: UsageRatio, replicas: number): number {
  const product = usage * BigInt(replicas);
  const desired = product <= 0n ? product / target : (product + target - 1n) / target;
  return desired > BigInt(REPLICAS_MAX) ? REPLICAS_MAX : Number(desired);
}
