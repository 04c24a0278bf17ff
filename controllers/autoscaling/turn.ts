import { equalValues } from '../../core/api/equal.ts';
import { HORIZONTAL_POD_AUTOSCALER } from '../../core/kinds/registry.ts';
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerStatus,
  MetricStatus,
  Pod,
} from '../../core/schema/types.generated.ts';
import { type Micros, rfc3339 } from '../../core/time.ts';
import type { EventRequest, Request } from '../controller.ts';
import { type Conditions, type ConditionType, withCondition } from './conditions.ts';
import type { MetricOutcome } from './metric-outcome.ts';
import type { Scale } from './scale-target.ts';

/** One sync of an autoscaler, between its requests. */
export interface Turn {
  /** As it was read when the sync began. */
  readonly hpa: HorizontalPodAutoscaler;
  readonly scale: Scale;
  /** The size that metrics are applied to. */
  readonly current: number;
  readonly pods: readonly Pod[];
  readonly conditions: Conditions;
  /** Of the metrics that are through, in the order of the spec. */
  readonly outcomes: readonly MetricOutcome[];
  /** The newest record that changed what was measured, or what is out of bounds, as far as that is told; or 0. */
  readonly causedBy: number;
  /** Set once the target is being given a new size. */
  readonly rescale: Rescale | undefined;
}

export interface Rescale {
  readonly to: number;
  readonly reason: string;
  readonly statuses: readonly MetricStatus[] | undefined;
}

export const METRICS = 'metrics';
export const RESCALE = 'rescale';
export const STATUS = 'status';

export function setCondition(
  turn: Turn,
  type: ConditionType,
  status: 'True' | 'False',
  reason: string,
  message: string,
  now: Micros,
): Turn {
  return { ...turn, conditions: withCondition(turn.conditions, type, status, reason, message, now) };
}

export function eventOf(
  hpa: HorizontalPodAutoscaler,
  eventType: EventRequest['eventType'],
  reason: string,
  message: string,
): EventRequest {
  return { verb: 'event', regarding: hpa, eventType, reason, message };
}

/** The write of a status, or nothing where it is as it was: a steady autoscaler writes nothing. */
export function statusUpdate(
  hpa: HorizontalPodAutoscaler,
  status: HorizontalPodAutoscalerStatus,
): readonly Request[] {
  if (equalValues(hpa.status, status)) return [];
  const object: HorizontalPodAutoscaler = { ...hpa, status };
  return [{ verb: 'updateStatus', kind: HORIZONTAL_POD_AUTOSCALER, object, tag: STATUS }];
}

/** `setStatus`; without metrics that were looked at there are none in the status. */
export function statusOf(
  { conditions, current, hpa }: Turn,
  desired: number,
  statuses: readonly MetricStatus[] | undefined,
  rescaledAt: Micros | undefined,
): HorizontalPodAutoscalerStatus {
  return {
    conditions,
    ...(statuses === undefined ? {} : { currentMetrics: statuses }),
    currentReplicas: current,
    desiredReplicas: desired,
    ...lastScaleTime(hpa, rescaledAt),
  };
}

function lastScaleTime(
  { status }: HorizontalPodAutoscaler,
  rescaledAt: Micros | undefined,
): Pick<HorizontalPodAutoscalerStatus, 'lastScaleTime'> {
  if (rescaledAt !== undefined) return { lastScaleTime: rfc3339(rescaledAt) };
  return status.lastScaleTime === undefined ? {} : { lastScaleTime: status.lastScaleTime };
}

/** Where no size could be found: the desired one stays (`setCurrentReplicasAndMetricsInStatus`). */
export function unchangedStatus(
  turn: Turn,
  statuses: readonly MetricStatus[] | undefined,
): HorizontalPodAutoscalerStatus {
  return statusOf(turn, turn.hpa.status.desiredReplicas, statuses, undefined);
}
