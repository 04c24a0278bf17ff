import type { Job, JobCondition, JobStatus, Pod } from '../../core/schema/types.generated.ts';
import { type Micros, rfc3339 } from '../../core/time.ts';
import type { EventRequest } from '../controller.ts';
import {
  completionIndex,
  hasLimitPerIndex,
  hasValidIndex,
  isIndexed,
  isPodFailed,
  isSuspended,
  isTracked,
  jobCondition,
  newJobCondition,
  withCondition,
} from './job-facts.ts';
import { countIndexes, hasIndex, indexesText, withIndexes } from './job-indexes.ts';
import { failureVerdict } from './job-policies.ts';
import type { JobTurn } from './job-turn.ts';

/**
 * How a Job counts its pods, once each
 * (https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-tracking-with-finalizers): first the uids of pods
 * that ended go into the status; then their finalizers are taken off; then the counters rise, and the uids go. A crash
 * between any two of these loses nothing and counts nothing twice.
 */

/** `MaxUncountedPods`: more are counted in later turns. */
const UNCOUNTED_MAX = 500;

/** What is to be written for a turn. */
export interface Tracking {
  readonly job: Job;
  /** Whether the status is written before finalizers are taken off. */
  readonly flush: boolean;
  readonly untrack: readonly Pod[];
  /** Uids of pods whose finalizer is on. */
  readonly tracked: ReadonlySet<string>;
  /** The condition that ends the Job once all is counted. */
  readonly finished: JobCondition | undefined;
  readonly terminating: number;
  readonly isFull: boolean;
}

interface Uncounted {
  readonly succeeded: readonly string[];
  readonly failed: readonly string[];
}

function uncountedOf({ uncountedTerminatedPods }: Partial<JobStatus>): Uncounted {
  const { succeeded = [], failed = [] } = uncountedTerminatedPods ?? {};
  return { succeeded, failed };
}

function nonZero(value: number | undefined): number | undefined {
  return value === 0 ? undefined : value;
}

function withUncounted(status: Partial<JobStatus>, { succeeded, failed }: Uncounted): Partial<JobStatus> {
  return {
    ...status,
    uncountedTerminatedPods: {
      ...(failed.length === 0 ? {} : { failed }),
      ...(succeeded.length === 0 ? {} : { succeeded }),
    },
  };
}

/** Every key in the order of the schema; a zero of the API is left out, but for those that are pointers there. */
function statusOf(status: Partial<JobStatus>): JobStatus {
  return {
    active: nonZero(status.active),
    completedIndexes: status.completedIndexes === '' ? undefined : status.completedIndexes,
    completionTime: status.completionTime,
    conditions: status.conditions,
    failed: nonZero(status.failed),
    failedIndexes: status.failedIndexes,
    ready: status.ready,
    startTime: status.startTime,
    succeeded: nonZero(status.succeeded),
    terminating: status.terminating,
    uncountedTerminatedPods: status.uncountedTerminatedPods,
  } as JobStatus;
}

/** Move the uids of pods that are no longer tracked to the counters. */
function counted(
  status: Partial<JobStatus>,
  tracked: ReadonlySet<string>,
): { readonly status: Partial<JobStatus>; readonly changed: boolean } {
  const before = uncountedOf(status);
  const left: Uncounted = {
    succeeded: before.succeeded.filter((uid) => tracked.has(uid)),
    failed: before.failed.filter((uid) => tracked.has(uid)),
  };
  const succeeded = before.succeeded.length - left.succeeded.length;
  const failed = before.failed.length - left.failed.length;
  if (succeeded === 0 && failed === 0) return { status, changed: false };
  return {
    status: withUncounted(
      {
        ...status,
        succeeded: (status.succeeded ?? 0) + succeeded,
        failed: (status.failed ?? 0) + failed,
      },
      left,
    ),
    changed: true,
  };
}

function canLetGo(turn: JobTurn, pod: Pod, failed: boolean): boolean {
  const { job, finished, replaceable } = turn;
  if (job.metadata.deletionTimestamp !== undefined || finished !== undefined) return true;
  if (pod.status.phase === 'Succeeded') return true;
  if (!failed) return false;
  if (!hasLimitPerIndex(job)) return true;
  // It hands its count of failures on to the pod that takes its place.
  const index = completionIndex(pod);
  return index === undefined || replaceable.get(index)?.metadata.uid !== pod.metadata.uid;
}

