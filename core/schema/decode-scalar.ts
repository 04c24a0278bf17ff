import { canonicalBase64 } from './base64-text.ts';
import type { CanonicalText } from './canonical-text.ts';
import {
  badText,
  type Decoding,
  forbiddenKey,
  isForbiddenKey,
  isJsonObject,
  isTooLarge,
  MAX_DEPTH,
  type TypeNames,
  tooDeep,
  wrongType,
} from './decoding.ts';
import { canonicalQuantity } from './quantity-text.ts';
import type { ScalarType } from './table.ts';
import { canonicalMicroTime, canonicalTime } from './time-text.ts';

/** Turns a value that is neither null nor undefined into its canonical form; `undefined` where it has a problem. */
export type Decoder = (raw: unknown, at: Decoding) => unknown;

const INT32_MAX = 2 ** 31 - 1;
/** Past 2^53 a number of JavaScript has lost digits already; the range is the type's all the same. */
const INT64_MAX = 2 ** 63;

export const SCALAR_NAMES: Readonly<Record<ScalarType, TypeNames>> = {
  string: { expected: 'string', go: 'string' },
  boolean: { expected: 'boolean', go: 'bool' },
  int32: { expected: 'integer', go: 'int32' },
  int64: { expected: 'integer', go: 'int64' },
  double: { expected: 'number', go: 'float64' },
  bytes: { expected: 'base64 text', go: '[]uint8' },
  time: { expected: 'time (RFC 3339)', go: 'string' },
  microTime: { expected: 'time (RFC 3339 with six decimals)', go: 'string' },
  quantity: { expected: 'quantity', go: 'resource.Quantity' },
  intOrString: { expected: 'integer or string', go: 'int32' },
  rawObject: { expected: 'object', go: 'runtime.RawExtension' },
  any: { expected: 'JSON', go: 'interface {}' },
};

/** What Go leaves in the place of a `null` in a list or a map. */
export const ZERO: Readonly<Record<ScalarType, unknown>> = {
  string: '',
  boolean: false,
  int32: 0,
  int64: 0,
  double: 0,
  bytes: '',
  time: undefined,
  microTime: undefined,
  quantity: '0',
  intOrString: 0,
  rawObject: null,
  any: null,
};

function integer(names: TypeNames, max: number): Decoder {
  return (raw, at) => {
    if (typeof raw !== 'number' || !Number.isInteger(raw) || raw > max || raw < -max - 1) {
      return wrongType(at, raw, names);
    }
    // JSON's -0 is 0.
    return raw === 0 ? 0 : raw;
  };
}

function text(names: TypeNames, canonical: (text: string) => CanonicalText, ownDecoder: boolean): Decoder {
  return (raw, at) => {
    if (typeof raw !== 'string') return wrongType(at, raw, names, ownDecoder);
    const result = canonical(raw);
    return 'error' in result ? badText(at, raw, names.expected, result.error) : result.text;
  };
}

function decodeQuantity(raw: unknown, at: Decoding): unknown {
  const isNumber = typeof raw === 'number' && Number.isFinite(raw);
  // Its decoder reads the JSON text, quoted or not; what is neither a number nor a string fails as a number would.
  const result = canonicalQuantity(isNumber ? String(raw) : typeof raw === 'string' ? raw : 'x');
  return 'error' in result ? badText(at, raw, SCALAR_NAMES.quantity.expected, result.error) : result.text;
}

function decodeIntOrString(raw: unknown, at: Decoding): unknown {
  if (typeof raw === 'string') return raw;
  if (typeof raw === 'number' && Number.isInteger(raw) && raw <= INT32_MAX && raw >= -INT32_MAX - 1) {
    return raw === 0 ? 0 : raw;
  }
  return wrongType(at, raw, SCALAR_NAMES.intOrString, true);
}

/** A copy of JSON whose structure the API leaves open, with sorted keys. `null` is a value here. */
export function copyJson(raw: unknown, at: Decoding, depth: number): unknown {
  if (raw === null || typeof raw === 'string' || typeof raw === 'boolean') return raw;
  if (typeof raw === 'number' && Number.isFinite(raw)) return raw === 0 ? 0 : raw;
  const isList = Array.isArray(raw);
  if (!isList && !isJsonObject(raw)) return wrongType(at, raw, SCALAR_NAMES.any);
  if (depth >= MAX_DEPTH) return tooDeep(at);
  const keys = isList ? [] : Object.keys(raw).sort();
  if (isTooLarge(at, isList ? raw.length : keys.length)) return undefined;
  if (isList) {
    return raw.map((item, index) => {
      at.path.push(index);
      const copy = item === undefined ? null : copyJson(item, at, depth + 1);
      at.path.pop();
      return copy === undefined ? null : copy;
    });
  }
  const copies: Record<string, unknown> = {};
  for (const key of keys) {
    const value = raw[key];
    if (value === undefined) continue;
    if (isForbiddenKey(key)) {
      forbiddenKey(at, key);
      continue;
    }
    at.path.push(key);
    const copy = copyJson(value, at, depth + 1);
    at.path.pop();
    if (copy !== undefined) copies[key] = copy;
  }
  return copies;
}

export const SCALAR_DECODERS: Readonly<Record<ScalarType, Decoder>> = {
  string: (raw, at) => (typeof raw === 'string' ? raw : wrongType(at, raw, SCALAR_NAMES.string)),
  boolean: (raw, at) => (typeof raw === 'boolean' ? raw : wrongType(at, raw, SCALAR_NAMES.boolean)),
  int32: integer(SCALAR_NAMES.int32, INT32_MAX),
  int64: integer(SCALAR_NAMES.int64, INT64_MAX),
  double: (raw, at) =>
    typeof raw === 'number' && Number.isFinite(raw) ? raw : wrongType(at, raw, SCALAR_NAMES.double),
  bytes: text(SCALAR_NAMES.bytes, canonicalBase64, false),
  time: text(SCALAR_NAMES.time, canonicalTime, true),
  microTime: text(SCALAR_NAMES.microTime, canonicalMicroTime, true),
  quantity: decodeQuantity,
  intOrString: decodeIntOrString,
  rawObject: (raw, at) =>
    isJsonObject(raw) ? copyJson(raw, at, 0) : wrongType(at, raw, SCALAR_NAMES.rawObject),
  any: (raw, at) => copyJson(raw, at, 0),
};
