import type { Probe } from '../../core/schema/types.generated.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import type { Outage } from '../scenario/scenario.ts';
import { outageEnd } from './behavior.ts';

/**
 * Probes by their outcome, not tick by tick: from what the program does in the course of a run follows the first
 * tick at which a probe changes anything, and only that one is scheduled. Where failures are told as Events, a
 * failing tick changes something too.
 */
export type ProbeKind = 'startup' | 'liveness' | 'readiness';

/** `passes` from `at` on. Sorted; the first begins before everything. */
export interface Outcome {
  readonly at: Micros;
  readonly passes: boolean;
}

/** Defaults of the API (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Probe). */
const DEFAULT_PERIOD_SECONDS = 10;
const DEFAULT_FAILURE_THRESHOLD = 3;
const DEFAULT_SUCCESS_THRESHOLD = 1;

export interface ProbeRun {
  readonly kind: ProbeKind;
  readonly spec: Probe;
  readonly outcomes: readonly Outcome[];
  /** Ticks are at `base` and every period after it: when the pod's probe workers were made. */
  readonly base: Micros;
  readonly period: Micros;
  /** No tick before this counts: initial delay, or a container that isn't known to run yet. */
  from: Micros;
  /** What the kubelet goes by; a startup probe has no result at first. */
  value: boolean | undefined;
  /** The last result, and how many times in a row. */
  last: boolean | undefined;
  inRow: number;
  /** The next tick that matters, already worked out. */
  plan: ProbePlan | undefined;
}

export interface ProbePlan {
  readonly at: Micros;
  readonly passes: boolean;
  /** Whether the result is another one from this tick on. */
  readonly changes: boolean;
  readonly inRow: number;
}

/** The outcomes of a probe in a run of a program that serves from `servesAt` on, except in its outages. */
export function outcomesOf(servesAt: Micros, outages: readonly Outage[]): readonly Outcome[] {
  const outcomes: Outcome[] = [{ at: Number.NEGATIVE_INFINITY, passes: false }];
  let at = servesAt;
  for (const outage of [...outages].sort((a, b) => a.after - b.after || outageEnd(a) - outageEnd(b))) {
    const begins = servesAt + outage.after;
    const ends = servesAt + outageEnd(outage);
    if (begins > at) {
      outcomes.push({ at, passes: true }, { at: begins, passes: false });
      at = ends;
    } else {
      at = Math.max(at, ends);
    }
  }
  if (at < Number.POSITIVE_INFINITY) outcomes.push({ at, passes: true });
  return outcomes;
}

export function newProbe(
  kind: ProbeKind,
  spec: Probe,
  outcomes: readonly Outcome[],
  base: Micros,
  startedAt: Micros,
  observedAt: Micros,
): ProbeRun {
  return {
    kind,
    spec,
    outcomes,
    base,
    period: (spec.periodSeconds ?? DEFAULT_PERIOD_SECONDS) * SECOND,
    from: Math.max(observedAt, startedAt + (spec.initialDelaySeconds ?? 0) * SECOND),
    // `initialValue` of `pkg/kubelet/prober/worker.go`.
    value: kind === 'startup' ? undefined : kind === 'liveness',
    last: undefined,
    inRow: 0,
    plan: undefined,
  };
}

function thresholdOf(probe: ProbeRun, passes: boolean): number {
  return passes
    ? (probe.spec.successThreshold ?? DEFAULT_SUCCESS_THRESHOLD)
    : (probe.spec.failureThreshold ?? DEFAULT_FAILURE_THRESHOLD);
}

function intervalAt(
  outcomes: readonly Outcome[],
  t: Micros,
): { readonly passes: boolean; readonly end: Micros } {
  let index = 0;
  while (index + 1 < outcomes.length && outcomes[index + 1]!.at <= t) index += 1;
  return { passes: outcomes[index]!.passes, end: outcomes[index + 1]?.at ?? Number.POSITIVE_INFINITY };
}

function firstTick(probe: ProbeRun): Micros {
  const { base, period, from } = probe;
  return from <= base ? base : base + Math.ceil((from - base) / period) * period;
}

/** The next tick that changes the result, or that fails where `tellsFailures`; `undefined` where none will. */
export function nextPlan(probe: ProbeRun, tellsFailures: boolean): ProbePlan | undefined {
  let { last, inRow } = probe;
  let t = firstTick(probe);
  for (;;) {
    const { passes, end } = intervalAt(probe.outcomes, t);
    const before = last === passes ? inRow : 0;
    const until =
      probe.value === passes ? Number.POSITIVE_INFINITY : Math.max(1, thresholdOf(probe, passes) - before);
    if (!passes && tellsFailures) return { at: t, passes, changes: until === 1, inRow: before + 1 };
    const ticks = end === Number.POSITIVE_INFINITY ? end : Math.ceil((end - t) / probe.period);
    if (until <= ticks && until < Number.POSITIVE_INFINITY) {
      return { at: t + (until - 1) * probe.period, passes, changes: true, inRow: before + until };
    }
    if (ticks === Number.POSITIVE_INFINITY) return undefined;
    last = passes;
    inRow = before + ticks;
    t += ticks * probe.period;
  }
}

/** The planned tick has come. */
export function applyPlan(probe: ProbeRun, plan: ProbePlan): void {
  probe.last = plan.passes;
  probe.inRow = plan.inRow;
  if (plan.changes) probe.value = plan.passes;
  probe.from = plan.at + 1;
  probe.plan = undefined;
}

/**
 * A tick out of turn: the kubelet probes the readiness of a container at once when it finds it started and not
 * ready (`UpdatePodStatus` of the prober). Nothing before the initial delay has passed.
 */
export function probeNow(probe: ProbeRun, now: Micros): ProbePlan | undefined {
  if (now < probe.from || probe.value === true) return undefined;
  const { passes } = intervalAt(probe.outcomes, now);
  const inRow = probe.last === passes ? probe.inRow + 1 : 1;
  const changes = probe.value !== passes && inRow >= thresholdOf(probe, passes);
  return { at: now, passes, changes, inRow };
}