interface Suspension {
  readonly status: Partial<JobStatus>;
  readonly events: readonly EventRequest[];
}

/** Suspended and Resumed; a Job that is resumed starts anew. */
function suspension(job: Job, status: Partial<JobStatus>, now: Micros): Suspension {
  const suspended = isSuspended(job);
  const wanted = suspended
    ? newJobCondition('Suspended', 'True', 'JobSuspended', 'Job suspended', now)
    : newJobCondition('Suspended', 'False', 'JobResumed', 'Job resumed', now);
  const conditions = withCondition(status.conditions, wanted);
  if (conditions === status.conditions) return { status, events: [] };
  const event: EventRequest = {
    verb: 'event',
    regarding: job,
    eventType: 'Normal',
    reason: suspended ? 'Suspended' : 'Resumed',
    message: suspended ? 'Job suspended' : 'Job resumed',
  };
  return {
    status: {
      ...status,
      ...(conditions === undefined ? {} : { conditions }),
      ...(suspended ? {} : { startTime: rfc3339(now) }),
    },
    events: [event],
  };
}

/** What the pods of the turn add to the status. */
interface Sifted {
  readonly untrack: readonly Pod[];
  readonly uncounted: Uncounted;
  readonly newIndexes: readonly number[];
  readonly isFull: boolean;
}

function inOrderOfIndex(a: Pod, b: Pod): number {
  const left = completionIndex(a) ?? -1;
  const right = completionIndex(b) ?? -1;
  return left === right ? (a.metadata.name < b.metadata.name ? -1 : 1) : left - right;
}

function sift(turn: JobTurn, before: Uncounted, tracked: ReadonlySet<string>): Sifted {
  const { job, finished } = turn;
  const indexed = isIndexed(job);
  // What a Job that fails leaves behind counts as failed; what one leaves behind that has succeeded doesn't count.
  const failsRest = finished !== undefined && finished.type !== 'SuccessCriteriaMet';
  const untrack: Pod[] = [];
  const newIndexes: number[] = [];
  const succeeded = [...before.succeeded];
  const failed = [...before.failed];
  for (const pod of indexed ? [...turn.pods].sort(inOrderOfIndex) : turn.pods) {
    const { uid } = pod.metadata;
    if (!tracked.has(uid)) continue;
    const hasFailed = isPodFailed(pod, job);
    if (!canLetGo(turn, pod, hasFailed)) continue;
    untrack.push(pod);
    if (pod.status.phase === 'Succeeded' && !before.failed.includes(uid)) {
      if (!indexed) {
        if (!before.succeeded.includes(uid)) succeeded.push(uid);
      } else if (hasValidIndex(pod, job) && !hasIndex(turn.countedIndexes, completionIndex(pod) as number)) {
        newIndexes.push(completionIndex(pod) as number);
      }
    } else if ((hasFailed || failsRest) && !before.failed.includes(uid)) {
      if ((!indexed || hasValidIndex(pod, job)) && failureVerdict(job.spec, pod).counts) failed.push(uid);
    }
    if (newIndexes.length + succeeded.length + failed.length >= UNCOUNTED_MAX) {
      return { untrack, uncounted: { succeeded, failed }, newIndexes, isFull: true };
    }
  }
  return { untrack, uncounted: { succeeded, failed }, newIndexes, isFull: false };
}

/** Whether enough pods have succeeded and none is left. */
function isComplete({ job, succeeded, counts }: JobTurn): boolean {
  if (counts.active > 0) return false;
  const { completions } = job.spec;
  return completions === undefined ? succeeded > 0 : succeeded >= completions;
}

