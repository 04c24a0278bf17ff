import { controllerOf, keyOf, objectKey } from '../../core/api/object.ts';
import { type CronSchedule, parseSchedule } from '../../core/cron-schedule.ts';
import { CRON_JOB, JOB } from '../../core/kinds/registry.ts';
import type { CronJob, Job, ObjectReference } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { type Micros, parseRfc3339 } from '../../core/time.ts';
import { timeZone } from '../../core/time-zones.ts';
import {
  type Controller,
  DONE,
  type Reaction,
  type Reconciliation,
  type Request,
  type RequestResult,
  type WatchEvent,
} from '../controller.ts';
import { dueTime, jobName, untilNext } from './cron-job-schedule.ts';
import {
  CREATE_JOB,
  type CronTurn,
  cronEvent,
  expired,
  FIND,
  FIND_CREATED,
  FIND_REPLACED,
  FIND_SELF,
  isActive,
  jobCreation,
  jobDeletion,
  jobLookup,
  REMOVE,
  REPLACE,
  selfLookup,
  withActive,
  withFinished,
  withoutActive,
} from './cron-job-turn.ts';
import { finishedCondition } from './job-facts.ts';
import { NO_KEYS } from './owner-keys.ts';

const STATUS = 'status';

/** What a turn has in hand between its requests. */
export interface CronJobMemory {
  readonly turn: CronTurn;
  readonly jobs: readonly Job[];
  /** Requests of the present step that have no result yet. */
  readonly outstanding: number;
  readonly step: 'self' | 'clean' | 'replace' | 'create';
  /** The time that a Job is made for. */
  readonly scheduled: Micros | undefined;
}

/** Requests, and what is remembered until their results are there. */
interface Step {
  readonly memory: CronJobMemory | undefined;
  readonly requests: readonly Request[];
}

function finish(turn: CronTurn, events: readonly Request[] = []): Step {
  if (!turn.changed) return { memory: undefined, requests: events };
  const { active, lastScheduleTime, lastSuccessfulTime } = turn.status;
  const status = { active, lastScheduleTime, lastSuccessfulTime } as CronJob['status'];
  const object: CronJob = { ...turn.cronJob, status };
  return {
    memory: undefined,
    requests: [...events, { verb: 'updateStatus', kind: CRON_JOB, object, tag: STATUS }],
  };
}

/** The schedule of a CronJob, or what is told of one that can't be read. */
function scheduleOf(cronJob: CronJob): CronSchedule | { readonly reason: string; readonly message: string } {
  const { schedule, timeZone: zone } = cronJob.spec;
  if (zone !== undefined && timeZone(zone) === undefined) {
    const message = `invalid timeZone: ${JSON.stringify(zone)}: unknown time zone ${zone}`;
    return { reason: 'UnknownTimeZone', message };
  }
  const outcome = parseSchedule(schedule, zone);
  if (outcome.ok) return outcome.schedule;
  const message = `unparseable schedule: ${JSON.stringify(schedule)} : ${outcome.message}`;
  return { reason: 'UnparseableSchedule', message };
}

/** Start a Job if one is due (`syncCronJob`, from where the list of active Jobs is right). */
function start(turn: CronTurn, now: Micros): Step {
  const { cronJob } = turn;
  if (cronJob.metadata.deletionTimestamp !== undefined) return finish(turn);
  const schedule = cronJob.spec.suspend === true ? undefined : scheduleOf(cronJob);
  if (schedule === undefined) return finish(turn);
  if ('reason' in schedule) {
    return finish(turn, [cronEvent(cronJob, 'Warning', schedule.reason, schedule.message)]);
  }
  const { spec } = cronJob;
  const due = dueTime({ ...cronJob, status: turn.status }, schedule, now);
  if (due.error !== undefined) {
    const message = `invalid schedule: ${spec.schedule} : ${due.error}`;
    return finish(turn, [cronEvent(cronJob, 'Warning', 'InvalidSchedule', message)]);
  }
  if (due.time === undefined) return finish(turn);
  const events: Request[] = [];
  if (due.tooManyMissed) {
    const message =
      'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';
    events.push(cronEvent(cronJob, 'Warning', 'TooManyMissedTimes', message));
  }
  const name = jobName(cronJob, due.time);
  const active = turn.status.active ?? [];
  const isProcessed =
    active.some((reference) => reference.name === name) ||
    (turn.status.lastScheduleTime !== undefined && parseRfc3339(turn.status.lastScheduleTime) === due.time);
  if (isProcessed) return finish(turn, events);
  if (spec.concurrencyPolicy === 'Forbid' && active.length > 0) {
    const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
    return finish(turn, [...events, cronEvent(cronJob, 'Normal', 'JobAlreadyActive', message)]);
  }
  const replaced = spec.concurrencyPolicy === 'Replace' ? active : [];
  return next({ turn, jobs: [], outstanding: 0, step: 'replace', scheduled: due.time }, replaced, events);
}

