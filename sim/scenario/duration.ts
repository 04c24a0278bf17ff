import { DAY, HOUR, MILLISECOND, MINUTE, SECOND } from '../../core/time.ts';
import type { Duration } from './scenario.ts';

/** Longer than any run, and short enough that a start time plus a duration stays an exact number. */
const MAX_DURATION: Duration = 36_500 * DAY;

/** What a scenario's author is told to write. */
export const DURATION_FORM = 'a duration such as 90s, 5m30s or 1.5h (a plain number is seconds)';

/** Go's units (https://pkg.go.dev/time#ParseDuration), and days, which kubectl prints. */
const UNIT: Readonly<Record<string, Duration>> = {
  d: DAY,
  h: HOUR,
  m: MINUTE,
  s: SECOND,
  ms: MILLISECOND,
  us: 1,
  µs: 1,
};

const PART = /(\d+(?:\.\d*)?|\.\d+)(ms|us|µs|d|h|m|s)/y;

/** A length of time in microseconds, or what is wrong with it. */
export function parseDuration(
  value: string | number,
): { readonly duration: Duration } | { readonly error: string } {
  if (typeof value === 'number') return bounded(value * SECOND, `${value}`);
  const text = value.trim();
  if (text.startsWith('-')) return { error: `a duration can't be negative, got ${JSON.stringify(value)}` };
  if (/^\d+(\.\d+)?$/.test(text)) return bounded(Number(text) * SECOND, text);
  let duration = 0;
  PART.lastIndex = 0;
  let end = 0;
  while (end < text.length) {
    const match = PART.exec(text);
    if (match === null) break;
    // Rounded part by part: every unit is a whole number of microseconds, only a fraction of one is not.
    duration += Math.round(Number(match[1]) * UNIT[match[2]!]!);
    end = PART.lastIndex;
  }
  if (text === '' || end < text.length)
    return { error: `expected ${DURATION_FORM}, got ${JSON.stringify(value)}` };
  return bounded(duration, text);
}

function bounded(
  duration: number,
  text: string,
): { readonly duration: Duration } | { readonly error: string } {
  if (duration < 0) return { error: `a duration can't be negative, got ${text}` };
  if (!(duration <= MAX_DURATION)) return { error: `expected at most 36500d, got ${text}` };
  return { duration: Math.round(duration) };
}

const DIGITS_OF_A_FRACTION = 6;

function seconds(micros: number): string {
  const whole = Math.floor(micros / SECOND);
  const fraction = micros - whole * SECOND;
  if (fraction === 0) return `${whole}`;
  const digits = `${fraction}`.padStart(DIGITS_OF_A_FRACTION, '0').replace(/0+$/, '');
  return `${whole}.${digits}`;
}

/** As Go prints it, without parts that are zero: `1h`, `5m30s`, `41m2.31s`, `0s`. Readable by `parseDuration`. */
export function formatDuration(duration: Duration): string {
  if (duration < 0) return `-${formatDuration(-duration)}`;
  const hours = Math.floor(duration / HOUR);
  const minutes = Math.floor((duration - hours * HOUR) / MINUTE);
  const rest = duration - hours * HOUR - minutes * MINUTE;
  const parts = `${hours > 0 ? `${hours}h` : ''}${minutes > 0 ? `${minutes}m` : ''}`;
  return rest > 0 || parts === '' ? `${parts}${seconds(rest)}s` : parts;
}
