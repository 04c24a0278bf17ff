import type { DecodeProblem } from './problem.ts';

/** Deepest nesting of structs that hold themselves (a CRD's schema), and of JSON that the API leaves open. */
export const MAX_DEPTH = 64;
/**
 * Most values in one object. A megabyte and a half of JSON, the largest that etcd takes, has fewer; YAML aliases
 * could unfold into any number.
 */
const MAX_VALUES = 1_000_000;
/** Unknown fields past this many problems go without saying, as they do in the API server's decoder. */
export const MAX_PROBLEMS = 100;
/** A longer text is cut where a problem quotes it. */
const QUOTED_LENGTH = 40;

/** Where a decoder stands in the document, and what it has found so far. */
export interface Decoding {
  readonly start: string;
  /** Fields, map keys and list indexes down to here. */
  readonly path: (string | number)[];
  /** The fields alone, as Go's decoder names a place. */
  readonly fields: string[];
  /** Go names of the structs down to here. */
  readonly structs: string[];
  readonly problems: DecodeProblem[];
  /** Above zero: unknown fields are dropped in silence. */
  lenient: number;
  /** Values met so far. */
  values: number;
}

export function startDecoding(start: string): Decoding {
  return { start, path: [], fields: [], structs: [], problems: [], lenient: 0, values: 0 };
}

export function pathText(at: Decoding, last?: string): string {
  let text = at.start;
  for (const part of at.path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += text === '' ? part : `.${part}`;
  }
  if (last === undefined) return text;
  return text === '' ? last : `${text}.${last}`;
}

/** A value as a problem shows it: `string "ten"`, `number 1.5`, `list`. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'string') {
    const shown = value.length > QUOTED_LENGTH ? `${value.slice(0, QUOTED_LENGTH)}…` : value;
    return `string ${JSON.stringify(shown)}`;
  }
  if (typeof value === 'object') return isJsonObject(value) ? 'object' : 'a value that JSON has not';
  return `${typeof value} ${String(value)}`;
}

export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' && value !== null && Object.prototype.toString.call(value) === '[object Object]'
  );
}

/** What `encoding/json` calls the value that it met. */
function goValue(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}

/** How a type is called: by people, and in Go. */
export interface TypeNames {
  readonly expected: string;
  readonly go: string;
}

/**
 * A value of another type. `json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type
 * bool`; a type with a decoder of its own (int or string, time) does not know the field: `… into Go value of …`.
 */
export function wrongType(at: Decoding, value: unknown, names: TypeNames, ownDecoder = false): undefined {
  const struct = at.structs.at(-1);
  const place =
    ownDecoder || struct === undefined ? 'value' : `struct field ${struct}.${at.fields.join('.')}`;
  // A number that is one but doesn't fit is quoted; any other value is named by its type.
  const number = typeof value === 'number' && names.go.startsWith('int') ? ` ${String(value)}` : '';
  at.problems.push({
    path: pathText(at),
    kind: 'wrongType',
    message: `json: cannot unmarshal ${goValue(value)}${number} into Go ${place} of type ${names.go}`,
    expected: names.expected,
    got: describe(value),
  });
  return undefined;
}

export function badText(at: Decoding, value: unknown, expected: string, message: string): undefined {
  at.problems.push({ path: pathText(at), kind: 'badText', message, expected, got: describe(value) });
  return undefined;
}

export function tooDeep(at: Decoding): undefined {
  at.problems.push({
    path: pathText(at),
    kind: 'tooDeep',
    message: `nested more than ${MAX_DEPTH} levels deep`,
  });
  return undefined;
}

/** Counts the values of an object or a list, and reports the document once it has too many. */
export function isTooLarge(at: Decoding, count: number): boolean {
  const before = at.values;
  at.values += count;
  if (at.values <= MAX_VALUES) return false;
  if (before <= MAX_VALUES) {
    at.problems.push({
      path: at.start,
      kind: 'tooLarge',
      message: `more than ${MAX_VALUES} values in one object`,
    });
  }
  return true;
}

/** `__proto__` would make a trap of every later copy of the map, so no map holds it. */
export function isForbiddenKey(key: string): boolean {
  return key === '__proto__';
}

export function forbiddenKey(at: Decoding, key: string): void {
  const path = pathText(at, key);
  at.problems.push({ path, kind: 'forbiddenKey', message: `"${path}" is not allowed as a key` });
}
