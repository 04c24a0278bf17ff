import type { HPAScalingPolicy, HPAScalingRules } from '../../core/schema/types.generated.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import { REPLICAS_MAX } from './usage-ratio.ts';

/** A change of size that the autoscaler made: by how many, in one direction. */
export interface ScaleEvent {
  readonly change: number;
  readonly time: Micros;
}

export interface ScaleEvents {
  readonly up: readonly ScaleEvent[];
  readonly down: readonly ScaleEvent[];
}

export const NO_SCALE_EVENTS: ScaleEvents = { up: [], down: [] };

/** A size that is allowed, and what the ScalingLimited condition says of it. */
export interface Limited {
  readonly replicas: number;
  readonly reason: string;
  readonly message: string;
}

/** The bounds of an autoscaler's spec. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** `scaleUpLimitFactor`, `scaleUpLimitMinimum`: without `behavior`, at most double, but four at least. */
const SCALE_UP_FACTOR = 2;
const SCALE_UP_MINIMUM = 4;

const WITHIN = { reason: 'DesiredWithinRange', message: 'the desired count is within the acceptable range' };
const TOO_MANY = {
  reason: 'TooManyReplicas',
  message: 'the desired replica count is more than the maximum replica count',
};
const TOO_FEW = {
  reason: 'TooFewReplicas',
  message: 'the desired replica count is less than the minimum replica count',
};
const UP_LIMIT = {
  reason: 'ScaleUpLimit',
  message: 'the desired replica count is increasing faster than the maximum scale rate',
};
const DOWN_LIMIT = {
  reason: 'ScaleDownLimit',
  message: 'the desired replica count is decreasing faster than the maximum scale rate',
};

/** Without `behavior` (`convertDesiredReplicasWithRules`). */
export function withinDefaultRate(current: number, desired: number, { max, min }: Bounds): Limited {
  const rate = Math.max(SCALE_UP_FACTOR * current, SCALE_UP_MINIMUM);
  const top = Math.min(max, rate);
  if (desired < min) return { replicas: min, ...TOO_FEW };
  if (desired > top) return { replicas: top, ...(max > rate ? UP_LIMIT : TOO_MANY) };
  return { replicas: desired, ...WITHIN };
}

/** By how many the size changed in a period that ends now; what lies a whole period back is out of it. */
function changeIn(events: readonly ScaleEvent[], periodSeconds: number, now: Micros): number {
  const cutoff = now - periodSeconds * SECOND;
  let sum = 0;
  for (const { change, time } of events) if (time > cutoff) sum += change;
  return sum;
}

/** The size at the beginning of a policy's period, as far as the autoscaler's own changes tell. */
function sizeAtStart(current: number, events: ScaleEvents, { periodSeconds }: HPAScalingPolicy, now: Micros) {
  return current - changeIn(events.up, periodSeconds, now) + changeIn(events.down, periodSeconds, now);
}

/** The size that each policy allows at most, or at least, seen from the beginning of its period. */
function sizesBy(
  current: number,
  events: ScaleEvents,
  policies: readonly HPAScalingPolicy[],
  now: Micros,
  sign: 1 | -1,
): readonly number[] {
  return policies.map((policy) => {
    const start = sizeAtStart(current, events, policy, now);
    if (policy.type === 'Pods') return start + sign * policy.value;
    const share = (start * (100 + sign * policy.value)) / 100;
    // Rounded away from the start: a share of few pods would otherwise never add one.
    return sign > 0 ? Math.ceil(share) : Math.trunc(share);
  });
}

/** The largest size that the policies of scaling up allow (`calculateScaleUpLimitWithScalingRules`). */
function scaleUpLimit(
  current: number,
  events: ScaleEvents,
  { policies = [], selectPolicy }: HPAScalingRules,
  now: Micros,
): number {
  if (selectPolicy === 'Disabled') return current;
  const sizes = sizesBy(current, events, policies, now, 1);
  const limit = selectPolicy === 'Min' ? Math.min(...sizes) : Math.max(...sizes);
  return Math.min(limit, REPLICAS_MAX);
}

/** The smallest size that the policies of scaling down allow (`calculateScaleDownLimitWithBehaviors`). */
function scaleDownLimit(
  current: number,
  events: ScaleEvents,
  { policies = [], selectPolicy }: HPAScalingRules,
  now: Micros,
): number {
  if (selectPolicy === 'Disabled') return current;
  const sizes = sizesBy(current, events, policies, now, -1);
  // The smallest change leaves the largest size.
  return selectPolicy === 'Min' ? Math.max(...sizes) : Math.min(...sizes);
}

/** With `behavior` (`convertDesiredReplicasWithBehaviorRate`). */
export function withinRules(
  current: number,
  desired: number,
  { max, min }: Bounds,
  events: ScaleEvents,
  { down, up }: { readonly up: HPAScalingRules; readonly down: HPAScalingRules },
  now: Micros,
): Limited {
  if (desired > current) {
    // Earlier changes may have used up more than the policies allow: then it stays as it is.
    const rate = Math.max(scaleUpLimit(current, events, up, now), current);
    const top = Math.min(max, rate);
    if (desired > top) return { replicas: top, ...(max > rate ? UP_LIMIT : TOO_MANY) };
  } else if (desired < current) {
    const rate = Math.min(scaleDownLimit(current, events, down, now), current);
    const bottom = Math.max(min, rate);
    if (desired < bottom) return { replicas: bottom, ...(min < rate ? DOWN_LIMIT : TOO_FEW) };
  }
  return { replicas: desired, ...WITHIN };
}

/** The newest takes the place of the last one that no policy of its direction looks at any more. */
function recorded(
  events: readonly ScaleEvent[],
  { policies = [] }: HPAScalingRules,
  newest: ScaleEvent,
): readonly ScaleEvent[] {
  const longest = policies.reduce((seconds, { periodSeconds }) => Math.max(seconds, periodSeconds), 0);
  const cutoff = newest.time - longest * SECOND;
  const old = events.findLastIndex(({ time }) => time < cutoff);
  return old < 0 ? [...events, newest] : events.with(old, newest);
}

/** `storeScaleEvent`: kept for policies alone, so without `behavior` there is nothing to keep. */
export function withScaleEvent(
  events: ScaleEvents,
  from: number,
  to: number,
  { down, up }: { readonly up: HPAScalingRules; readonly down: HPAScalingRules },
  now: Micros,
): ScaleEvents {
  return to > from
    ? { up: recorded(events.up, up, { change: to - from, time: now }), down: events.down }
    : { up: events.up, down: recorded(events.down, down, { change: from - to, time: now }) };
}
