import type { NewObject } from '../api/object.ts';
import { closest } from '../text/closest.ts';
import { copyJson, type Decoder, SCALAR_DECODERS, SCALAR_NAMES, ZERO } from './decode-scalar.ts';
import {
  type Decoding,
  describe,
  forbiddenKey,
  isForbiddenKey,
  isJsonObject,
  isTooLarge,
  MAX_DEPTH,
  MAX_PROBLEMS,
  pathText,
  startDecoding,
  type TypeNames,
  tooDeep,
  wrongType,
} from './decoding.ts';
import type { DecodeProblem } from './problem.ts';
import { type FieldType, type Struct, structNamed, structNameOf } from './table.ts';

/**
 * Decoding turns parsed JSON or YAML into a fresh object of one canonical form: fields in the schema's order,
 * keys of maps sorted, `null` as absent, quantities and times in the text that the API server would give back.
 * It does what the API server's decoder does, and no more: required fields and allowed values are validation's.
 */
export interface Decoded<T> {
  /** What could be read; a value with a problem is left out. */
  readonly value: T;
  readonly problems: readonly DecodeProblem[];
}

const decoders = new Map<string, Decoder>();

/** The decoder of a struct is made when it is first needed; structs may hold themselves. */
function structDecoder(name: string): Decoder {
  let decoder = decoders.get(name);
  if (decoder === undefined) {
    decoder = makeStructDecoder(structNamed(name));
    decoders.set(name, decoder);
  }
  return decoder;
}

function makeStructDecoder(struct: Struct): Decoder {
  const names = struct.fields.map((field) => field.name);
  const positions = new Map(names.map((name, position) => [name, position]));
  const fields: (Decoder | undefined)[] = names.map(() => undefined);
  const typeNames = namesOf({ type: 'struct', struct: struct.name });
  return (raw, at) => {
    if (!isJsonObject(raw)) return wrongType(at, raw, typeNames);
    if (at.structs.length >= MAX_DEPTH) return tooDeep(at);
    const keys = Object.keys(raw);
    if (isTooLarge(at, keys.length)) return undefined;
    const present: number[] = [];
    let isSorted = true;
    let last = -1;
    for (const key of keys) {
      const value = raw[key];
      if (value === undefined) continue;
      const position = positions.get(key);
      if (position === undefined) {
        unknownField(at, key, names);
      } else if (value !== null) {
        present.push(position);
        if (position < last) isSorted = false;
        last = position;
      }
    }
    if (!isSorted) present.sort((a, b) => a - b);
    const decoded: Record<string, unknown> = {};
    at.structs.push(struct.goName);
    for (const position of present) {
      const name = names[position]!;
      let decode = fields[position];
      if (decode === undefined) {
        decode = decoderOf(struct.fields[position]!.type);
        fields[position] = decode;
      }
      at.path.push(name);
      at.fields.push(name);
      const value = decode(raw[name], at);
      at.path.pop();
      at.fields.pop();
      if (value !== undefined) decoded[name] = value;
    }
    at.structs.pop();
    return decoded;
  };
}

function unknownField(at: Decoding, key: string, names: readonly string[]): void {
  if (at.lenient > 0 || at.problems.length >= MAX_PROBLEMS) return;
  const path = pathText(at, key);
  const didYouMean = closest(key, names);
  const message = `unknown field "${path}"`;
  at.problems.push(
    didYouMean === undefined
      ? { path, kind: 'unknownField', message }
      : { path, kind: 'unknownField', message, didYouMean },
  );
}

function decoderOf(type: FieldType): Decoder {
  switch (type.type) {
    case 'struct':
      return structDecoder(type.struct);
    case 'enum':
      // Which values are allowed is validation's: the API server decodes any string.
      return SCALAR_DECODERS.string;
    case 'list':
      return listDecoder(type.of);
    case 'map':
      return mapDecoder(type.of);
    case 'structOr':
      return alternativeDecoder(type.struct, type.or);
    default:
      return SCALAR_DECODERS[type.type];
  }
}

function listDecoder(of: FieldType): Decoder {
  const decodeItem = decoderOf(of);
  const names = namesOf({ type: 'list', of });
  return (raw, at) => {
    if (!Array.isArray(raw)) return wrongType(at, raw, names);
    if (isTooLarge(at, raw.length)) return undefined;
    const items: unknown[] = [];
    for (let index = 0; index < raw.length; index++) {
      const rawItem: unknown = raw[index];
      at.path.push(index);
      const item = rawItem === null || rawItem === undefined ? zeroOf(of) : decodeItem(rawItem, at);
      at.path.pop();
      if (item !== undefined) items.push(item);
    }
    return items;
  };
}

