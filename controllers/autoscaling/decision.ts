import { exactNanos } from '../../core/quantity.ts';
import type {
  HorizontalPodAutoscalerBehavior,
  HorizontalPodAutoscalerSpec,
  HPAScalingRules,
} from '../../core/schema/types.generated.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import { highestOfWindow, type Recommendation, type Stabilized, stabilized } from './recommendations.ts';
import {
  type Bounds,
  type Limited,
  type ScaleEvents,
  withinDefaultRate,
  withinRules,
} from './scaling-limits.ts';
import { BILLION, type Tolerances } from './usage-ratio.ts';

/** What an autoscaler remembers of its earlier syncs: in its process alone, so that a restart forgets it. */
export interface ScalingHistory {
  readonly recommendations: readonly Recommendation[];
  readonly events: ScaleEvents;
}

/** A size, with what the conditions say of how it came about. */
export interface Decision {
  readonly replicas: number;
  /** Of the AbleToScale condition, which is True. */
  readonly stabilization: { readonly reason: string; readonly message: string };
  /** Of the ScalingLimited condition: True where the limit is not what was recommended. */
  readonly limit: Limited & { readonly isLimited: boolean };
  readonly history: ScalingHistory;
}

const READY = { reason: 'ReadyForNewScale', message: 'recommended size matches current size' };
const DOWN_STABILIZED = {
  reason: 'ScaleDownStabilized',
  message: 'recent recommendations were higher than current one, applying the highest recent recommendation',
};
const UP_STABILIZED = {
  reason: 'ScaleUpStabilized',
  message: 'recent recommendations were lower than current one, applying the lowest recent recommendation',
};

/** The rules of both directions, which defaulting has filled in. */
export interface Rules {
  readonly up: HPAScalingRules;
  readonly down: HPAScalingRules;
}

export function rulesOf({ scaleDown, scaleUp }: HorizontalPodAutoscalerBehavior): Rules {
  return { up: scaleUp ?? {}, down: scaleDown ?? {} };
}

export function boundsOf({ maxReplicas, minReplicas = 1 }: HorizontalPodAutoscalerSpec): Bounds {
  return { min: minReplicas, max: maxReplicas };
}

/** Of each direction: its own, or that of the flag (`tolerancesForHpa`). */
export function tolerancesOf(
  behavior: HorizontalPodAutoscalerBehavior | undefined,
  tolerance: number,
): Tolerances {
  const flag = BigInt(Math.round(tolerance * Number(BILLION)));
  const { scaleDown, scaleUp } = behavior ?? {};
  return {
    scaleDown: scaleDown?.tolerance === undefined ? flag : exactNanos(scaleDown.tolerance),
    scaleUp: scaleUp?.tolerance === undefined ? flag : exactNanos(scaleUp.tolerance),
  };
}

function decisionOf(
  desired: number,
  { recommendations, replicas: stable }: Stabilized,
  whenHeldBack: Decision['stabilization'],
  limit: Limited,
  events: ScaleEvents,
): Decision {
  return {
    replicas: limit.replicas,
    stabilization: stable === desired ? READY : whenHeldBack,
    limit: { ...limit, isLimited: limit.replicas !== stable },
    history: { recommendations, events },
  };
}

/** `normalizeDesiredReplicas`. */
function byFlags(
  spec: HorizontalPodAutoscalerSpec,
  current: number,
  desired: number,
  { events, recommendations }: ScalingHistory,
  downscaleStabilization: Micros,
  now: Micros,
): Decision {
  const stable = highestOfWindow(recommendations, desired, downscaleStabilization, now);
  const limit = withinDefaultRate(current, stable.replicas, boundsOf(spec));
  return decisionOf(desired, stable, DOWN_STABILIZED, limit, events);
}

/** `normalizeDesiredReplicasWithBehaviors`. */
function byBehavior(
  spec: HorizontalPodAutoscalerSpec,
  rules: Rules,
  current: number,
  desired: number,
  { events, recommendations }: ScalingHistory,
  downscaleStabilization: Micros,
  now: Micros,
): Decision {
  const { down, up } = rules;
  const downSeconds = down.stabilizationWindowSeconds;
  const windows = {
    up: (up.stabilizationWindowSeconds ?? 0) * SECOND,
    down: downSeconds === undefined ? downscaleStabilization : downSeconds * SECOND,
  };
  const stable = stabilized(recommendations, current, desired, windows, now);
  const limit = withinRules(current, stable.replicas, boundsOf(spec), events, rules, now);
  const whenHeldBack = desired >= current ? UP_STABILIZED : DOWN_STABILIZED;
  return decisionOf(desired, stable, whenHeldBack, limit, events);
}

/**
 * What becomes of the size that the metrics ask for: held back by the recommendations of the last minutes, then by
 * how fast the size may change, then by the bounds.
 */
export function decide(
  spec: HorizontalPodAutoscalerSpec,
  current: number,
  desired: number,
  history: ScalingHistory,
  downscaleStabilization: Micros,
  now: Micros,
): Decision {
  const { behavior } = spec;
  return behavior === undefined
    ? byFlags(spec, current, desired, history, downscaleStabilization, now)
    : byBehavior(spec, rulesOf(behavior), current, desired, history, downscaleStabilization, now);
}
