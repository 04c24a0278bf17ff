import type { PodUsageList } from '../../core/api/metrics.ts';
import { type KubeObject, keyOf } from '../../core/api/object.ts';
import { HORIZONTAL_POD_AUTOSCALER } from '../../core/kinds/registry.ts';
import type {
  CrossVersionObjectReference,
  HorizontalPodAutoscaler,
  MetricIdentifier,
  MetricSpec,
} from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import {
  type Controller,
  DONE,
  type Reaction,
  type Reconciliation,
  type Request,
  type RequestResult,
  type WatchEvent,
} from '../controller.ts';
import type { HorizontalPodAutoscalerSettings } from '../settings.ts';
import { type Conditions, withCondition } from './conditions.ts';
import { boundsOf, decide, rulesOf, type ScalingHistory, tolerancesOf } from './decision.ts';
import { combined, type FailedMetric, type MetricOutcome } from './metric-outcome.ts';
import { measuredObject, outsideMetricOutcome, unknownSource } from './outside-metrics.ts';
import { podMetricOutcome } from './pod-metrics.ts';
import type { Calculation } from './replica-calculator.ts';
import { currentReplicas, getScale, type Scale } from './scale-target.ts';
import { NO_SCALE_EVENTS, withScaleEvent } from './scaling-limits.ts';
import { targetPods } from './target-pods.ts';
import {
  eventOf,
  METRICS,
  RESCALE,
  type Rescale,
  STATUS,
  setCondition,
  statusOf,
  statusUpdate,
  type Turn,
  unchangedStatus,
} from './turn.ts';

/** What the controller keeps of an autoscaler. */
export interface AutoscalerMemory {
  /** When its next sync is due: whatever happens to it before that waits. */
  readonly due: Micros;
  /** `undefined` until the first sync has seen a size. */
  readonly history: ScalingHistory | undefined;
  readonly turn: Turn | undefined;
}

export interface HorizontalPodAutoscalerOptions {
  /** The size that metrics are applied to, of the target's scale. */
  readonly currentReplicas?: (scale: Scale) => number;
}

type Settings = HorizontalPodAutoscalerSettings;

/** What a step of a sync leads to. */
interface Step {
  readonly requests: readonly Request[];
  readonly memory: AutoscalerMemory;
}

/** Replicas that the target is given: an update of what was read, so that somebody's newer size is never overwritten. */
function resize({ scale: { kind, resized }, causedBy }: Turn, { reason, to }: Rescale): Request {
  const object = resized(to);
  const because = reason === '' ? { rv: causedBy } : { rv: causedBy, reason };
  return { verb: 'update', kind, object, tag: RESCALE, because };
}

function rescale(turn: Turn, memory: AutoscalerMemory, change: Rescale): Step {
  return {
    requests: [resize(turn, change)],
    memory: { ...memory, turn: { ...turn, rescale: change } },
  };
}

/** The end of a sync. */
function ended(memory: AutoscalerMemory, requests: readonly Request[]): Step {
  return { requests, memory: { ...memory, turn: undefined } };
}

/** The pods can't be told, or the metrics come to nothing: the size stays, and the status says why. */
function undecided(turn: Turn, memory: AutoscalerMemory, statuses: Rescale['statuses'], error: string): Step {
  return ended(memory, [
    ...statusUpdate(turn.hpa, unchangedStatus(turn, statuses)),
    eventOf(turn.hpa, 'Warning', 'FailedComputeMetricsReplicas', error),
  ]);
}

/** A question for a metric of an object, or of what is outside where none is given. */
function outsideRequest(
  { name, selector }: MetricIdentifier,
  namespace: string,
  described?: CrossVersionObjectReference,
): Request {
  return {
    verb: 'outsideMetric',
    namespace,
    metric: name,
    tag: METRICS,
    ...(selector === undefined ? {} : { selector }),
    ...(described === undefined ? {} : { measured: measuredObject(described) }),
  };
}