function mapDecoder(of: FieldType): Decoder {
  const decodeValue = decoderOf(of);
  const names = namesOf({ type: 'map', of });
  return (raw, at) => {
    if (!isJsonObject(raw)) return wrongType(at, raw, names);
    const keys = Object.keys(raw).sort();
    if (isTooLarge(at, keys.length)) return undefined;
    const decoded: Record<string, unknown> = {};
    for (const key of keys) {
      const rawValue = raw[key];
      if (rawValue === undefined) continue;
      if (isForbiddenKey(key)) {
        forbiddenKey(at, key);
        continue;
      }
      at.path.push(key);
      const value = rawValue === null ? zeroOf(of) : decodeValue(rawValue, at);
      at.path.pop();
      if (value !== undefined) decoded[key] = value;
    }
    return decoded;
  };
}

/**
 * A JSON schema, or the shorter thing that may stand in its place. The API server reads these with a decoder that
 * is not strict, so unknown fields below them are dropped without a word.
 */
function alternativeDecoder(struct: string, or: 'boolean' | 'list' | 'strings'): Decoder {
  const decodeStruct = (raw: unknown, at: Decoding) => structDecoder(struct)(raw, at);
  const lists: Readonly<Record<'list' | 'strings', FieldType>> = {
    list: { type: 'struct', struct },
    strings: { type: 'string' },
  };
  return (raw, at) => {
    if (or === 'boolean' && typeof raw === 'boolean') return raw;
    at.lenient++;
    const decode = or !== 'boolean' && Array.isArray(raw) ? listDecoder(lists[or]) : decodeStruct;
    const value = decode(raw, at);
    at.lenient--;
    return value;
  };
}

function zeroOf(type: FieldType): unknown {
  switch (type.type) {
    case 'struct':
    case 'structOr':
      return {};
    case 'list':
      return [];
    case 'map':
      return {};
    case 'enum':
      return '';
    default:
      return ZERO[type.type];
  }
}

function namesOf(type: FieldType): TypeNames {
  switch (type.type) {
    case 'struct':
    case 'structOr': {
      const { version, goName } = structNamed(type.struct);
      return { expected: 'object', go: `${version}.${goName}` };
    }
    case 'list':
      return { expected: 'list', go: `[]${namesOf(type.of).go}` };
    case 'map':
      return { expected: 'object', go: `map[string]${namesOf(type.of).go}` };
    case 'enum':
      return SCALAR_NAMES.string;
    default:
      return SCALAR_NAMES[type.type];
  }
}

/**
 * Decodes a document as the struct of that name in types.generated.ts. `path` stands before each problem's path.
 * The value is `undefined` only where the document is no object at all.
 */
export function decode(
  structName: string,
  raw: unknown,
  path = '',
): Decoded<Readonly<Record<string, unknown>> | undefined> {
  const at = startDecoding(path);
  const value = structDecoder(structName)(raw, at);
  return { value: isJsonObject(value) ? value : undefined, problems: at.problems };
}

/**
 * Decodes a document by its own `apiVersion` and `kind`. A kind that is not built in (a custom resource) keeps
 * its JSON as it is, with its metadata decoded. The value is `undefined` where there is no kind to go by.
 */
export function decodeObject(raw: unknown): Decoded<NewObject | undefined> {
  const at = startDecoding('');
  if (!isJsonObject(raw)) {
    wrongType(at, raw, { expected: 'object', go: 'struct { APIVersion string; Kind string }' });
    return { value: undefined, problems: at.problems };
  }
  const apiVersion = typeOf(raw, 'apiVersion', 'apiVersion not set', at);
  const kind = typeOf(raw, 'kind', "Object 'Kind' is missing", at);
  if (apiVersion === undefined || kind === undefined) return { value: undefined, problems: at.problems };
  const structName = structNameOf(apiVersion, kind);
  const decoded = structName === undefined ? decodeCustom(raw, kind, at) : structDecoder(structName)(raw, at);
  // Nothing comes of an object that has too many fields.
  const { metadata = {}, ...rest } = (decoded ?? {}) as Partial<NewObject>;
  return { value: { apiVersion, kind, metadata, ...rest }, problems: at.problems };
}

function typeOf(
  raw: Readonly<Record<string, unknown>>,
  field: string,
  missing: string,
  at: Decoding,
): string | undefined {
  const value = Object.hasOwn(raw, field) ? raw[field] : undefined;
  if (typeof value === 'string' && value !== '') return value;
  if (value === undefined || value === null || value === '') {
    at.problems.push({ path: field, kind: 'missing', message: missing, expected: 'string' });
  } else {
    at.problems.push({
      path: field,
      kind: 'wrongType',
      message: `json: cannot unmarshal ${typeof value} into Go struct field .${field} of type string`,
      expected: 'string',
      got: describe(value),
    });
  }
  return undefined;
}

function decodeCustom(raw: Readonly<Record<string, unknown>>, kind: string, at: Decoding): object {
  const { metadata, ...rest } = raw;
  const copy = (copyJson(rest, at, 0) ?? {}) as object;
  if (metadata === undefined || metadata === null) return copy;
  at.structs.push(kind);
  at.path.push('metadata');
  at.fields.push('metadata');
  const decoded = structDecoder('ObjectMeta')(metadata, at);
  at.structs.pop();
  at.path.pop();
  at.fields.pop();
  return decoded === undefined ? copy : { ...copy, metadata: decoded };
}
