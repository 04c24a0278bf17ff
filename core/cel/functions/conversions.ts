import { base64OfText, bytesOfBase64 } from '../../text/base64.ts';
import { textOfUtf8 } from '../../text/utf8.ts';
import { CelError } from '../error.ts';
import { showDouble } from '../number-text.ts';
import { fn, type Library } from '../overload.ts';
import {
  inTimestampRange,
  parseDuration,
  parseTimestamp,
  SECOND_NANOS,
  showDuration,
  showTimestamp,
} from '../time-text.ts';
import {
  CelMap,
  Duration,
  type List,
  Timestamp,
  TypeValue,
  typeName,
  type Uint,
  type Value,
} from '../value.ts';
import { intOf, uintOf } from './arithmetic.ts';

/** Sizes, and values of one type as values of another (cel-spec "Standard definitions"). */

function codePoints(text: string): bigint {
  let count = text.length;
  for (let at = 0; at < text.length - 1; at += 1) {
    const high = text.charCodeAt(at);
    if (high < 0xd800 || high > 0xdbff) continue;
    const low = text.charCodeAt(at + 1);
    if (low >= 0xdc00 && low <= 0xdfff) count -= 1;
  }
  return BigInt(count);
}

export function utf8Bytes(text: string): Uint8Array {
  return bytesOfBase64(base64OfText(text)) as Uint8Array;
}

function size(value: Value): bigint {
  if (typeof value === 'string') return codePoints(value);
  if (value instanceof CelMap) return BigInt(value.size);
  return BigInt((value as List | Uint8Array).length);
}

function conversionError(to: string): CelError {
  return new CelError(`type conversion error from 'string' to '${to}'`);
}

const TWO_63 = 2 ** 63;

function intOfDouble(value: number): bigint {
  if (!Number.isFinite(value) || value <= -TWO_63 || value >= TWO_63) throw new CelError('integer overflow');
  return BigInt(Math.trunc(value));
}

/** More digits than a 64-bit number has are one too many, however many: reading them all would take its time. */
function boundedDigits(text: string): string {
  return text.replace(/^([-+]?)0+(?=\d)/, '$1').slice(0, 24);
}

function intOfText(text: string): bigint {
  if (!/^[-+]?\d+$/.test(text))
    throw new CelError(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return intOf(BigInt(boundedDigits(text).replace('+', '')));
}

function uintOfText(text: string): Uint {
  if (!/^\d+$/.test(text))
    throw new CelError(`strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`);
  return uintOf(BigInt(boundedDigits(text)));
}

function uintOfDouble(value: number): Uint {
  if (!Number.isFinite(value) || value < 0 || value >= TWO_63 * 2) {
    throw new CelError('unsigned integer overflow');
  }
  return uintOf(BigInt(Math.trunc(value)));
}

function doubleOfText(text: string): number {
  if (/^[-+]?(inf|infinity)$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return Number.NaN;
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) {
    throw new CelError(`strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  return Number(text);
}

function boolOfText(text: string): boolean {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text)) return false;
  throw conversionError('bool');
}

const bytesText = (value: Value): string => {
  const text = textOfUtf8(value as Uint8Array);
  if (text === undefined) throw new CelError('invalid UTF-8 in bytes, cannot convert to string');
  return text;
};

function timestampOfText(value: Value): Timestamp {
  const nanos = parseTimestamp(value as string);
  if (nanos === undefined) throw conversionError('google.protobuf.Timestamp');
  return new Timestamp(inTimestampRange(nanos));
}

function durationOfText(value: Value): Duration {
  const nanos = parseDuration(value as string);
  if (nanos === undefined) throw conversionError('google.protobuf.Duration');
  return new Duration(nanos);
}

function unchanged(name: string, type: string): ReturnType<typeof fn> {
  return fn(name, `(${type}) ${type}`, ([value]) => value as Value);
}

const SIZES: Library = ['string', 'bytes', 'list(A)', 'map(A, B)'].flatMap((type) => [
  fn('size', `(${type}) int`, ([value]) => size(value as Value)),
  fn('size', `${type}.() int`, ([value]) => size(value as Value)),
]);

const seconds = (nanos: bigint): bigint => {
  const whole = nanos / SECOND_NANOS;
  return nanos % SECOND_NANOS < 0n ? whole - 1n : whole;
};

export const CONVERSIONS: Library = [
  ...SIZES,
  unchanged('int', 'int'),
  fn('int', '(uint) int', ([value]) => intOf((value as Uint).value)),
  fn('int', '(double) int', ([value]) => intOfDouble(value as number)),
  fn('int', '(string) int', ([value]) => intOfText(value as string)),
  fn('int', '(timestamp) int', ([value]) => seconds((value as Timestamp).nanos)),
  unchanged('uint', 'uint'),
  fn('uint', '(int) uint', ([value]) => uintOf(value as bigint)),
  fn('uint', '(double) uint', ([value]) => uintOfDouble(value as number)),
  fn('uint', '(string) uint', ([value]) => uintOfText(value as string)),
  unchanged('double', 'double'),
  fn('double', '(int) double', ([value]) => Number(value)),
  fn('double', '(uint) double', ([value]) => Number((value as Uint).value)),
  fn('double', '(string) double', ([value]) => doubleOfText(value as string)),
  unchanged('string', 'string'),
  fn('string', '(bool) string', ([value]) => `${value as boolean}`),
  fn('string', '(int) string', ([value]) => `${value as bigint}`),
  fn('string', '(uint) string', ([value]) => `${(value as Uint).value}`),
  fn('string', '(double) string', ([value]) => showDouble(value as number)),
  fn('string', '(bytes) string', ([value]) => bytesText(value as Value)),
  fn('string', '(timestamp) string', ([value]) => showTimestamp((value as Timestamp).nanos)),
  fn('string', '(duration) string', ([value]) => showDuration((value as Duration).nanos)),
  unchanged('bytes', 'bytes'),
  fn('bytes', '(string) bytes', ([value]) => utf8Bytes(value as string)),
  unchanged('bool', 'bool'),
  fn('bool', '(string) bool', ([value]) => boolOfText(value as string)),
  unchanged('timestamp', 'timestamp'),
  fn('timestamp', '(string) timestamp', ([value]) => timestampOfText(value as Value)),
  fn(
    'timestamp',
    '(int) timestamp',
    ([value]) => new Timestamp(inTimestampRange((value as bigint) * SECOND_NANOS)),
  ),
  unchanged('duration', 'duration'),
  fn('duration', '(string) duration', ([value]) => durationOfText(value as Value)),
  fn('dyn', '(A) dyn', ([value]) => value as Value),
  fn('type', '(A) type', ([value]) => new TypeValue(typeName(value as Value))),
];