/** Replace the next active Job, or create the new one. */
function next(memory: CronJobMemory, replaced: readonly ObjectReference[], events: readonly Request[]): Step {
  const [first] = replaced;
  if (first !== undefined) {
    const request = jobLookup(first.namespace, first.name ?? '', FIND_REPLACED);
    return { memory: { ...memory, outstanding: 1 }, requests: [...events, request] };
  }
  const { turn, scheduled } = memory;
  if (scheduled === undefined) return finish(turn, events);
  return {
    memory: { ...memory, step: 'create', outstanding: 1 },
    requests: [...events, jobCreation(turn.cronJob, scheduled)],
  };
}

/** History, Jobs that are over, Jobs that are gone; then a new one. */
function clean(turn: CronTurn, jobs: readonly Job[], isSelfKnown: boolean, now: Micros): Step {
  const strangers = jobs.filter(
    (job) => finishedCondition(job) === undefined && !isActive(turn, job.metadata.uid),
  );
  // The cache may not have seen what this controller wrote last.
  if (strangers.length > 0 && !isSelfKnown) {
    return {
      memory: { turn, jobs, outstanding: 1, step: 'self', scheduled: undefined },
      requests: [selfLookup(turn.cronJob)],
    };
  }
  const forgotten = strangers.map(({ metadata }) =>
    cronEvent(
      turn.cronJob,
      'Warning',
      'UnexpectedJob',
      `Saw a job that the controller did not create or forgot: ${metadata.name}`,
    ),
  );
  const removals = expired(turn.cronJob, jobs).map(({ metadata }) => jobDeletion(metadata, REMOVE));
  const seen = withFinished(turn, jobs);
  const lookups = (seen.turn.status.active ?? [])
    .filter(({ uid }) => !jobs.some((job) => job.metadata.uid === uid))
    .map(({ namespace, name = '' }) => jobLookup(namespace, name, FIND));
  const requests = [...removals, ...lookups];
  const events = [...forgotten, ...seen.events];
  if (requests.length === 0) {
    const step = start(seen.turn, now);
    return { ...step, requests: [...events, ...step.requests] };
  }
  return {
    memory: { turn: seen.turn, jobs, outstanding: requests.length, step: 'clean', scheduled: undefined },
    requests: [...removals, ...events, ...lookups],
  };
}

function reconcile(
  view: View,
  key: string,
  _memory: CronJobMemory | undefined,
  now: Micros,
): Reconciliation<CronJobMemory> {
  const cronJob = view.getByKey(CRON_JOB, key);
  if (cronJob === undefined) return DONE;
  const jobs = view.ownedBy(JOB, cronJob.metadata.uid);
  const { requests, memory } = clean({ cronJob, status: cronJob.status, changed: false }, jobs, false, now);
  const wait = delayUntilNext(cronJob, now);
  if (wait === undefined) return { requests, memory };
  return { requests, memory, requeueAfter: wait, requeueReason: `schedule ${cronJob.spec.schedule}` };
}

function delayUntilNext(cronJob: CronJob, now: Micros): Micros | undefined {
  if (cronJob.metadata.deletionTimestamp !== undefined || cronJob.spec.suspend === true) return undefined;
  const schedule = scheduleOf(cronJob);
  return 'reason' in schedule ? undefined : untilNext(cronJob, schedule, now);
}

/** A step is through with one request. */
function stepOn(
  memory: CronJobMemory,
  turn: CronTurn,
  events: readonly Request[],
  now: Micros,
): Reaction<CronJobMemory> {
  const outstanding = memory.outstanding - 1;
  if (outstanding > 0) return { memory: { ...memory, turn, outstanding }, requests: events };
  const step = start(turn, now);
  return { memory: step.memory, requests: [...events, ...step.requests] };
}

/** The turn ends here, and the key comes back. What has changed so far is written. */
function failing(turn: CronTurn, events: readonly Request[]): Reaction<CronJobMemory> {
  const step = finish(turn, events);
  return { memory: undefined, requests: step.requests, stop: true, retry: true };
}

function onRemoved(
  memory: CronJobMemory,
  { request, result }: RequestResult,
  now: Micros,
): Reaction<CronJobMemory> {
  const { turn, jobs } = memory;
  const { name } = request as { readonly name: string };
  if (!result.ok) {
    const event = cronEvent(turn.cronJob, 'Warning', 'FailedDelete', `Deleted job: ${result.status.message}`);
    return stepOn(memory, turn, [event], now);
  }
  const uid = jobs.find(({ metadata }) => metadata.name === name)?.metadata.uid ?? '';
  const event = cronEvent(turn.cronJob, 'Normal', 'SuccessfulDelete', `Deleted job ${name}`);
  return stepOn(memory, withoutActive(turn, uid), [event], now);
}

