import {
  CelMap,
  CelObject,
  Duration,
  isList,
  keyText,
  type List,
  Opaque,
  Optional,
  semanticsOf,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './value.ts';

/** Charges what a comparison costs: one for each part that it looks at. */
export type Charge = (cost: number) => void;

function numeric(value: Value): bigint | number | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  return value instanceof Uint ? value.value : undefined;
}

/** `==` (cel-spec "Equality"): numbers by what they are worth, things of different types are different. */
export function equals(a: Value, b: Value, charge: Charge): boolean {
  charge(1);
  if (a === b) return !(typeof a === 'number' && Number.isNaN(a));
  const left = numeric(a);
  if (left !== undefined) {
    const right = numeric(b);
    // biome-ignore lint/suspicious/noDoubleEquals: it compares an integer and a float exactly
    return right !== undefined && left == right;
  }
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (isList(a)) return isList(b) && listsEqual(a, b, charge);
  if (a instanceof CelMap) return b instanceof CelMap && mapsEqual(a, b, charge);
  if (a instanceof CelObject) return b instanceof CelObject && objectsEqual(a, b, charge);
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanos === b.nanos;
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos;
  if (a instanceof TypeValue) return b instanceof TypeValue && a.name === b.name;
  if (a instanceof Opaque) return b instanceof Opaque && a.type === b.type && a.equals(b);
  if (a instanceof Uint8Array) {
    charge(a.length / 10);
    return b instanceof Uint8Array && a.length === b.length && a.every((byte, index) => byte === b[index]);
  }
  if (a instanceof Optional && b instanceof Optional) {
    if (a.value === undefined || b.value === undefined) return a.value === b.value;
    return equals(a.value, b.value, charge);
  }
  return false;
}

function listsEqual(a: List, b: List, charge: Charge): boolean {
  if (a.length !== b.length) return false;
  const how = semanticsOf(a) ?? semanticsOf(b);
  if (how === undefined) return a.every((item, index) => equals(item, b[index] as Value, charge));
  if (how.kind === 'set') return a.every((item) => b.some((other) => equals(item, other, charge)));
  const byKeys = new Map(b.map((item) => [keysOfItem(item, how.keys), item]));
  return a.every((item) => {
    const other = byKeys.get(keysOfItem(item, how.keys));
    return other !== undefined && equals(item, other, charge);
  });
}

/** What tells the items of a map list apart. */
export function keysOfItem(item: Value, keys: readonly string[]): string {
  const texts = keys.map((key) => {
    const field =
      item instanceof CelObject ? item.get(key) : item instanceof CelMap ? item.get(key) : undefined;
    return field === undefined ? null : (keyText(field) ?? null);
  });
  return JSON.stringify(texts);
}

function mapsEqual(a: CelMap, b: CelMap, charge: Charge): boolean {
  if (a.size !== b.size) return false;
  return a.entries().every(({ key, value }) => {
    const other = b.get(key);
    return other !== undefined && equals(value, other, charge);
  });
}

function objectsEqual(a: CelObject, b: CelObject, charge: Charge): boolean {
  if (a.type.name !== b.type.name) return false;
  for (const field of a.type.fields.keys()) {
    const left = a.get(field);
    const right = b.get(field);
    if (left === undefined || right === undefined) {
      if (left !== right) return false;
    } else if (!equals(left, right, charge)) return false;
  }
  return true;
}

/** Negative, zero or positive; `undefined` where there is no order between the two. */
export function compare(a: Value, b: Value): number | undefined {
  const left = numeric(a);
  const right = numeric(b);
  if (left !== undefined && right !== undefined) {
    if (left < right) return -1;
    if (left > right) return 1;
    // biome-ignore lint/suspicious/noDoubleEquals: it compares an integer and a float exactly
    return left == right ? 0 : undefined;
  }
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof Timestamp && b instanceof Timestamp) return order(a.nanos, b.nanos);
  if (a instanceof Duration && b instanceof Duration) return order(a.nanos, b.nanos);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b);
  return undefined;
}

function order(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By code points, as Go compares bytes of UTF-8: JavaScript's own order differs past the basic plane. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  if (at === length) return a.length - b.length;
  const isLow = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff;
  const from = isLow(a.charCodeAt(at)) && isLow(b.charCodeAt(at)) && at > 0 ? at - 1 : at;
  return (a.codePointAt(from) as number) < (b.codePointAt(from) as number) ? -1 : 1;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const difference = (a[at] as number) - (b[at] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
