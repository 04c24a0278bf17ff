import { JOB } from '../../core/kinds/registry.ts';
import type { Job } from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';
import type { EventRequest, Request } from '../controller.ts';
import type { Failures } from './job-backoff.ts';
import { isTracked } from './job-facts.ts';
import { jobPodCreation, LET_GO, podDeletion, UNTRACK, untracking } from './job-pods.ts';
import { close, type Tracking, track } from './job-tracking.ts';
import { type JobTurn, planPods } from './job-turn.ts';
import { firstBatch } from './slow-start.ts';

/**
 * A turn of the Job controller, from step to step: pods are made or deleted, the status is written, finalizers are
 * taken off, the status is written once more.
 */

/** The tags of the two status updates of a turn: before finalizers are taken off, and after. */
export const FLUSH = 'flush';
export const LAST = 'last';

/** A turn between its requests. */
export type Stage =
  /** Pods are being made or deleted. */
  | {
      readonly at: 'pods';
      readonly turn: JobTurn;
      readonly outstanding: number;
      readonly batch: number;
      /** What is left to create. */
      readonly indexes: readonly (number | undefined)[];
      readonly hasManaged: boolean;
      readonly hasFailed: boolean;
    }
  | { readonly at: 'flush'; readonly tracking: Tracking; readonly failures: Failures | undefined }
  | {
      readonly at: 'untrack';
      readonly tracking: Tracking;
      readonly outstanding: number;
      readonly untracked: readonly string[];
      readonly hasFailed: boolean;
    }
  | { readonly at: 'last'; readonly events: readonly EventRequest[] };

export interface Step {
  readonly stage: Stage | undefined;
  readonly requests: readonly Request[];
}

function statusUpdate(job: Job, tag: string): Request {
  return { verb: 'updateStatus', kind: JOB, object: job, tag };
}

/** The finalizers are off: count, and end the Job if it is over. */
export function closing(
  tracking: Tracking,
  untracked: readonly string[],
  hasFailed: boolean,
  now: Micros,
): Step {
  const { job, changed, events } = close(tracking, new Set(untracked), hasFailed, now);
  if (!changed) return { stage: undefined, requests: [] };
  return { stage: { at: 'last', events }, requests: [statusUpdate(job, LAST)] };
}

export function untrackStep(tracking: Tracking, now: Micros): Step {
  const { untrack } = tracking;
  if (untrack.length === 0) return closing(tracking, [], false, now);
  return {
    stage: { at: 'untrack', tracking, outstanding: untrack.length, untracked: [], hasFailed: false },
    requests: untrack.map((pod) => untracking(pod, UNTRACK)),
  };
}

/** The pods of the turn are made and deleted. */
export function settle(turn: JobTurn, hasManaged: boolean, now: Micros): Step {
  const { tracking, events } = track(turn, hasManaged, now);
  if (tracking.flush) {
    return {
      stage: { at: 'flush', tracking, failures: turn.failures },
      requests: [...events, statusUpdate(tracking.job, FLUSH)],
    };
  }
  return untrackStep(tracking, now);
}

export function creations(turn: JobTurn, indexes: readonly (number | undefined)[]): readonly Request[] {
  return indexes.map((index) =>
    jobPodCreation(turn.job, index, index === undefined ? undefined : turn.replaceable.get(index)),
  );
}

export function withCounts(turn: JobTurn, change: Partial<JobTurn['counts']>): JobTurn {
  return { ...turn, counts: { ...turn.counts, ...change } };
}

/** The first step of a turn, and when to look again though nothing may happen. */
export function begin(turn: JobTurn, now: Micros): Step & { readonly retryAfter?: Micros } {
  const { job, active } = turn;
  if (turn.finished !== undefined) {
    // It is over once its pods are; they keep their finalizers until they are counted.
    if (active.length === 0) return settle(decided(turn, 0), false, now);
    return {
      stage: {
        at: 'pods',
        turn,
        outstanding: active.length,
        batch: 0,
        indexes: [],
        hasManaged: false,
        hasFailed: false,
      },
      requests: active.map(podDeletion),
    };
  }
  if (!turn.isSatisfied || job.metadata.deletionTimestamp !== undefined) return settle(turn, false, now);
  const plan = planPods(turn, now);
  if (plan.do === 'create' && plan.indexes.length > 0) {
    const { indexes } = plan;
    const batch = firstBatch(indexes.length);
    const counting = withCounts(turn, { active: turn.counts.active + indexes.length });
    return {
      stage: {
        at: 'pods',
        turn: counting,
        outstanding: batch,
        batch,
        indexes: indexes.slice(batch),
        hasManaged: true,
        hasFailed: false,
      },
      requests: creations(turn, indexes.slice(0, batch)),
    };
  }
  if (plan.do === 'remove' && plan.pods.length > 0) {
    const { pods } = plan;
    return {
      stage: {
        at: 'pods',
        turn,
        outstanding: pods.length,
        batch: 0,
        indexes: [],
        hasManaged: true,
        hasFailed: false,
      },
      requests: pods.map((pod) => (isTracked(pod) ? untracking(pod, LET_GO) : podDeletion(pod))),
    };
  }
  const retryAfter = plan.do === 'nothing' ? plan.retryAfter : undefined;
  return { ...settle(turn, true, now), ...(retryAfter === undefined ? {} : { retryAfter }) };
}

/** A Job that is to end can't yet where a pod is left that was not deleted, or may exist unseen. */
export function decided(turn: JobTurn, left: number): JobTurn {
  return left === 0 && turn.isSatisfied ? turn : { ...turn, finished: undefined };
}