/** The request that a metric needs: none for what nobody could be asked about. */
function metricRequest(spec: MetricSpec, namespace: string, { selector }: Scale): Request | undefined {
  const asked = { verb: 'podMetrics', namespace, selector, tag: METRICS } as const;
  switch (spec.type) {
    case 'Resource':
    case 'ContainerResource':
      return asked;
    case 'Pods':
      return { ...asked, metric: spec.pods?.metric.name ?? '' };
    case 'Object':
      return spec.object === undefined
        ? undefined
        : outsideRequest(spec.object.metric, namespace, spec.object.describedObject);
    case 'External':
      return spec.external === undefined ? undefined : outsideRequest(spec.external.metric, namespace);
    default:
      return undefined;
  }
}

function namespaceOf({ metadata }: HorizontalPodAutoscaler): string {
  return metadata.namespace ?? '';
}

/** Go through the metrics that are left, until one has to be asked for, or all are through. */
function proceed(turn: Turn, memory: AutoscalerMemory, settings: Settings, now: Micros): Step {
  const metrics = turn.hpa.spec.metrics ?? [];
  const namespace = namespaceOf(turn.hpa);
  const events: Request[] = [];
  let at = turn;
  for (let index = at.outcomes.length; index < metrics.length; index += 1) {
    const spec = metrics[index] as MetricSpec;
    const request = metricRequest(spec, namespace, at.scale);
    if (request !== undefined) {
      return { requests: [...events, request], memory: { ...memory, turn: at } };
    }
    const failed = unknownSource(spec);
    events.push(failureEvent(at.hpa, failed));
    at = withOutcome(at, failed);
  }
  const { requests, memory: after } = concluded(at, memory, settings, now);
  return { requests: [...events, ...requests], memory: after };
}

function withOutcome(turn: Turn, outcome: MetricOutcome): Turn {
  return { ...turn, outcomes: [...turn.outcomes, outcome] };
}

function failureEvent(hpa: HorizontalPodAutoscaler, { message, reason }: FailedMetric): Request {
  return eventOf(hpa, 'Warning', reason, message);
}

/** All metrics are through (`computeReplicasForMetrics`, and what `reconcileAutoscaler` makes of it). */
function concluded(turn: Turn, memory: AutoscalerMemory, settings: Settings, now: Micros): Step {
  const { current, outcomes } = turn;
  const { error = '', failed, largest, statuses } = combined(outcomes, current);
  if (largest === undefined) {
    const { message, reason } = failed as FailedMetric;
    const text = `the HPA was unable to compute the replica count: ${message}`;
    return undecided(
      setCondition(turn, 'ScalingActive', 'False', reason, text, now),
      memory,
      statuses,
      error,
    );
  }
  const found = `the HPA was able to successfully calculate a replica count from ${largest.name}`;
  const active = setCondition(turn, 'ScalingActive', 'True', 'ValidMetricFound', found, now);
  return applied(active, memory, largest.replicas, largest.name, statuses, settings, now);
}

/** A size that the metrics ask for is stabilised, limited, and given to the target where it is another one. */
function applied(
  turn: Turn,
  memory: AutoscalerMemory,
  desired: number,
  metric: string,
  statuses: Rescale['statuses'],
  settings: Settings,
  now: Micros,
): Step {
  const { current, hpa } = turn;
  const history = memory.history as ScalingHistory;
  const decision = decide(hpa.spec, current, desired, history, settings.downscaleStabilization, now);
  const { limit, replicas, stabilization } = decision;
  const able = setCondition(turn, 'AbleToScale', 'True', stabilization.reason, stabilization.message, now);
  const isLimited = limit.isLimited ? 'True' : 'False';
  const decided = setCondition(able, 'ScalingLimited', isLimited, limit.reason, limit.message, now);
  const after = { ...memory, history: decision.history };
  if (replicas === current) {
    return ended(after, statusUpdate(hpa, statusOf(decided, current, statuses, undefined)));
  }
  return rescale(decided, after, { to: replicas, reason: reasonOf(desired, current, metric), statuses });
}

/** Of the size that was asked for: with a window, the one that is applied may come of an earlier sync, for no reason. */
function reasonOf(desired: number, current: number, metric: string): string {
  if (desired > current) return `${metric} above target`;
  return desired < current ? 'All metrics below target' : '';
}

const NOT_ZERO = 'scaling is disabled since the replica count of the target is zero';
const ABOVE = 'Current number of replicas above Spec.MaxReplicas';
const BELOW = 'Current number of replicas below Spec.MinReplicas';

