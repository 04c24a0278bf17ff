import type { Pod } from '../../core/schema/types.generated.ts';
import type { Calculation, NoProposal } from './replica-calculator.ts';
import { isWithinTolerance, REPLICAS_MAX, replicasFor } from './usage-ratio.ts';

/**
 * How many replicas a metric asks for that is not measured at pods
 * (pkg/controller/podautoscaler/replica_calculator.go; "Value" and "AverageValue" of
 * https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale-walkthrough/).
 */
export interface OutsideProposal {
  readonly ok: true;
  readonly replicas: number;
  /** In thousandths, as the status shows it: the whole, or the part of one pod. */
  readonly usage: bigint;
}

/** With the sizes that are compared: the target's wish, and the number of its pods. */
export interface OutsideCalculation extends Calculation {
  readonly statusReplicas: number;
}

const NO_PODS = 'no pods returned by selector while calculating replica count';

function isReady({ status }: Pod): boolean {
  const ready = (status.conditions ?? []).some((one) => one.type === 'Ready' && one.status === 'True');
  return status.phase === 'Running' && ready;
}

/** `Value`: as many times the ready pods as the metric is over its target (`getUsageRatioReplicaCount`). */
export function ratioReplicas(
  { currentReplicas, pods, tolerances }: OutsideCalculation,
  usage: bigint,
  target: bigint,
): OutsideProposal | NoProposal {
  const ratio = { usage, target };
  // Of no pods nothing can be a multiple: the ratio itself is how many there should be.
  if (currentReplicas === 0) return { ok: true, replicas: replicasFor(ratio, 1), usage };
  if (isWithinTolerance(ratio, tolerances)) return { ok: true, replicas: currentReplicas, usage };
  if (pods.length === 0) return { ok: false, message: NO_PODS };
  return { ok: true, replicas: replicasFor(ratio, pods.filter(isReady).length), usage };
}

function dividedUp(amount: bigint, by: bigint): bigint {
  return amount <= 0n ? amount / by : (amount + by - 1n) / by;
}

/** `AverageValue`: so many that each has the target's share of the whole (`GetExternalPerPodMetricReplicas`). */
export function perPodReplicas(
  { statusReplicas, tolerances }: OutsideCalculation,
  usage: bigint,
  target: bigint,
): OutsideProposal {
  const pods = BigInt(statusReplicas);
  const share = statusReplicas === 0 ? 0n : dividedUp(usage, pods);
  const isEnough = statusReplicas > 0 && isWithinTolerance({ usage, target: target * pods }, tolerances);
  const wanted = dividedUp(usage, target);
  const replicas = wanted > BigInt(REPLICAS_MAX) ? REPLICAS_MAX : Number(wanted);
  return { ok: true, replicas: isEnough ? statusReplicas : replicas, usage: share };
}
