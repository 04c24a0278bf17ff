import { DAY, HOUR, MINUTE, type Micros, rfc3339, SECOND } from './time.ts';

/**
 * Schedules as CronJobs have them: the dialect of github.com/robfig/cron v3 (`ParseStandard`), which Kubernetes uses,
 * with its messages. No general cron library fits: they accept what this dialect refuses (`7` for Sunday, `L`, `#`),
 * lack `@every`, and lean on the engine's `Date` and time zones. All times here are UTC.
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
const DAYS_MAX = 5 * 366;

function ofFields(fields: readonly Field[]): CronSchedule {
  const [minutes, hours, daysOfMonth, months, daysOfWeek] = fields as [Field, Field, Field, Field, Field];
  const ascending = (field: Field) => [...field.values].sort((a, b) => a - b);
  const sortedMinutes = ascending(minutes);
  const sortedHours = ascending(hours);

  const fitsDay = (days: number): boolean => {
    const { month, day } = monthAndDay(days);
    if (!months.values.has(month)) return false;
    const inMonth = daysOfMonth.values.has(day);
    const inWeek = daysOfWeek.values.has(weekday(days));
    // Where both are given, either will do.
    return daysOfMonth.isStar || daysOfWeek.isStar ? inMonth && inWeek : inMonth || inWeek;
  };

  const inDay = (from: number): number | undefined => {
    const hour = Math.floor(from / 60);
    for (const candidate of sortedHours) {
      if (candidate < hour) continue;
      const first = candidate === hour ? from % 60 : 0;
      const minute = sortedMinutes.find((one) => one >= first);
      if (minute !== undefined) return candidate * 60 + minute;
    }
    return undefined;
  };

  return {
    next: (after) => {
      const first = Math.floor(after / MINUTE) + 1;
      const firstDay = Math.floor(first / 1440);
      for (let day = firstDay; day <= firstDay + DAYS_MAX; day += 1) {
        if (!fitsDay(day)) continue;
        const minute = inDay(day === firstDay ? first - day * 1440 : 0);
        if (minute !== undefined) return day * DAY + minute * MINUTE;
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

function read(text: string): CronSchedule {
  if (text === '') throw new ScheduleError('empty spec string');
  const zone = /^(?:CRON_)?TZ=(\S*)/.exec(text);
  if (zone !== null && !isUtc(zone[1] as string)) {
    throw new ScheduleError(`provided bad location ${zone[1]}: unknown time zone ${zone[1]}`);
  }
  const rest = zone === null ? text : text.slice(zone[0].length).trim();
  if (rest.startsWith('@')) {
    const known = DESCRIPTORS[rest];
    if (known !== undefined) return read(known);
    if (rest.startsWith(EVERY)) return every(durationOf(rest.slice(EVERY.length)));
    throw new ScheduleError(`unrecognized descriptor: ${rest}`);
  }
  const parts = rest.split(/\s+/).filter((part) => part !== '');
  if (parts.length !== FIELDS.length) {
    throw new ScheduleError(
      `expected exactly ${FIELDS.length} fields, found ${parts.length}: [${parts.join(' ')}]`,
    );
  }
  return ofFields(FIELDS.map((bounds, place) => fieldOf(parts[place] as string, bounds)));
}

const parsed = new Map<string, ParsedSchedule>();
/** Texts come from users: a run has few, a long fuzzing many. */
const REMEMBERED_MAX = 1000;

/** `cron.ParseStandard`. A text is parsed once. */
export function parseSchedule(text: string): ParsedSchedule {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  let outcome: ParsedSchedule;
  try {
    outcome = { ok: true, schedule: read(text) };
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
    outcome = { ok: false, message: error.message };
  }
  if (parsed.size >= REMEMBERED_MAX) parsed.clear();
  parsed.set(text, outcome);
  return outcome;
}

/** Names of the one time zone that is the same on all machines without a table. */
const UTC_NAMES: ReadonlySet<string> = new Set([
  '',
  'UTC',
  'Etc/UTC',
  'UCT',
  'Etc/UCT',
  'Universal',
  'Etc/Universal',
  'Zulu',
  'Etc/Zulu',
  'GMT',
  'Etc/GMT',
]);

export function isUtc(zone: string): boolean {
  return UTC_NAMES.has(zone);
}
