import { parseRfc3339, rfc3339, rfc3339Micro } from '../time.ts';
import type { CanonicalText } from './canonical-text.ts';

/** What Go's `time.Parse` reads in turn, and what it calls each part when one is missing. */
const PARTS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^\d{4}/, '2006'],
  [/^-/, '-'],
  [/^\d\d/, '01'],
  [/^-/, '-'],
  [/^\d\d/, '02'],
  [/^T/, 'T'],
  [/^\d\d/, '15'],
  [/^:/, ':'],
  [/^\d\d/, '04'],
  [/^:/, ':'],
  [/^\d\d/, '05'],
];
const FRACTION = /^[.,]\d+/;
const SIX_DIGITS = /^\.\d{6}/;
const ZONE = /^(?:Z|[+-]\d\d:\d\d)/;
const UTC_SECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function outOfRange(text: string): string | undefined {
  const year = Number(text.slice(0, 4));
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8, 10));
  if (month < 1 || month > 12) return 'month out of range';
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const last = month === 2 && !leap ? 28 : MONTH_DAYS[month - 1]!;
  if (day < 1 || day > last) return 'day out of range';
  if (Number(text.slice(11, 13)) > 23) return 'hour out of range';
  if (Number(text.slice(14, 16)) > 59) return 'minute out of range';
  if (Number(text.slice(17, 19)) > 59) return 'second out of range';
  return undefined;
}

/** Go's error for a text that isn't of the layout, or `undefined` where it is. */
function timeError(text: string, micro: boolean): string | undefined {
  const layout = micro ? '2006-01-02T15:04:05.000000Z07:00' : '2006-01-02T15:04:05Z07:00';
  const cannot = (rest: string, name: string) =>
    `parsing time ${JSON.stringify(text)} as "${layout}": cannot parse ${JSON.stringify(rest)} as "${name}"`;
  let rest = text;
  for (const [pattern, name] of PARTS) {
    const match = pattern.exec(rest);
    if (match === null) return cannot(rest, name);
    rest = rest.slice(match[0].length);
  }
  const fraction = (micro ? SIX_DIGITS : FRACTION).exec(rest);
  if (micro && fraction === null) return cannot(rest, '.000000');
  rest = rest.slice(fraction?.[0].length ?? 0);
  const zone = ZONE.exec(rest);
  if (zone === null) return cannot(rest, 'Z07:00');
  rest = rest.slice(zone[0].length);
  if (rest !== '') return `parsing time ${JSON.stringify(text)}: extra text: ${JSON.stringify(rest)}`;
  const range = outOfRange(text);
  return range === undefined ? undefined : `parsing time ${JSON.stringify(text)}: ${range}`;
}

/** `metav1.Time`: any zone and fraction come in, UTC with whole seconds goes out. */
export function canonicalTime(text: string): CanonicalText {
  const error = timeError(text, false);
  if (error !== undefined) return { error };
  if (UTC_SECONDS.test(text)) return { text };
  return { text: rfc3339(microsOf(text)) };
}

/** `metav1.MicroTime`: six decimals are required, as Kubernetes' layout has them. */
export function canonicalMicroTime(text: string): CanonicalText {
  const error = timeError(text, true);
  if (error !== undefined) return { error };
  return { text: rfc3339Micro(microsOf(text)) };
}

function microsOf(text: string): number {
  // Digits past the ninth are beyond every unit in use.
  const micros = parseRfc3339(text.replace(',', '.').replace(/(\.\d{9})\d+/, '$1'));
  if (micros === undefined) throw new Error(`a time that passed its check is not readable: ${text}`);
  return micros;
}
