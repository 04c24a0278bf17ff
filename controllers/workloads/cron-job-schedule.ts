import type { CronSchedule } from '../../core/cron-schedule.ts';
import type { CronJob } from '../../core/schema/types.generated.ts';
import { MILLISECOND, MINUTE, type Micros, parseRfc3339, SECOND } from '../../core/time.ts';

/** When a CronJob runs (pkg/controller/cronjob, `utils.go`). */

/** `nextScheduleDelta`: so long after the time itself the controller looks, lest its clock be a little early. */
const LOOK_AFTER: Micros = 100 * MILLISECOND;
/** More missed times than this are told of. */
const MANY = 100;

interface Recent {
  /** Since when times count. */
  readonly earliest: Micros;
  /** The latest time that has come. */
  readonly latest: Micros | undefined;
  readonly missed: number;
  readonly error?: string;
}

function time(text: string | undefined): Micros | undefined {
  return text === undefined ? undefined : parseRfc3339(text);
}

/**
 * `mostRecentScheduleTime`. With the deadline, times that are too late to start do not count, so that the real
 * controller's Event for a time that is too late (MissSchedule) never comes.
 */
function recent(cronJob: CronJob, schedule: CronSchedule, now: Micros, withDeadline: boolean): Recent {
  const { metadata, spec, status } = cronJob;
  let earliest = time(status.lastScheduleTime) ?? time(metadata.creationTimestamp) ?? 0;
  if (withDeadline && spec.startingDeadlineSeconds !== undefined) {
    earliest = Math.max(earliest, now - spec.startingDeadlineSeconds * SECOND);
  }
  const first = schedule.next(earliest);
  if (first === undefined || now < first) return { earliest, latest: undefined, missed: 0 };
  const second = schedule.next(first);
  if (second === undefined || now < second) return { earliest, latest: first, missed: 0 };
  const distance = Math.round((second - first) / SECOND) * SECOND;
  if (distance < SECOND) {
    const error = 'time difference between two schedules is less than 1 second';
    return { earliest, latest: undefined, missed: 0, error };
  }
  // An estimate by the distance of the first two, which most schedules keep.
  const missed = Math.floor((now - first) / distance) + 1;
  let latest: Micros | undefined;
  let candidate = schedule.next(first + (missed - 2) * distance);
  while (candidate !== undefined && candidate <= now) {
    latest = candidate;
    candidate = schedule.next(candidate);
  }
  return { earliest, latest, missed };
}

/** The time that a Job is due for, if any has come since the last. */
export interface Due {
  readonly time: Micros | undefined;
  readonly tooManyMissed: boolean;
  readonly error?: string;
}

export function dueTime(cronJob: CronJob, schedule: CronSchedule, now: Micros): Due {
  const { latest, missed, error } = recent(cronJob, schedule, now, true);
  const found = { time: latest, tooManyMissed: latest !== undefined && missed > MANY };
  return error === undefined ? found : { ...found, error };
}

/** How long until the controller looks again (`nextScheduleTimeDuration`). */
export function untilNext(cronJob: CronJob, schedule: CronSchedule, now: Micros): Micros | undefined {
  const { earliest, latest, missed, error } = recent(cronJob, schedule, now, false);
  const none = missed === 0 ? earliest : now;
  const next = schedule.next(error === undefined ? (latest ?? none) : now);
  return next === undefined ? undefined : Math.max(0, next + LOOK_AFTER - now);
}

/** `getTimeHashInMinutes`: two looks at one time make one name. */
export function jobName(cronJob: CronJob, scheduled: Micros): string {
  return `${cronJob.metadata.name}-${Math.floor(scheduled / MINUTE)}`;
}
