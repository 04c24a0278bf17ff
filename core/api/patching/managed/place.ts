import { isJsonObject } from '../../../schema/decoding.ts';
import { type FieldType, findStruct, structNameOf } from '../../../schema/table.ts';
import { isAtomicField, isAtomicStruct, KEY_DEFAULTS, type ListKind, listKind } from '../list-kinds.ts';

/** What the schema says of a place in an object, as server-side apply asks. */
export interface Place {
  /** Absent where the schema knows nothing: maps are merged there, lists are atomic. */
  readonly type?: FieldType;
  readonly isAtomic: boolean;
  readonly list?: ListKind;
}

const UNKNOWN: Place = { isAtomic: false };
const SCALAR: Place = { isAtomic: true };

export function placeOfKind(apiVersion: string, kind: string): Place {
  const struct = structNameOf(apiVersion, kind);
  return struct === undefined ? UNKNOWN : { type: { type: 'struct', struct }, isAtomic: false };
}

/** The places of each struct's fields, made when the struct is first met. */
const fieldsOf = new Map<string, ReadonlyMap<string, Place>>();

function fieldsOfStruct(struct: string): ReadonlyMap<string, Place> {
  const known = fieldsOf.get(struct);
  if (known !== undefined) return known;
  const fields = findStruct(struct)?.fields ?? [];
  const places = new Map(fields.map(({ name, type }) => [name, placeIn(struct, name, type)]));
  fieldsOf.set(struct, places);
  return places;
}

function placeIn(struct: string, field: string, type: FieldType): Place {
  if (type.type === 'any' || type.type === 'rawObject') return UNKNOWN;
  return {
    type,
    isAtomic: isAtomicField(struct, field, type),
    ...(type.type === 'list' ? { list: listKind(struct, field) } : {}),
  };
}

/** Whether a field is one that the struct declares, and no key of a map. */
export function isDeclared({ type }: Place, field: string): boolean {
  return type?.type === 'struct' && fieldsOfStruct(type.struct).has(field);
}

export function placeOfField({ type }: Place, field: string): Place {
  if (type === undefined) return UNKNOWN;
  if (type.type === 'map') return placeOf(type.of);
  if (type.type !== 'struct') return UNKNOWN;
  return fieldsOfStruct(type.struct).get(field) ?? UNKNOWN;
}

function placeOf(type: FieldType): Place {
  if (type.type === 'struct') return { type, isAtomic: isAtomicStruct(type.struct) };
  return type.type === 'map' ? { type, isAtomic: false } : SCALAR;
}

export function placeOfItem({ type }: Place): Place {
  return type?.type === 'list' ? placeOf(type.of) : UNKNOWN;
}

/** The step to an entry of a list: by its keys, or by its value; `undefined` where it has none of its keys. */
export function stepOfItem(item: unknown, list: ListKind): string | undefined {
  if (list.kind !== 'map') return `v:${JSON.stringify(item)}`;
  if (!isJsonObject(item)) return undefined;
  const keys: Record<string, unknown> = {};
  for (const key of list.keys.toSorted()) {
    const value = item[key] ?? KEY_DEFAULTS[key];
    if (value !== undefined) keys[key] = value;
  }
  return Object.keys(keys).length === 0 ? undefined : `k:${JSON.stringify(keys)}`;
}

/** Whether the entries of this list are places of their own. */
export function isMerged({ list }: Place): boolean {
  return list !== undefined && list.kind !== 'atomic';
}
