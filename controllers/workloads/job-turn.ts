import { isPodActive, isPodReady, isPodTerminating } from '../../core/kinds/pod/status.ts';
import type { Job, JobCondition, Pod } from '../../core/schema/types.generated.ts';
import { type Micros, parseRfc3339, rfc3339, SECOND } from '../../core/time.ts';
import { type Failures, failuresAfter, finishTime, remainingDelay } from './job-backoff.ts';
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
  replacesEndedOnly,
} from './job-facts.ts';
import {
  countIndexes,
  firstFree,
  hasIndex,
  type Indexes,
  parseIndexes,
  union,
  withIndexes,
} from './job-indexes.ts';
import { allIndexFailures, indexFailures, podsToRemove } from './job-pods.ts';
import { failureVerdict, successMessage } from './job-policies.ts';

/** What a turn of the Job controller knows, from its view and from what it has done so far (`syncJobCtx`). */
export interface JobTurn {
  /** With the status as far as it has been computed. */
  readonly job: Job;
  readonly pods: readonly Pod[];
  readonly active: readonly Pod[];
  readonly counts: { readonly active: number; readonly ready: number; readonly terminating: number };
  /** Of all time, those that are to be counted in this turn among them. */
  readonly succeeded: number;
  readonly failures: Failures | undefined;
  /** The condition that ends the Job, or is about to. */
  readonly finished: JobCondition | undefined;
  readonly countedIndexes: Indexes;
  readonly succeededIndexes: Indexes;
  readonly failedIndexes: Indexes | undefined;
  /** Of each index, the failed pod whose place has not been taken: it hands on the count of failures. */
  readonly replaceable: ReadonlyMap<number, Pod>;
  readonly isSatisfied: boolean;
}

/** The uids of a status, empty lists filled in. */
function uncounted({ status }: Job): {
  readonly succeeded: readonly string[];
  readonly failed: readonly string[];
} {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  return { succeeded, failed };
}

function restartsOf(pod: Pod): number {
  let sum = 0;
  for (const { restartCount } of pod.status.initContainerStatuses ?? []) sum += restartCount;
  for (const { restartCount } of pod.status.containerStatuses ?? []) sum += restartCount;
  return sum;
}

/** Restarts of containers count where pods restart them themselves (`pastBackoffLimitOnFailure`). */
function restartedTooOften({ spec }: Job, pods: readonly Pod[]): boolean {
  if (spec.template.spec?.restartPolicy !== 'OnFailure') return false;
  const limit = spec.backoffLimit ?? 0;
  let sum = 0;
  for (const pod of pods) {
    const { phase } = pod.status;
    if (phase === 'Running' || phase === 'Pending') sum += restartsOf(pod);
  }
  return limit === 0 ? sum > 0 : sum >= limit;
}

/** When the Job's time is up, where it has a limit and is under way. */
export function deadlineOf(job: Job): Micros | undefined {
  const { activeDeadlineSeconds } = job.spec;
  if (activeDeadlineSeconds === undefined || isSuspended(job)) return undefined;
  // A Job that is resumed starts anew, which has yet to be written.
  if (jobCondition(job.status.conditions, 'Suspended')?.status === 'True') return undefined;
  const start = job.status.startTime === undefined ? undefined : parseRfc3339(job.status.startTime);
  return start === undefined ? undefined : start + activeDeadlineSeconds * SECOND;
}