/** The end of a turn, once its pods are made and deleted (`trackJobStatusAndRemoveFinalizers`). */
export function track(
  looked: JobTurn,
  hasManaged: boolean,
  now: Micros,
): { readonly tracking: Tracking; readonly events: readonly EventRequest[] } {
  let turn = looked;
  const { job, pods, counts } = turn;
  const before: Partial<JobStatus> = job.status;
  let suspended: Suspension = { status: before, events: [] };
  if (turn.finished === undefined) {
    if (isComplete(turn)) {
      const message = 'Reached expected number of succeeded pods';
      const condition = newJobCondition('SuccessCriteriaMet', 'True', 'CompletionsReached', message, now);
      turn = { ...turn, finished: condition };
    } else if (hasManaged) suspended = suspension(job, before, now);
  }
  let flush =
    suspended.status !== before ||
    counts.active !== (before.active ?? 0) ||
    counts.ready !== before.ready ||
    counts.terminating !== before.terminating;

  const tracked = new Set<string>();
  for (const pod of pods) {
    if (isTracked(pod)) tracked.add(pod.metadata.uid);
  }
  const settled = counted(suspended.status, tracked);
  let status: Partial<JobStatus> = {
    ...settled.status,
    active: counts.active,
    ready: counts.ready,
    terminating: counts.terminating,
  };
  const open = uncountedOf(status);
  const { untrack, uncounted, newIndexes, isFull } = sift(turn, open, tracked);
  const grew =
    uncounted.succeeded.length > open.succeeded.length || uncounted.failed.length > open.failed.length;
  flush ||= settled.changed || grew || newIndexes.length > 0;
  status = withUncounted(status, uncounted);
  if (isIndexed(job)) {
    const succeeded = withIndexes(turn.succeededIndexes, newIndexes);
    const completedIndexes = indexesText(succeeded);
    const failedIndexes = turn.failedIndexes === undefined ? undefined : indexesText(turn.failedIndexes);
    flush ||= completedIndexes !== (before.completedIndexes ?? '') || failedIndexes !== before.failedIndexes;
    status = {
      ...status,
      succeeded: countIndexes(succeeded),
      completedIndexes,
      ...(failedIndexes === undefined ? {} : { failedIndexes }),
    };
  }
  let { finished } = turn;
  if (finished?.type === 'FailureTarget' || finished?.type === 'SuccessCriteriaMet') {
    const { type, reason = '', message = '' } = finished;
    if (jobCondition(status.conditions, type) === undefined) {
      status = { ...status, conditions: [...(status.conditions ?? []), finished] };
      flush = true;
    }
    const last = type === 'FailureTarget' ? 'Failed' : 'Complete';
    finished = newJobCondition(last, 'True', reason, message, now);
  }
  return {
    tracking: {
      job: { ...job, status: statusOf(status) },
      flush,
      untrack,
      tracked,
      finished,
      terminating: counts.terminating,
      isFull,
    },
    events: suspended.events,
  };
}

/** What is left to write when the finalizers of `untracked` are off. */
export interface Closing {
  readonly job: Job;
  readonly changed: boolean;
  /** What the Job's end is told by, after it is written. */
  readonly events: readonly EventRequest[];
}

function endEvents(job: Job, finished: JobCondition): readonly EventRequest[] {
  const event = (eventType: EventRequest['eventType'], reason: string, message: string): EventRequest => ({
    verb: 'event',
    regarding: job,
    eventType,
    reason,
    message,
  });
  if (finished.type === 'Failed') return [event('Warning', finished.reason ?? '', finished.message ?? '')];
  const { completions } = job.spec;
  const tooMany =
    completions !== undefined && (job.status.succeeded ?? 0) > completions
      ? [
          event(
            'Warning',
            'TooManySucceededPods',
            'Too many succeeded pods running after completion count reached',
          ),
        ]
      : [];
  return [...tooMany, event('Normal', 'Completed', 'Job completed')];
}

/** The counters rise; the Job is over once nothing is left to count and no pod is left that may still run. */
export function close(
  { job, tracked, finished, terminating, isFull }: Tracking,
  untracked: ReadonlySet<string>,
  hasFailed: boolean,
  now: Micros,
): Closing {
  const left = new Set([...tracked].filter((uid) => !untracked.has(uid)));
  const { status, changed } = counted(job.status, left);
  const { succeeded, failed } = uncountedOf(status);
  const isOver =
    finished !== undefined &&
    !hasFailed &&
    !isFull &&
    succeeded.length + failed.length === 0 &&
    terminating === 0;
  if (!isOver) return { job: { ...job, status: statusOf(status) }, changed, events: [] };
  const conditions = withCondition(status.conditions, finished);
  const done: Job = {
    ...job,
    status: statusOf({
      ...status,
      ...(conditions === undefined ? {} : { conditions }),
      ...(finished.type === 'Complete' ? { completionTime: rfc3339(now) } : {}),
    }),
  };
  return { job: done, changed: true, events: endEvents(done, finished) };
}
