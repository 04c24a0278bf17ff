import { CelError } from './error.ts';

/** Moments and durations with nanoseconds, as Go reads and prints them. */
export const SECOND_NANOS = 1_000_000_000n;
const DAY_SECONDS = 86_400n;

/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z, in seconds since the epoch (cel-go `types.Timestamp`). */
const MIN_SECONDS = -62_135_596_800n;
const MAX_SECONDS = 253_402_300_799n;

export interface Civil {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** 0 is Sunday. */
  readonly weekDay: number;
  readonly yearDay: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly nanos: number;
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

/** Days since the epoch (H. Hinnant's `chrono` notes). */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

export function civil(nanos: bigint): Civil {
  const total = floorDivide(nanos, SECOND_NANOS);
  const days = Number(floorDivide(total, DAY_SECONDS));
  const ofDay = Number(total - BigInt(days) * DAY_SECONDS);
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return {
    year,
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
    weekDay: (((days + 4) % 7) + 7) % 7,
    yearDay: days - daysFromCivil(year, 1, 1),
    hours: Math.floor(ofDay / 3600),
    minutes: Math.floor(ofDay / 60) % 60,
    seconds: ofDay % 60,
    nanos: Number(nanos - total * SECOND_NANOS),
  };
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isDay(year: number, month: number, day: number): boolean {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = month === 2 && isLeap ? 29 : (MONTH_DAYS[month - 1] ?? 0);
  return day >= 1 && day <= days;
}

/** Nanoseconds since the epoch of an RFC 3339 text. */
export function parseTimestamp(text: string): bigint | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [, ...parts] = match;
  const [year = 0, month = 0, day = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(0, 6).map(Number);
  const [, , , , , , fraction = '', sign, zoneHours = '0', zoneMinutes = '0'] = parts;
  if (!isDay(year, month, day) || hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const zone = (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60 * (sign === '-' ? -1 : 1);
  const total = daysFromCivil(year, month, day) * 86_400 + hours * 3600 + minutes * 60 + seconds - zone;
  return BigInt(total) * SECOND_NANOS + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
}

/** A day, as `format: date` has it. */
export function parseDate(text: string): bigint | undefined {
  const [, ...parts] = DATE.exec(text) ?? [];
  const [year = 0, month = 0, day = 0] = parts.map(Number);
  if (!isDay(year, month, day)) return undefined;
  return BigInt(daysFromCivil(year, month, day)) * DAY_SECONDS * SECOND_NANOS;
}

export function inTimestampRange(nanos: bigint): bigint {
  const seconds = floorDivide(nanos, SECOND_NANOS);
  if (seconds < MIN_SECONDS || seconds > MAX_SECONDS) throw new CelError('timestamp overflow');
  return nanos;
}

function two(value: number): string {
  return `${value}`.padStart(2, '0');
}

/** RFC 3339 in UTC, with as many decimals as it takes. */
export function showTimestamp(nanos: bigint): string {
  const { year, month, day, hours, minutes, seconds, nanos: rest } = civil(nanos);
  const fraction = rest === 0 ? '' : `.${`${rest}`.padStart(9, '0').replace(/0+$/, '')}`;
  const date = `${`${year}`.padStart(4, '0')}-${two(month)}-${two(day)}`;
  return `${date}T${two(hours)}:${two(minutes)}:${two(seconds)}${fraction}Z`;
}

const UNIT_NANOS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: SECOND_NANOS,
  m: 60n * SECOND_NANOS,
  h: 3600n * SECOND_NANOS,
};

const MAX_INT64 = 9_223_372_036_854_775_807n;

/** Go's `time.ParseDuration`. */
export function parseDuration(text: string): bigint | undefined {
  const [, sign = '', body = ''] = /^([-+]?)(.*)$/s.exec(text) ?? [];
  if (body === '0') return 0n;
  const pieces = [...body.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/gy)];
  if (pieces.length === 0 || pieces.reduce((sum, [whole]) => sum + whole.length, 0) !== body.length) {
    return undefined;
  }
  let total = 0n;
  for (const [, digits = '', unit = ''] of pieces) {
    const [whole = '', fraction = ''] = digits.split('.');
    const nanos = UNIT_NANOS[unit] as bigint;
    total += BigInt(whole === '' ? '0' : whole) * nanos;
    const exact = fraction.slice(0, 18);
    if (exact !== '') total += (BigInt(exact) * nanos) / BigInt(`1${'0'.repeat(exact.length)}`);
  }
  if (total > MAX_INT64) return undefined;
  return sign === '-' ? -total : total;
}

/** As cel-go turns a duration into text: seconds, with as many decimals as it takes. */
export function showDuration(nanos: bigint): string {
  const positive = nanos < 0n ? -nanos : nanos;
  const rest = positive % SECOND_NANOS;
  const fraction = rest === 0n ? '' : `.${`${rest}`.padStart(9, '0').replace(/0+$/, '')}`;
  return `${nanos < 0n ? '-' : ''}${positive / SECOND_NANOS}${fraction}s`;
}
