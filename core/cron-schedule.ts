import { DAY, HOUR, MINUTE, type Micros, rfc3339, SECOND } from './time.ts';
import { type TimeZone, timeZone } from './time-zones.ts';

/**
 * Schedules as CronJobs have them: the dialect of github.com/robfig/cron v3 (`ParseStandard`), which Kubernetes uses,
 * with its messages. No general cron library fits: they accept what this dialect refuses (`7` for Sunday, `L`, `#`),
 * lack `@every`, and lean on the engine's `Date` and time zones.
 */

export interface CronSchedule {
  /** The first time of the schedule after `after`, or `undefined` where there is none within five years. */
  readonly next: (after: Micros) => Micros | undefined;
}

export type ParsedSchedule =
  | { readonly ok: true; readonly schedule: CronSchedule }
  | { readonly ok: false; readonly message: string };

class ScheduleError extends Error {}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
  /** The number that the first name stands for. */
  readonly base?: number;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const MINUTES: Bounds = { min: 0, max: 59 };
const HOURS: Bounds = { min: 0, max: 23 };
const DAYS_OF_MONTH: Bounds = { min: 1, max: 31 };
const MONTHS_OF_YEAR: Bounds = { min: 1, max: 12, names: MONTHS, base: 1 };
const DAYS_OF_WEEK: Bounds = { min: 0, max: 6, names: WEEKDAYS, base: 0 };
const FIELDS = [MINUTES, HOURS, DAYS_OF_MONTH, MONTHS_OF_YEAR, DAYS_OF_WEEK] as const;

/** What a field admits. */
interface Field {
  readonly values: ReadonlySet<number>;
  /** A plain `*` or `?`: of two days fields, the other one alone counts. */
  readonly isStar: boolean;
}