function onFound(
  memory: CronJobMemory,
  { request, result }: RequestResult,
  now: Micros,
): Reaction<CronJobMemory> {
  const { turn } = memory;
  const { name } = request as { readonly name: string };
  if (result.ok) return stepOn(memory, turn, [], now);
  if (result.status.reason !== 'NotFound') return failing(turn, []);
  const uid = turn.status.active?.find((reference) => reference.name === name)?.uid ?? '';
  const event = cronEvent(turn.cronJob, 'Normal', 'MissingJob', `Active job went missing: ${name}`);
  return stepOn(memory, withoutActive(turn, uid), [event], now);
}

function onReplaced(memory: CronJobMemory, { request, result }: RequestResult): Reaction<CronJobMemory> {
  const { turn } = memory;
  const { name } = request as { readonly name: string };
  if (!result.ok) {
    const reason = request.tag === REPLACE ? 'FailedDelete' : 'FailedGet';
    const what = request.tag === REPLACE ? 'Deleted job' : 'Get job';
    return failing(turn, [cronEvent(turn.cronJob, 'Warning', reason, `${what}: ${result.status.message}`)]);
  }
  if (request.tag === FIND_REPLACED) {
    return { memory, requests: [jobDeletion(result.object.metadata, REPLACE)] };
  }
  const uid = turn.status.active?.find((reference) => reference.name === name)?.uid ?? '';
  const without = withoutActive(turn, uid);
  const event = cronEvent(turn.cronJob, 'Normal', 'SuccessfulDelete', `Deleted job ${name}`);
  const step = next({ ...memory, turn: without }, without.status.active ?? [], [event]);
  return { memory: step.memory, requests: step.requests };
}

function onCreated(memory: CronJobMemory, { request, result }: RequestResult): Reaction<CronJobMemory> {
  const { turn, scheduled } = memory;
  if (scheduled === undefined) throw new Error('a Job was created for no time');
  if (request.tag === CREATE_JOB && !result.ok) {
    const { status } = result;
    if (status.reason === 'AlreadyExists') {
      const { namespace } = turn.cronJob.metadata;
      return {
        memory,
        requests: [jobLookup(namespace, jobName(turn.cronJob, scheduled), FIND_CREATED)],
      };
    }
    const isGoing = status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') ?? false;
    if (isGoing) return failing(turn, []);
    const message = `Error creating job: ${status.message}`;
    return failing(turn, [cronEvent(turn.cronJob, 'Warning', 'FailedCreate', message)]);
  }
  if (!result.ok) return failing(turn, []);
  const job = result.object as Job;
  if (request.tag === FIND_CREATED) {
    const isOwn = controllerOf(job)?.uid === turn.cronJob.metadata.uid;
    const step = finish(isOwn && !isActive(turn, job.metadata.uid) ? withActive(turn, job, scheduled) : turn);
    return { memory: step.memory, requests: step.requests };
  }
  const event = cronEvent(turn.cronJob, 'Normal', 'SuccessfulCreate', `Created job ${job.metadata.name}`);
  const step = finish(withActive(turn, job, scheduled), [event]);
  return { memory: step.memory, requests: step.requests };
}

function onResult(
  memory: CronJobMemory | undefined,
  outcome: RequestResult,
  _key: string,
  now: Micros,
): Reaction<CronJobMemory> | undefined {
  const { request, result } = outcome;
  if (memory === undefined) return undefined;
  switch (request.tag) {
    case FIND_SELF: {
      if (!result.ok) return undefined;
      const cronJob = result.object as CronJob;
      const step = clean({ cronJob, status: cronJob.status, changed: false }, memory.jobs, true, now);
      return { memory: step.memory, requests: step.requests };
    }
    case REMOVE:
      return onRemoved(memory, outcome, now);
    case FIND:
      return onFound(memory, outcome, now);
    case FIND_REPLACED:
    case REPLACE:
      return onReplaced(memory, outcome);
    case CREATE_JOB:
    case FIND_CREATED:
      return onCreated(memory, outcome);
    default:
      return undefined;
  }
}

function keyOfOwner({ object }: WatchEvent): readonly string[] {
  const controller = controllerOf(object);
  if (controller === undefined || controller.kind !== CRON_JOB.kind) return NO_KEYS;
  return [objectKey(object.metadata.namespace, controller.name)];
}

/** A new schedule holds from its next time on (`updateCronJob`). */
function delayOfChange({ object, previous }: WatchEvent, now: Micros): Micros {
  const cronJob = object as CronJob;
  const before = (previous as CronJob | undefined)?.spec;
  if (before === undefined) return 0;
  const { schedule, timeZone } = cronJob.spec;
  if (schedule === before.schedule && timeZone === before.timeZone) return 0;
  return delayUntilNext(cronJob, now) ?? 0;
}

/** The CronJob controller (pkg/controller/cronjob): makes Jobs by a schedule, and clears the old ones away. */
export const cronJobController: Controller<CronJobMemory> = {
  name: 'cronjob-controller',
  component: 'cronjob-controller',
  // --concurrent-cron-job-syncs
  workers: 5,
  watches: [
    { kind: CRON_JOB, keys: ({ object }) => [keyOf(object)], delay: delayOfChange },
    { kind: JOB, keys: keyOfOwner },
  ],
  reconcile,
  onResult,
};
