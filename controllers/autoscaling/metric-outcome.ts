import type { MetricStatus } from '../../core/schema/types.generated.ts';

/** What came of one metric of an autoscaler at a sync. */
export type MetricOutcome = MeasuredMetric | FailedMetric;

export interface MeasuredMetric {
  readonly ok: true;
  readonly replicas: number;
  /** As the reason of a rescale names it: `cpu resource utilization (percentage of request)`. */
  readonly name: string;
  readonly status: MetricStatus;
}

export interface FailedMetric {
  readonly ok: false;
  /** Of the Event and the ScalingActive condition: `FailedGetResourceMetric`. */
  readonly reason: string;
  readonly message: string;
  /** As the error of the whole computation tells it. */
  readonly told: string;
}

/** A metric that failed leaves its place in the status empty. */
const NO_METRIC_STATUS: MetricStatus = { type: '' };

/** What the metrics come to together (`computeReplicasForMetrics`). */
export interface MetricsProposal {
  /** `undefined`: nothing is to be done, for the reason of the first metric that failed. */
  readonly largest: MeasuredMetric | undefined;
  readonly statuses: readonly MetricStatus[];
  /** The first that failed. */
  readonly failed: FailedMetric | undefined;
  /** `invalid metrics (1 invalid out of 2), first error is: …`. */
  readonly error: string | undefined;
}

/**
 * The largest proposal counts. Where some metric failed, only one that doesn't scale down does: what can't be seen
 * might need the replicas.
 */
export function combined(outcomes: readonly MetricOutcome[], currentReplicas: number): MetricsProposal {
  let largest: MeasuredMetric | undefined;
  let failed: FailedMetric | undefined;
  let failures = 0;
  for (const outcome of outcomes) {
    if (!outcome.ok) {
      failed ??= outcome;
      failures += 1;
    } else if (largest === undefined || largest.replicas === 0 || outcome.replicas > largest.replicas) {
      largest = outcome;
    }
  }
  const statuses = outcomes.map((outcome) => (outcome.ok ? outcome.status : NO_METRIC_STATUS));
  if (failed === undefined) return { largest, statuses, failed, error: undefined };
  const error = `invalid metrics (${failures} invalid out of ${outcomes.length}), first error is: ${failed.told}`;
  const isBlocked = largest === undefined || largest.replicas < currentReplicas;
  return { largest: isBlocked ? undefined : largest, statuses, failed, error };
}