/** The record that wrote an object as it was read. */
function versionOf({ metadata }: KubeObject): number {
  return Number(metadata.resourceVersion);
}

/** The target has a size: look at it, and at the metrics unless it is out of bounds. */
function look(view: View, turn: Turn, memory: AutoscalerMemory, settings: Settings, now: Micros): Step {
  const { current, hpa, scale } = turn;
  const { max, min } = boundsOf(hpa.spec);
  if (current === 0 && min !== 0) {
    const disabled = setCondition(turn, 'ScalingActive', 'False', 'ScalingDisabled', NOT_ZERO, now);
    return ended(memory, statusUpdate(hpa, statusOf(disabled, current, undefined, undefined)));
  }
  if (current > max || current < min) {
    const change = current > max ? { to: max, reason: ABOVE } : { to: min, reason: BELOW };
    // Somebody has changed the bounds, or the size.
    const causedBy = Math.max(versionOf(hpa), versionOf(scale.target));
    return rescale({ ...turn, causedBy }, memory, { ...change, statuses: undefined });
  }
  const found = targetPods(view, hpa, scale);
  if (found.ok) return proceed({ ...turn, pods: found.pods }, memory, settings, now);
  const inactive = setCondition(turn, 'ScalingActive', 'False', found.reason, found.message, now);
  const { memory: after, requests } = undecided(inactive, memory, undefined, found.error);
  return { memory: after, requests: [eventOf(hpa, 'Warning', found.event, found.error), ...requests] };
}

const GOT_SCALE = "the HPA controller was able to get the target's current scale";
const NO_SCALE = "the HPA controller was unable to get the target's current scale";

/** `reconcileAutoscaler`. */
function sync(
  view: View,
  hpa: HorizontalPodAutoscaler,
  memory: AutoscalerMemory,
  settings: Settings,
  current: (scale: Scale) => number,
  now: Micros,
): Step {
  const conditions: Conditions = hpa.status.conditions ?? [];
  const got = getScale(view, hpa);
  if (!got.ok) {
    const message = `${NO_SCALE}: ${got.message}`;
    const unable = withCondition(conditions, 'AbleToScale', 'False', 'FailedGetScale', message, now);
    return ended(memory, [
      eventOf(hpa, 'Warning', 'FailedGetScale', got.message),
      ...statusUpdate(hpa, { ...hpa.status, conditions: unable }),
    ]);
  }
  const size = current(got.scale);
  const turn: Turn = {
    hpa,
    scale: got.scale,
    current: size,
    pods: [],
    conditions: withCondition(conditions, 'AbleToScale', 'True', 'SucceededGetScale', GOT_SCALE, now),
    outcomes: [],
    causedBy: 0,
    rescale: undefined,
  };
  // The size that is found is the first recommendation: nothing scales down before a window is over.
  const history = memory.history ?? {
    recommendations: [{ replicas: size, time: now }],
    events: NO_SCALE_EVENTS,
  };
  return look(view, turn, { ...memory, history }, settings, now);
}

function calculationOf({ current, hpa, pods }: Turn, settings: Settings, now: Micros): Calculation {
  return {
    pods,
    currentReplicas: current,
    tolerances: tolerancesOf(hpa.spec.behavior, settings.tolerance),
    readiness: settings,
    now,
  };
}

/** The answer to a metric of the sync. */
function onMetrics(
  turn: Turn,
  memory: AutoscalerMemory,
  { result }: RequestResult,
  settings: Settings,
  now: Micros,
): Step {
  const { hpa, outcomes } = turn;
  const spec = (hpa.spec.metrics ?? [])[outcomes.length] as MetricSpec;
  const namespace = namespaceOf(hpa);
  const calculation = calculationOf(turn, settings, now);
  const { statusReplicas } = turn.scale;
  const outcome =
    podMetricOutcome(spec, result, calculation, namespace) ??
    outsideMetricOutcome(spec, result, { ...calculation, statusReplicas }, namespace);
  const events = outcome.ok ? [] : [failureEvent(hpa, outcome)];
  const cause = result.ok ? ((result.object as PodUsageList).cause ?? 0) : 0;
  const next = { ...withOutcome(turn, outcome), causedBy: Math.max(turn.causedBy, cause) };
  const step = proceed(next, memory, settings, now);
  return { ...step, requests: [...events, ...step.requests] };
}

