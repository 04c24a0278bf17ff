/**
 * Virtual time. One unit everywhere: an integer of microseconds since the Unix epoch, as a JavaScript number
 * (exact until the year 2255). The kernel's clock, the records of the log and what reducers are given as
 * `now` are all `Micros`; a log line writes them relative to the start of the run.
 */
export type Micros = number;

export const MILLISECOND: Micros = 1_000;
export const SECOND: Micros = 1_000_000;
export const MINUTE: Micros = 60 * SECOND;
export const HOUR: Micros = 60 * MINUTE;
export const DAY: Micros = 24 * HOUR;

/** Where a run's clock starts unless its scenario says otherwise: 2026-01-01T00:00:00Z. */
export const DEFAULT_START: Micros = 1_767_225_600 * SECOND;

const DAYS_PER_400_YEARS = 146_097;
const DAYS_FROM_0000_03_01_TO_1970 = 719_468;

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}

/** Civil date of a day count since 1970-01-01 (proleptic Gregorian; the era algorithm of H. Hinnant's `chrono` notes). */
function civilDate(daysSinceEpoch: number): string {
  const shifted = daysSinceEpoch + DAYS_FROM_0000_03_01_TO_1970;
  const era = Math.floor(shifted / DAYS_PER_400_YEARS);
  const dayOfEra = shifted - era * DAYS_PER_400_YEARS;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${year.toString().padStart(4, '0')}-${twoDigits(month)}-${twoDigits(day)}`;
}

// One-entry caches: neighbouring events share their second, and all events of a run nearly always their day.
let cachedSecond = Number.NaN;
let cachedSecondText = '';
let cachedDay = Number.NaN;
let cachedDayText = '';

/** `metav1.Time`: RFC 3339 in UTC with whole seconds, as in `creationTimestamp`. */
export function rfc3339(t: Micros): string {
  const second = Math.floor(t / SECOND);
  if (second === cachedSecond) return cachedSecondText;
  const day = Math.floor(second / 86_400);
  if (day !== cachedDay) {
    cachedDay = day;
    cachedDayText = civilDate(day);
  }
  const ofDay = second - day * 86_400;
  const hours = Math.floor(ofDay / 3600);
  const minutes = Math.floor(ofDay / 60) % 60;
  cachedSecondText = `${cachedDayText}T${twoDigits(hours)}:${twoDigits(minutes)}:${twoDigits(ofDay % 60)}Z`;
  cachedSecond = second;
  return cachedSecondText;
}

/** `metav1.MicroTime`: RFC 3339 in UTC with six decimals, as in a Lease's `renewTime` or an Event's `eventTime`. */
export function rfc3339Micro(t: Micros): string {
  const fraction = t - Math.floor(t / SECOND) * SECOND;
  return `${rfc3339(t).slice(0, -1)}.${fraction.toString().padStart(6, '0')}Z`;
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

// What was read last: neighbours ask about the same second.
let readText = '';
let readTime: Micros | undefined;

/** Microseconds since the epoch of an RFC 3339 text, or `undefined` where the text is not one. */
export function parseRfc3339(text: string): Micros | undefined {
  if (text !== readText) {
    readTime = readRfc3339(text);
    readText = text;
  }
  return readTime;
}

function readRfc3339(text: string): Micros | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [, y, mo, d, h, mi, s, fraction = '', sign, oh = '0', om = '0'] = match;
  const year = Number(y);
  const month = Number(mo);
  const day = Number(d);
  if (month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  const days = era * DAYS_PER_400_YEARS + dayOfEra - DAYS_FROM_0000_03_01_TO_1970;
  const offsetMinutes = (sign === '-' ? -1 : 1) * (Number(oh) * 60 + Number(om));
  const seconds = days * 86_400 + Number(h) * 3600 + (Number(mi) - offsetMinutes) * 60 + Number(s);
  return seconds * SECOND + Number(fraction.padEnd(6, '0').slice(0, 6));
}
