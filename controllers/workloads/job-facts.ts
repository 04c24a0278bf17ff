import type { Job, JobCondition, Pod } from '../../core/schema/types.generated.ts';
import { type Micros, rfc3339 } from '../../core/time.ts';

/** What the Job controller asks of Jobs and their pods (https://kubernetes.io/docs/concepts/workloads/controllers/job/). */

/** Keeps a pod that has ended until its Job has counted it. */
export const TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking';
/** An annotation and a label of the pods of an Indexed Job. */
export const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index';
/** How often the pods of this index failed before, and how often that was ignored. */
export const INDEX_FAILURES = 'batch.kubernetes.io/job-index-failure-count';
export const INDEX_IGNORED_FAILURES = 'batch.kubernetes.io/job-index-ignored-failure-count';

/** The value of `spec.managedBy` that is this controller's. */
const OWN_NAME = 'kubernetes.io/job-controller';

export type JobConditionType = 'Suspended' | 'Complete' | 'Failed' | 'FailureTarget' | 'SuccessCriteriaMet';

export function isManagedElsewhere({ spec }: Job): boolean {
  return spec.managedBy !== undefined && spec.managedBy !== OWN_NAME;
}

export function isSuspended({ spec }: Job): boolean {
  return spec.suspend === true;
}

export function isIndexed({ spec }: Job): boolean {
  return spec.completionMode === 'Indexed';
}

export function hasLimitPerIndex(job: Job): boolean {
  return isIndexed(job) && job.spec.backoffLimitPerIndex !== undefined;
}

export function jobCondition(
  conditions: readonly JobCondition[] | undefined,
  type: JobConditionType,
): JobCondition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** The condition by which a Job is over, of those with status True. */
export function finishedCondition({ status }: Job): JobCondition | undefined {
  return status.conditions?.find(
    (condition) =>
      (condition.type === 'Complete' || condition.type === 'Failed') && condition.status === 'True',
  );
}

export function newJobCondition(
  type: JobConditionType,
  status: 'True' | 'False',
  reason: string,
  message: string,
  now: Micros,
): JobCondition {
  const time = rfc3339(now);
  return { lastProbeTime: time, lastTransitionTime: time, message, reason, status, type };
}

/** The list with this condition, or the same list where nothing changes; False is not added (`ensureJobConditionStatus`). */
export function withCondition(
  conditions: readonly JobCondition[] | undefined,
  wanted: JobCondition,
): readonly JobCondition[] | undefined {
  const known = conditions?.find(({ type }) => type === wanted.type);
  if (known === undefined) return wanted.status === 'False' ? conditions : [...(conditions ?? []), wanted];
  const { status, reason, message } = known;
  if (status === wanted.status && reason === wanted.reason && message === wanted.message) return conditions;
  return conditions?.map((condition) => (condition === known ? wanted : condition));
}

export function isTracked(pod: Pod): boolean {
  return pod.metadata.finalizers?.includes(TRACKING_FINALIZER) ?? false;
}

/** Whether a pod is replaced only when it has ended, and not as soon as it is being deleted (`onlyReplaceFailedPods`). */
export function replacesEndedOnly({ spec }: Job): boolean {
  return spec.podReplacementPolicy === 'Failed' || spec.podFailurePolicy !== undefined;
}

/** A pod on its way out counts as failed, unless the Job waits for it to end. */
export function isPodFailed(pod: Pod, job: Job): boolean {
  const { phase } = pod.status;
  if (phase === 'Failed') return true;
  if (replacesEndedOnly(job)) return false;
  return pod.metadata.deletionTimestamp !== undefined && phase !== 'Succeeded';
}

/** The index of a pod of an Indexed Job, `undefined` where it has none. */
export function completionIndex({ metadata }: Pod): number | undefined {
  const text = metadata.annotations?.[COMPLETION_INDEX];
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** Whether a pod can count: in an Indexed Job those whose index is one of the Job's. */
export function hasValidIndex(pod: Pod, job: Job): boolean {
  const index = completionIndex(pod);
  return index !== undefined && index < (job.spec.completions ?? 0);
}