/** The answer to a new size. */
function onRescaled(
  turn: Turn,
  change: Rescale,
  memory: AutoscalerMemory,
  { result }: RequestResult,
  now: Micros,
): Step {
  const { current, hpa } = turn;
  const told = `New size: ${change.to}; reason: ${change.reason}`;
  if (!result.ok) {
    const { message } = result.status;
    const text = `the HPA controller was unable to update the target scale: ${message}`;
    const unable = setCondition(turn, 'AbleToScale', 'False', 'FailedUpdateScale', text, now);
    return ended(memory, [
      eventOf(hpa, 'Warning', 'FailedRescale', `${told}; error: ${message}`),
      ...statusUpdate(hpa, unchangedStatus(unable, change.statuses)),
    ]);
  }
  const text = `the HPA controller was able to update the target scale to ${change.to}`;
  const able = setCondition(turn, 'AbleToScale', 'True', 'SucceededRescale', text, now);
  const history = memory.history as ScalingHistory;
  const { behavior } = hpa.spec;
  const events =
    behavior === undefined
      ? history.events
      : withScaleEvent(history.events, current, change.to, rulesOf(behavior), now);
  return ended({ ...memory, history: { ...history, events } }, [
    eventOf(hpa, 'Normal', 'SuccessfulRescale', told),
    ...statusUpdate(hpa, statusOf(able, change.to, change.statuses, now)),
  ]);
}

/** Once a period, from when it is added: a key that is in the queue isn't put there a second time. */
function onlyAdded({ object, type }: WatchEvent): readonly string[] {
  return type === 'ADDED' ? [keyOf(object)] : [];
}

/**
 * The HorizontalPodAutoscaler controller (pkg/controller/podautoscaler): at every sync period it compares metrics of
 * a target's pods with what they should be, and changes the number of the target's replicas.
 * https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
 */
export function horizontalPodAutoscalerController(
  settings: HorizontalPodAutoscalerSettings,
  options: HorizontalPodAutoscalerOptions = {},
): Controller<AutoscalerMemory> {
  const current = options.currentReplicas ?? currentReplicas;
  const { syncPeriod } = settings;
  const later: Pick<Reconciliation<never>, 'requeueAfter' | 'requeueReason'> = {
    requeueAfter: syncPeriod,
    requeueReason: `every ${syncPeriod / SECOND}s`,
  };
  return {
    name: 'horizontal-pod-autoscaler-controller',
    component: 'horizontal-pod-autoscaler',
    // --concurrent-horizontal-pod-autoscaler-syncs
    workers: 5,
    watches: [{ kind: HORIZONTAL_POD_AUTOSCALER, keys: onlyAdded }],

    reconcile(view, key, memory, now) {
      const due = now + syncPeriod;
      // New here, after a restart of the controller too: the first sync is a period away.
      if (memory === undefined) {
        return { requests: [], memory: { due, history: undefined, turn: undefined }, ...later };
      }
      // Deleted and made anew: the timer that stands brings it back.
      if (now < memory.due) return { requests: [], memory };
      const hpa = view.getByKey(HORIZONTAL_POD_AUTOSCALER, key);
      if (hpa === undefined) return DONE;
      return { ...sync(view, hpa, { ...memory, due }, settings, current, now), ...later };
    },

    onResult(memory, outcome, _key, now): Reaction<AutoscalerMemory> | undefined {
      const { request, result } = outcome;
      if (memory === undefined) return undefined;
      const { turn } = memory;
      if (request.tag === METRICS && turn !== undefined)
        return onMetrics(turn, memory, outcome, settings, now);
      if (request.tag === RESCALE && turn?.rescale !== undefined) {
        return onRescaled(turn, turn.rescale, memory, outcome, now);
      }
      if (request.tag !== STATUS || result.ok || request.verb !== 'updateStatus') return { memory };
      const hpa = request.object as HorizontalPodAutoscaler;
      // The next sync does it anew.
      const event = eventOf(hpa, 'Warning', 'FailedUpdateStatus', result.status.message);
      return { memory, requests: [event] };
    },
  };
}
