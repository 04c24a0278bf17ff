/** Plain data as JSON has it; a key that holds `undefined` counts as absent. */
export type DataObject = Readonly<Record<string, unknown>>;

export function isDataObject(value: unknown): value is DataObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What an object itself has at a key: not what it inherits (`constructor`, `__proto__`). */
export function own(object: DataObject, key: string): unknown {
  const value = object[key];
  if (typeof value === 'function' || key === '__proto__') {
    return Object.hasOwn(object, key) ? value : undefined;
  }
  return value;
}

function isIndex(key: string): boolean {
  const first = key.charCodeAt(0);
  if (first < 48 || first > 57) return false;
  const number = Number(key);
  // ECMA-262 lists integer indices first, in ascending order (OrdinaryOwnPropertyKeys); engines go by the
  // array indices, which end below 2^32 - 1.
  return Number.isInteger(number) && number < 4_294_967_295 && String(number) === key;
}

function before(a: string, b: string): boolean {
  const aIsIndex = isIndex(a);
  const bIsIndex = isIndex(b);
  if (aIsIndex && bIsIndex) return Number(a) < Number(b);
  if (aIsIndex !== bIsIndex) return aIsIndex;
  return a < b;
}

/**
 * Sort keys in place, in the order in which an engine lists an object's keys that were inserted sorted: what
 * is written and what a reader's `JSON.parse` lists come in one order. Insertion sort: they are few, and most
 * often in order.
 */
export function sortKeys(keys: string[]): string[] {
  if (keys.length > INSERTION_MAX) return keys.sort((a, b) => (before(a, b) ? -1 : 1));
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i]!;
    let place = i;
    while (place > 0 && before(key, keys[place - 1]!)) {
      keys[place] = keys[place - 1]!;
      place--;
    }
    keys[place] = key;
  }
  return keys;
}

/** Past this a quadratic sort is slower than the engine's. */
const INSERTION_MAX = 32;

/** The keys of what is present, sorted. */
export function sortedKeys(object: DataObject): string[] {
  const keys: string[] = [];
  for (const key in object) if (own(object, key) !== undefined) keys.push(key);
  return sortKeys(keys);
}

/**
 * Whether two values are written as the same JSON. Stricter than `equalValues` of the API, since a log must give
 * back what went in: it tells 0 from -0, and what is inherited from what is there.
 */
export function sameData(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((element, index) => sameData(element, b[index]));
  }
  const left = a as DataObject;
  const right = b as DataObject;
  for (const key in left) if (!sameData(own(left, key), own(right, key))) return false;
  for (const key in right) {
    if (own(right, key) !== undefined && own(left, key) === undefined) return false;
  }
  return true;
}

const PLAIN = /^[ !#-[\]-~]*$/;

/** A string as JSON. */
export function quote(text: string): string {
  return text.length < PLAIN_MAX && PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** Up to here looking for characters to escape is quicker than the general way. */
const PLAIN_MAX = 64;

/** A number, a string, a boolean or null as JSON; anything else is a defect of the caller. */
export function scalarText(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number' && Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
  throw new Error(
    `an object holds ${String(value)} (${typeof value}), which JSON cannot; logs hold plain data`,
  );
}
