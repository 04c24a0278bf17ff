import { base64OfBytes, bytesOfBase64 } from '../text/base64.ts';
import { CelError } from './error.ts';
import { parseDate, parseDuration, parseTimestamp, showDuration, showTimestamp } from './time-text.ts';
import { type CelType, DYN, type ObjectType } from './types.ts';
import {
  CelMap,
  CelObject,
  Duration,
  type Entry,
  isList,
  type List,
  Optional,
  Timestamp,
  Uint,
  type Value,
  withSemantics,
} from './value.ts';

/** JSON as values: converted where it is looked at, and kept. */
type Json = Readonly<Record<string, unknown>>;

class JsonMap extends CelMap {
  private readonly raw: Json;
  private readonly valueType: CelType;
  private readonly known = new Map<string, Value>();

  constructor(raw: Json, valueType: CelType) {
    super();
    this.raw = raw;
    this.valueType = valueType;
  }

  get size(): number {
    return this.keys().length;
  }

  /** A key that holds `undefined` is absent. */
  private keys(): string[] {
    return Object.keys(this.raw).filter((key) => this.raw[key] !== undefined);
  }

  get(key: Value): Value | undefined {
    if (typeof key !== 'string' || !Object.hasOwn(this.raw, key)) return undefined;
    const given = this.raw[key];
    if (given === undefined) return undefined;
    const found = this.known.get(key);
    if (found !== undefined) return found;
    const value = toValue(given, this.valueType);
    this.known.set(key, value);
    return value;
  }

  entries(): readonly Entry[] {
    return this.keys().map((key) => ({ key, value: this.get(key) as Value }));
  }
}

/** An object with a schema: a field that is null counts as absent. */
class JsonObject extends CelObject {
  readonly type: ObjectType;
  private readonly raw: Json;
  private readonly known = new Map<string, Value>();

  constructor(raw: Json, type: ObjectType) {
    super();
    this.raw = raw;
    this.type = type;
  }

  get(field: string): Value | undefined {
    const found = this.known.get(field);
    if (found !== undefined) return found;
    const declared = this.type.fields.get(field);
    if (declared === undefined || !Object.hasOwn(this.raw, declared.property)) return undefined;
    const given = this.raw[declared.property];
    if (given === undefined || given === null) return undefined;
    const value = toValue(given, declared.type);
    this.known.set(field, value);
    return value;
  }
}

function bad(type: string, raw: unknown): never {
  throw new CelError(`invalid data, expected ${type}, got ${raw === null ? 'null' : typeof raw}`);
}

function isJson(raw: unknown): raw is Json {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}

/** A value of JSON, read as the type says; what is of no declared type is what it looks like. */
export function toValue(raw: unknown, type: CelType): Value {
  if (raw === null || raw === undefined) return null;
  switch (type.kind) {
    case 'dyn':
    case 'unbound':
      return dynamic(raw);
    case 'int':
      return typeof raw === 'number' && Number.isInteger(raw) ? BigInt(raw) : bad('int', raw);
    case 'uint':
      return typeof raw === 'number' && Number.isInteger(raw) ? new Uint(BigInt(raw)) : bad('uint', raw);
    case 'double':
      return typeof raw === 'number' ? raw : bad('double', raw);
    case 'bool':
      return typeof raw === 'boolean' ? raw : bad('bool', raw);
    case 'string':
      return typeof raw === 'string' ? raw : bad('string', raw);
    case 'bytes':
    case 'timestamp':
    case 'duration':
      return typeof raw === 'string' ? ofText(raw, type.kind) : bad(type.kind, raw);
    case 'list':
      return Array.isArray(raw) ? listOfJson(raw, type) : bad('list', raw);
    case 'map':
      return isJson(raw) ? new JsonMap(raw, type.value) : bad('map', raw);
    case 'object':
      return isJson(raw) ? new JsonObject(raw, type) : bad('object', raw);
    case 'optional':
      return new Optional(toValue(raw, type.of));
    default:
      return dynamic(raw);
  }
}

function ofText(raw: string, kind: 'bytes' | 'duration' | 'timestamp'): Value {
  if (kind === 'bytes') return bytesOfBase64(raw) ?? bad('bytes', raw);
  if (kind === 'timestamp') {
    const nanos = parseTimestamp(raw) ?? parseDate(raw);
    return nanos === undefined ? bad('timestamp', raw) : new Timestamp(nanos);
  }
  const nanos = parseDuration(raw);
  return nanos === undefined ? bad('duration', raw) : new Duration(nanos);
}

function listOfJson(raw: readonly unknown[], type: Extract<CelType, { kind: 'list' }>): List {
  const list = raw.map((item) => toValue(item, type.element));
  return type.semantics === undefined ? list : withSemantics(list, type.semantics);
}

function dynamic(raw: unknown): Value {
  switch (typeof raw) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return raw;
    case 'number':
      return Number.isInteger(raw) ? BigInt(raw) : raw;
    default:
      if (Array.isArray(raw)) return raw.map((item) => toValue(item, DYN));
      if (isJson(raw)) return new JsonMap(raw, DYN);
      return bad('JSON', raw);
  }
}

/** A value as JSON, for what expressions make; `undefined` for what JSON has no place for. */
export function jsonOf(value: Value): unknown {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Uint) return Number(value.value);
  if (value instanceof Timestamp) return showTimestamp(value.nanos);
  if (value instanceof Duration) return showDuration(value.nanos);
  if (value instanceof Uint8Array) return base64OfBytes(value);
  if (value instanceof Optional) return value.value === undefined ? undefined : jsonOf(value.value);
  if (isList(value)) return value.map(jsonOf);
  if (value instanceof CelMap) {
    const entries = value.entries().map(({ key, value: inner }) => [keyName(key), jsonOf(inner)] as const);
    return Object.fromEntries(entries.filter(([, inner]) => inner !== undefined));
  }
  if (value instanceof CelObject) {
    const entries: [string, unknown][] = [];
    for (const [field, { property }] of value.type.fields) {
      const inner = value.get(field);
      if (inner !== undefined) entries.push([property, jsonOf(inner)]);
    }
    return Object.fromEntries(entries);
  }
  return undefined;
}

function keyName(key: Value): string {
  return key instanceof Uint ? `${key.value}` : String(key);
}