function integer(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) {
    throw new ScheduleError(
      `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  }
  const value = Number(text);
  if (value < 0) throw new ScheduleError(`negative number (${value}) not allowed: ${text}`);
  return value;
}

function integerOrName(text: string, { names, base = 0 }: Bounds): number {
  const place = names?.indexOf(text.toLowerCase()) ?? -1;
  return place >= 0 ? base + place : integer(text);
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly isStar: boolean;
}

function rangeOf(expression: string, bounds: Bounds): Range {
  const [range = '', ...steps] = expression.split('/');
  const [low = '', ...highs] = range.split('-');
  const isStar = low === '*' || low === '?';
  let start = bounds.min;
  let end = bounds.max;
  if (!isStar) {
    start = integerOrName(low, bounds);
    if (highs.length > 1) throw new ScheduleError(`too many hyphens: ${expression}`);
    end = highs.length === 0 ? start : integerOrName(highs[0] as string, bounds);
  }
  if (steps.length > 1) throw new ScheduleError(`too many slashes: ${expression}`);
  const step = steps.length === 0 ? 1 : integer(steps[0] as string);
  // N/step is N-max/step.
  if (steps.length === 1 && highs.length === 0) end = bounds.max;
  if (start < bounds.min) {
    throw new ScheduleError(`beginning of range (${start}) below minimum (${bounds.min}): ${expression}`);
  }
  if (end > bounds.max) {
    throw new ScheduleError(`end of range (${end}) above maximum (${bounds.max}): ${expression}`);
  }
  if (start > end) {
    throw new ScheduleError(`beginning of range (${start}) beyond end of range (${end}): ${expression}`);
  }
  if (step === 0) throw new ScheduleError(`step of range should be a positive number: ${expression}`);
  return { start, end, step, isStar: isStar && step === 1 };
}

function fieldOf(text: string, bounds: Bounds): Field {
  const values = new Set<number>();
  let isStar = false;
  for (const expression of text.split(',')) {
    if (expression === '') continue;
    const range = rangeOf(expression, bounds);
    for (let value = range.start; value <= range.end; value += range.step) values.add(value);
    isStar ||= range.isStar;
  }
  return { values, isStar };
}

function monthAndDay(days: number): { readonly month: number; readonly day: number } {
  const text = rfc3339(days * DAY);
  return { month: Number(text.slice(5, 7)), day: Number(text.slice(8, 10)) };
}

/** 1970-01-01 was a Thursday. */
function weekday(days: number): number {
  return (((days + 4) % 7) + 7) % 7;
}

/** `SpecSchedule.Next` gives up after five years. */
const SEARCH_MAX: Micros = 5 * 366 * DAY;
/** From here on a day is gone through by the hour, since its midnight may come sooner or later than usual. */
const LATE_HOUR = 21;

/** How far a time is from the next one that may fit; nothing where it fits. By the clocks of the zone. */
function distanceOf(
  local: Micros,
  { minutes, hours, fitsDay }: { minutes: Field; hours: Field; fitsDay: (days: number) => boolean },
): Micros {
  const days = Math.floor(local / DAY);
  const minuteOfDay = Math.floor((local - days * DAY) / MINUTE);
  const hour = Math.floor(minuteOfDay / 60);
  const minute = minuteOfDay % 60;
  if (!fitsDay(days) && hour < LATE_HOUR) return (LATE_HOUR * 60 - minuteOfDay) * MINUTE;
  if (!fitsDay(days) || !hours.values.has(hour)) return (60 - minute) * MINUTE;
  for (let later = minute; later < 60; later += 1) {
    if (minutes.values.has(later)) return (later - minute) * MINUTE;
  }
  return (60 - minute) * MINUTE;
}

/**
 * The times at which the clocks of a zone show what the fields admit: none where clocks are put forward over it, two
 * where they are put back.
 */
function ofFields(fields: readonly Field[], { offsetAt }: TimeZone): CronSchedule {
  const [minutes, hours, daysOfMonth, months, daysOfWeek] = fields as [Field, Field, Field, Field, Field];
  const fitsDay = (days: number): boolean => {
    const { month, day } = monthAndDay(days);
    if (!months.values.has(month)) return false;
    const inMonth = daysOfMonth.values.has(day);
    const inWeek = daysOfWeek.values.has(weekday(days));
    // Where both are given, either will do.
    return daysOfMonth.isStar || daysOfWeek.isStar ? inMonth && inWeek : inMonth || inWeek;
  };
  return {
    next: (after) => {
      let t = (Math.floor(after / MINUTE) + 1) * MINUTE;
      const end = t + SEARCH_MAX;
      while (t <= end) {
        const distance = distanceOf(t + offsetAt(t), { minutes, hours, fitsDay });
        if (distance === 0) return t;
        t += distance;
      }
      return undefined;
    },
  };
}

const DESCRIPTORS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

const EVERY = '@every ';
const UNITS: Readonly<Record<string, Micros>> = {
  ns: 0.001,
  us: 1,
  µs: 1,
  ms: 1000,
  s: SECOND,
  m: MINUTE,
  h: HOUR,
};

/** Go's `time.ParseDuration`, as far as schedules need it. */
function durationOf(text: string): Micros {
  const quoted = JSON.stringify(text);
  const parts = [...text.matchAll(/(\d+\.?\d*|\.\d+)([a-zµ]*)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text.replace(/^[+-]/, '')) {
    throw new ScheduleError(`failed to parse duration @every ${text}: time: invalid duration ${quoted}`);
  }
  let sum = 0;
  for (const [, amount = '', unit = ''] of parts) {
    const size = UNITS[unit];
    if (size === undefined) {
      const problem =
        unit === ''
          ? `missing unit in duration ${quoted}`
          : `unknown unit ${JSON.stringify(unit)} in duration ${quoted}`;
      throw new ScheduleError(`failed to parse duration @every ${text}: time: ${problem}`);
    }
    sum += Number(amount) * size;
  }
  return text.startsWith('-') ? -sum : sum;
}

/** A constant distance of whole seconds, one at least (`cron.Every`). */
function every(delay: Micros): CronSchedule {
  const seconds = Math.max(1, Math.floor(delay / SECOND));
  return { next: (after) => (Math.floor(after / SECOND) + seconds) * SECOND };
}

function zoneNamed(name: string): TimeZone {
  const zone = timeZone(name);
  if (zone !== undefined) return zone;
  throw new ScheduleError(`provided bad location ${name}: unknown time zone ${name}`);
}

function read(text: string, zone: TimeZone): CronSchedule {
  if (text === '') throw new ScheduleError('empty spec string');
  const given = /^(?:CRON_)?TZ=(\S*)/.exec(text);
  if (given !== null) return read(text.slice(given[0].length).trim(), zoneNamed(given[1] as string));
  if (text.startsWith('@')) {
    const known = DESCRIPTORS[text];
    if (known !== undefined) return read(known, zone);
    if (text.startsWith(EVERY)) return every(durationOf(text.slice(EVERY.length)));
    throw new ScheduleError(`unrecognized descriptor: ${text}`);
  }
  const parts = text.split(/\s+/).filter((part) => part !== '');
  if (parts.length !== FIELDS.length) {
    throw new ScheduleError(
      `expected exactly ${FIELDS.length} fields, found ${parts.length}: [${parts.join(' ')}]`,
    );
  }
  const fields = FIELDS.map((bounds, place) => fieldOf(parts[place] as string, bounds));
  return ofFields(fields, zone);
}

const parsed = new Map<string, ParsedSchedule>();
/** Texts come from users: a run has few, a long fuzzing many. */
const REMEMBERED_MAX = 1000;

/** `cron.ParseStandard`, by the clocks of a zone. A text is parsed once. */
export function parseSchedule(text: string, zone = 'UTC'): ParsedSchedule {
  const key = `${zone} ${text}`;
  const known = parsed.get(key);
  if (known !== undefined) return known;
  let outcome: ParsedSchedule;
  try {
    outcome = { ok: true, schedule: read(text, zoneNamed(zone)) };
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
    outcome = { ok: false, message: error.message };
  }
  if (parsed.size >= REMEMBERED_MAX) parsed.clear();
  parsed.set(key, outcome);
  return outcome;
}
