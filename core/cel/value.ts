import type { ListSemantics, ObjectType } from './types.ts';

/**
 * Values of CEL. An `int` is a bigint, a `double` a number, text is text; what JavaScript has no type for is a class
 * of its own. Lists are plain arrays, maps answer by key.
 */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | Uint
  | Timestamp
  | Duration
  | Optional
  | TypeValue
  | Opaque
  | CelMap
  | CelObject
  | List;

export type List = readonly Value[];

export class Uint {
  readonly value: bigint;

  constructor(value: bigint) {
    this.value = value;
  }
}

/** A moment, in nanoseconds since the epoch. */
export class Timestamp {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

export class Duration {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

export class Optional {
  /** `undefined` where there is none. */
  readonly value: Value | undefined;

  constructor(value: Value | undefined) {
    this.value = value;
  }
}

export const NONE = new Optional(undefined);

/** What `type(x)` gives, and names of types stand for. */
export class TypeValue {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** A value of a library's own type. */
export abstract class Opaque {
  abstract readonly type: string;
  abstract equals(other: Opaque): boolean;
}

export interface Entry {
  readonly key: Value;
  readonly value: Value;
}

export abstract class CelMap {
  abstract readonly size: number;
  abstract get(key: Value): Value | undefined;
  abstract entries(): readonly Entry[];
}

/** A map of an expression's own, or one made by a macro. */
export class BuiltMap extends CelMap {
  private readonly byKey: ReadonlyMap<string, Entry>;

  constructor(byKey: ReadonlyMap<string, Entry>) {
    super();
    this.byKey = byKey;
  }

  get size(): number {
    return this.byKey.size;
  }

  get(key: Value): Value | undefined {
    return this.byKey.get(keyText(key) ?? '')?.value;
  }

  entries(): readonly Entry[] {
    return [...this.byKey.values()];
  }
}

/** An object of known fields. */
export abstract class CelObject {
  abstract readonly type: ObjectType;
  /** `undefined` where the field is not set. */
  abstract get(field: string): Value | undefined;
}

/** A key as text: numbers are equal whatever their type; `undefined` for what can't be one. */
export function keyText(key: Value): string | undefined {
  switch (typeof key) {
    case 'string':
      return `s${key}`;
    case 'boolean':
      return `b${key}`;
    case 'bigint':
      return `n${key}`;
    case 'number':
      return Number.isInteger(key) ? `n${BigInt(key)}` : `d${key}`;
    default:
      return key instanceof Uint ? `n${key.value}` : undefined;
  }
}

const semantics = new WeakMap<List, ListSemantics>();

/** Lists of custom resources may compare without an order. */
export function withSemantics(list: List, how: ListSemantics): List {
  semantics.set(list, how);
  return list;
}

export function semanticsOf(list: List): ListSemantics | undefined {
  return semantics.get(list);
}

export function isList(value: Value): value is List {
  return Array.isArray(value);
}

export function typeName(value: Value): string {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    default:
      break;
  }
  if (value === null) return 'null_type';
  if (isList(value)) return 'list';
  if (value instanceof CelMap) return 'map';
  if (value instanceof CelObject) return value.type.name;
  if (value instanceof Uint) return 'uint';
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp';
  if (value instanceof Duration) return 'google.protobuf.Duration';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof Optional) return 'optional_type';
  if (value instanceof TypeValue) return 'type';
  if (value instanceof Opaque) return value.type;
  throw new Error('a value of an unknown kind came up in an expression');
}
