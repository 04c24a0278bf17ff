import type { NewObject } from '../../core/api/object.ts';
import { CRON_JOB, JOB } from '../../core/kinds/registry.ts';
import type { CronJob, CronJobStatus, Job, ObjectReference } from '../../core/schema/types.generated.ts';
import { MINUTE, type Micros, parseRfc3339, rfc3339 } from '../../core/time.ts';
import { timeZone } from '../../core/time-zones.ts';
import type { EventRequest, Request } from '../controller.ts';
import { controllerReference } from './claim.ts';
import { jobName } from './cron-job-schedule.ts';
import { finishedCondition } from './job-facts.ts';

/** An annotation of the Jobs of a CronJob: the time that they are for. */
const SCHEDULED_AT = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

/** The tags of a CronJob's requests. */
export const REMOVE = 'remove';
export const REPLACE = 'replace';
export const FIND = 'find';
export const FIND_SELF = 'find-self';
export const FIND_CREATED = 'find-created';
export const FIND_REPLACED = 'find-replaced';
export const CREATE_JOB = 'create-job';

/** What a turn writes into the status of its CronJob. */
export interface CronTurn {
  readonly cronJob: CronJob;
  readonly status: Partial<CronJobStatus>;
  readonly changed: boolean;
}

export function cronEvent(
  cronJob: CronJob,
  eventType: EventRequest['eventType'],
  reason: string,
  message: string,
): EventRequest {
  return { verb: 'event', regarding: cronJob, eventType, reason, message };
}

export function isActive({ status }: CronTurn, uid: string): boolean {
  return status.active?.some((reference) => reference.uid === uid) ?? false;
}

/** Take a Job off the list of active ones, where it stands there. */
export function withoutActive(turn: CronTurn, uid: string): CronTurn {
  const { active, ...status } = turn.status;
  const others = active?.filter((reference) => reference.uid !== uid) ?? [];
  return { ...turn, status: others.length === 0 ? status : { ...status, active: others }, changed: true };
}

export function withActive(turn: CronTurn, job: Job, scheduled: Micros): CronTurn {
  const { namespace, name, uid, resourceVersion } = job.metadata;
  const reference: ObjectReference = {
    apiVersion: JOB.apiVersion,
    kind: JOB.kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    resourceVersion,
    uid,
  };
  return {
    ...turn,
    status: {
      ...turn.status,
      active: [...(turn.status.active ?? []), reference],
      lastScheduleTime: rfc3339(scheduled),
    },
    changed: true,
  };
}

function isLater(text: string, than: string | undefined): boolean {
  return than === undefined || (parseRfc3339(text) ?? 0) > (parseRfc3339(than) ?? 0);
}

/** Jobs that are over leave the list, and the last success is noted. */
export function withFinished(
  turn: CronTurn,
  jobs: readonly Job[],
): { readonly turn: CronTurn; readonly events: readonly EventRequest[] } {
  let next = turn;
  const events: EventRequest[] = [];
  for (const job of jobs) {
    const finished = finishedCondition(job);
    if (finished === undefined) continue;
    const { uid, name } = job.metadata;
    if (isActive(next, uid)) {
      next = withoutActive(next, uid);
      const message = `Saw completed job: ${name}, condition: ${finished.type}`;
      events.push(cronEvent(turn.cronJob, 'Normal', 'SawCompletedJob', message));
    }
    const { completionTime } = job.status;
    if (finished.type !== 'Complete' || completionTime === undefined) continue;
    if (isLater(completionTime, next.status.lastSuccessfulTime)) {
      next = { ...next, status: { ...next.status, lastSuccessfulTime: completionTime }, changed: true };
    }
  }
  return { turn: next, events };
}

function inOrderOfStart(a: Job, b: Job): number {
  const left = a.status.startTime;
  const right = b.status.startTime;
  if (left !== right) {
    if (left === undefined) return 1;
    if (right === undefined) return -1;
    return left < right ? -1 : 1;
  }
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

/** Jobs beyond the limits of history, the oldest first. */
export function expired({ spec }: CronJob, jobs: readonly Job[]): readonly Job[] {
  const beyond = (type: string, limit: number | undefined): readonly Job[] => {
    if (limit === undefined) return [];
    const finished = jobs.filter((job) => finishedCondition(job)?.type === type);
    return finished.sort(inOrderOfStart).slice(0, Math.max(0, finished.length - limit));
  };
  return [
    ...beyond('Complete', spec.successfulJobsHistoryLimit),
    ...beyond('Failed', spec.failedJobsHistoryLimit),
  ];
}

export function jobDeletion(reference: ObjectReference, tag: string): Request {
  return {
    verb: 'delete',
    kind: JOB,
    namespace: reference.namespace,
    name: reference.name ?? '',
    options: { propagationPolicy: 'Background' },
    tag,
  };
}

/** Read a Job in the API: a patch that changes nothing. */
export function jobLookup(namespace: string | undefined, name: string, tag: string): Request {
  return { verb: 'patch', kind: JOB, namespace, name, change: (stored) => stored, tag };
}

export function selfLookup({ metadata }: CronJob): Request {
  const { namespace, name, uid } = metadata;
  return { verb: 'patch', kind: CRON_JOB, namespace, name, uid, change: (stored) => stored, tag: FIND_SELF };
}

/** RFC 3339 by the clocks of a zone: `2026-07-01T09:00:00+02:00`. */
function localTime(t: Micros, zone = 'UTC'): string {
  const offset = timeZone(zone)?.offsetAt(t) ?? 0;
  if (offset === 0) return rfc3339(t);
  const minutes = Math.abs(offset) / MINUTE;
  const two = (value: number) => String(value).padStart(2, '0');
  const sign = offset < 0 ? '-' : '+';
  return `${rfc3339(t + offset).slice(0, -1)}${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** `getJobFromTemplate2`. */
export function jobCreation(cronJob: CronJob, scheduled: Micros): Request {
  const { metadata, spec } = cronJob.spec.jobTemplate;
  const object: NewObject = {
    apiVersion: JOB.apiVersion,
    kind: JOB.kind,
    metadata: {
      name: jobName(cronJob, scheduled),
      ...(cronJob.metadata.namespace === undefined ? {} : { namespace: cronJob.metadata.namespace }),
      ...(metadata?.labels === undefined ? {} : { labels: metadata.labels }),
      annotations: { ...metadata?.annotations, [SCHEDULED_AT]: localTime(scheduled, cronJob.spec.timeZone) },
      ownerReferences: [controllerReference(CRON_JOB, cronJob)],
    },
    spec,
  } as NewObject;
  return { verb: 'create', kind: JOB, object, tag: CREATE_JOB };
}