/** What ends the Job, apart from its indexes. A success that is on record stands, then a failure that is. */
function ending(job: Job, pods: readonly Pod[], failed: number, now: Micros): JobCondition | undefined {
  const { conditions } = job.status;
  const success = jobCondition(conditions, 'SuccessCriteriaMet');
  if (success?.status === 'True') return success;
  const target = jobCondition(conditions, 'FailureTarget');
  if (target?.status === 'True') {
    return newJobCondition('Failed', 'True', target.reason ?? '', target.message ?? '', now);
  }
  const failing = (reason: string, message: string): JobCondition =>
    newJobCondition('FailureTarget', 'True', reason, message, now);
  if (job.spec.podFailurePolicy !== undefined) {
    for (const pod of pods) {
      const message = isPodFailed(pod, job) ? failureVerdict(job.spec, pod).failJob : undefined;
      if (message !== undefined) return failing('PodFailurePolicy', message);
    }
  }
  if (failed > (job.spec.backoffLimit ?? 0) || restartedTooOften(job, pods)) {
    return failing('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  }
  const deadline = deadlineOf(job);
  if (deadline !== undefined && now >= deadline) {
    return failing('DeadlineExceeded', 'Job was active longer than specified deadline');
  }
  return undefined;
}

function indexesOf(pods: readonly Pod[], job: Job): readonly number[] {
  return pods.flatMap((pod) => (hasValidIndex(pod, job) ? [completionIndex(pod) as number] : []));
}

/** Whether a failed pod was the last that its index may have. */
function failsIndex(pod: Pod, job: Job): boolean {
  if (!isPodFailed(pod, job)) return false;
  const { action, counts } = failureVerdict(job.spec, pod);
  if (action === 'FailIndex') return true;
  return counts && indexFailures(pod) >= (job.spec.backoffLimitPerIndex ?? 0);
}

/** `getPodsWithDelayedDeletionPerIndex`. */
function replaceableOf(
  job: Job,
  valid: readonly Pod[],
  active: readonly Pod[],
  succeeded: Indexes,
  failed: Indexes,
): ReadonlyMap<number, Pod> {
  const taken = new Set(indexesOf(active, job));
  const found = new Map<number, Pod>();
  for (const pod of valid) {
    const index = completionIndex(pod) as number;
    if (!isPodFailed(pod, job) || taken.has(index)) continue;
    if (hasIndex(succeeded, index) || hasIndex(failed, index)) continue;
    const known = found.get(index);
    if (
      known === undefined ||
      (allIndexFailures(known) <= allIndexFailures(pod) && finishTime(known) <= finishTime(pod))
    ) {
      found.set(index, pod);
    }
  }
  return found;
}

const NO_PODS: ReadonlyMap<number, Pod> = new Map();

/** Look at a Job and its pods: the first part of `syncJob`. */
export function lookAt(
  stored: Job,
  pods: readonly Pod[],
  known: Failures | undefined,
  isSatisfied: boolean,
  now: Micros,
): JobTurn {
  const startTime = stored.status.startTime ?? (isSuspended(stored) ? undefined : rfc3339(now));
  const job: Job = { ...stored, status: { ...stored.status, startTime } as Job['status'] };
  const active = pods.filter(isPodActive);
  const counted = uncounted(job);
  const indexed = isIndexed(job);
  const completions = job.spec.completions ?? 0;
  const valid = pods.filter((pod) => isTracked(pod) && (!indexed || hasValidIndex(pod, job)));
  const newSucceeded = valid.filter(
    ({ metadata, status }) => status.phase === 'Succeeded' && !counted.succeeded.includes(metadata.uid),
  );
  const newFailed = valid.filter(
    (pod) => isPodFailed(pod, job) && !counted.failed.includes(pod.metadata.uid),
  );
  const failed =
    (job.status.failed ?? 0) +
    counted.failed.length +
    newFailed.filter((pod) => failureVerdict(job.spec, pod).counts).length;

  const countedIndexes = indexed ? parseIndexes(job.status.completedIndexes, completions) : [];
  let succeededIndexes = countedIndexes;
  let failedIndexes: Indexes | undefined;
  let finished = ending(job, pods, failed, now);
  let succeeded = (job.status.succeeded ?? 0) + newSucceeded.length + counted.succeeded.length;
  let replaceable = NO_PODS;
  if (indexed) {
    const ended = pods.filter((pod) => isTracked(pod) && hasValidIndex(pod, job));
    succeededIndexes = withIndexes(
      countedIndexes,
      indexesOf(
        ended.filter(({ status }) => status.phase === 'Succeeded'),
        job,
      ),
    );
    succeeded = countIndexes(succeededIndexes);
    if (hasLimitPerIndex(job)) {
      failedIndexes = withIndexes(
        parseIndexes(job.status.failedIndexes, completions),
        indexesOf(
          ended.filter((pod) => failsIndex(pod, job)),
          job,
        ),
      );
      finished ??= endingByIndexes(job, succeededIndexes, failedIndexes, now);
      replaceable = replaceableOf(job, valid, active, succeededIndexes, failedIndexes);
    }
    if (finished === undefined) {
      const message = successMessage(job.spec.successPolicy, completions, succeededIndexes);
      if (message !== undefined) {
        finished = newJobCondition('SuccessCriteriaMet', 'True', 'SuccessPolicy', message, now);
      }
    }
  }
  return {
    job,
    pods,
    active,
    counts: {
      active: active.length,
      ready: active.filter(isPodReady).length,
      terminating: pods.filter(isPodTerminating).length,
    },
    succeeded,
    failures: failuresAfter(known, newSucceeded, newFailed),
    finished,
    countedIndexes,
    succeededIndexes,
    failedIndexes,
    replaceable,
    isSatisfied,
  };
}

function endingByIndexes(
  { spec }: Job,
  succeeded: Indexes,
  failed: Indexes,
  now: Micros,
): JobCondition | undefined {
  const failures = countIndexes(failed);
  if (spec.maxFailedIndexes !== undefined && failures > spec.maxFailedIndexes) {
    const message = 'Job has exceeded the specified maximal number of failed indexes';
    return newJobCondition('FailureTarget', 'True', 'MaxFailedIndexesExceeded', message, now);
  }
  if (failures > 0 && failures + countIndexes(succeeded) >= (spec.completions ?? 0)) {
    return newJobCondition('FailureTarget', 'True', 'FailedIndexes', 'Job has failed indexes', now);
  }
  return undefined;
}

/** What is to be done about the number of pods. */
export type PodPlan =
  | { readonly do: 'nothing'; readonly retryAfter?: Micros }
  | { readonly do: 'remove'; readonly pods: readonly Pod[] }
  /** One entry for each pod: its index, or `undefined`. */
  | { readonly do: 'create'; readonly indexes: readonly (number | undefined)[] };

/** `MaxPodCreateDeletePerSync`. */
const PODS_PER_TURN = 500;

function wantedActive({ job, succeeded, counts }: JobTurn): number {
  const { completions, parallelism = 1 } = job.spec;
  if (completions === undefined) return succeeded > 0 ? counts.active : parallelism;
  return Math.max(0, Math.min(completions - succeeded, parallelism));
}

/** `manageJob`, as far as it decides. Removal goes before creation. */
export function planPods(turn: JobTurn, now: Micros): PodPlan {
  const { job, counts } = turn;
  if (isSuspended(job)) return { do: 'remove', pods: turn.active };
  const wanted = wantedActive(turn);
  const surplus = podsToRemove(job, turn.active, Math.max(0, counts.active - wanted), now);
  if (surplus.length > 0) return { do: 'remove', pods: surplus.slice(0, PODS_PER_TURN) };
  const leaving = replacesEndedOnly(job) ? counts.terminating : 0;
  const missing = Math.min(PODS_PER_TURN, wanted - leaving - counts.active);
  if (missing <= 0) return { do: 'nothing' };
  const perIndex = hasLimitPerIndex(job);
  const delay = perIndex ? 0 : remainingDelay(turn.failures, now);
  if (delay > 0) return { do: 'nothing', retryAfter: delay };
  if (!isIndexed(job)) return { do: 'create', indexes: new Array<undefined>(missing).fill(undefined) };
  const indexes = pendingIndexes(turn, missing);
  if (!perIndex) return { do: 'create', indexes };
  const delays = indexes.map((index) => indexDelay(turn.replaceable.get(index), now));
  const ready = indexes.filter((_index, place) => delays[place] === 0);
  if (ready.length > 0 || indexes.length === 0) return { do: 'create', indexes: ready };
  return { do: 'nothing', retryAfter: Math.min(...delays) };
}

function indexDelay(replaced: Pod | undefined, now: Micros): Micros {
  if (replaced === undefined) return 0;
  return remainingDelay({ count: allIndexFailures(replaced) + 1, last: finishTime(replaced) }, now);
}

/** `firstPendingIndexes`. */
function pendingIndexes(turn: JobTurn, count: number): readonly number[] {
  const { job, pods, active, succeededIndexes, failedIndexes } = turn;
  let taken = withIndexes(succeededIndexes, indexesOf(active, job));
  if (replacesEndedOnly(job)) {
    taken = withIndexes(taken, indexesOf(pods.filter(isPodTerminating), job));
  }
  return firstFree(union(taken, failedIndexes ?? []), count, job.spec.completions ?? 0);
}
