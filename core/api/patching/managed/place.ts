import { isJsonObject } from '../../../schema/decoding.ts';
import { type FieldType, findStruct, structNameOf } from '../../../schema/table.ts';
import type { JSONSchemaProps } from '../../../schema/types.generated.ts';
import { isAtomicField, isAtomicStruct, KEY_DEFAULTS, type ListKind, listKind } from '../list-kinds.ts';

/** What the schema says of a place in an object, as server-side apply asks. */
export interface Place {
  /** Absent where the schema knows nothing: maps are merged there, lists are atomic. */
  readonly type?: FieldType;
  readonly isAtomic: boolean;
  readonly list?: ListKind;
  /** Of a custom kind: what its definition says, in the place of a type. */
  readonly schema?: JSONSchemaProps;
  /** A whole custom resource: its metadata is every object's. */
  readonly ofObject?: boolean;
}

const UNKNOWN: Place = { isAtomic: false };
const SCALAR: Place = { isAtomic: true };

/** `schema`: of a custom kind. */
export function placeOfKind(apiVersion: string, kind: string, schema?: JSONSchemaProps): Place {
  if (schema !== undefined) return { schema, isAtomic: false, ofObject: true };
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

const places = new WeakMap<JSONSchemaProps, Place>();

/** (structured-merge-diff's schema as apiextensions makes it of a structural schema.) */
function placeOfSchema(schema: JSONSchemaProps): Place {
  let place = places.get(schema);
  if (place === undefined) {
    place = { schema, isAtomic: isAtomicSchema(schema), ...listOf(schema) };
    places.set(schema, place);
  }
  return place;
}

function isAtomicSchema(schema: JSONSchemaProps): boolean {
  const { type = 'object' } = schema;
  if (type === 'array') return false;
  return type !== 'object' || schema['x-kubernetes-map-type'] === 'atomic';
}

function listOf(schema: JSONSchemaProps): Pick<Place, 'list'> {
  if (schema.type !== 'array') return {};
  const type = schema['x-kubernetes-list-type'];
  if (type === 'map') return { list: { kind: 'map', keys: schema['x-kubernetes-list-map-keys'] ?? [] } };
  return { list: { kind: type === 'set' ? 'set' : 'atomic' } };
}

const METADATA: Place = { type: { type: 'struct', struct: 'ObjectMeta' }, isAtomic: false };

function fieldOfSchema({ schema, ofObject }: Place, field: string): Place {
  if (ofObject === true && field === 'metadata') return METADATA;
  const own = schema?.properties?.[field];
  if (own !== undefined) return placeOfSchema(own);
  const others = schema?.additionalProperties;
  return typeof others === 'object' ? placeOfSchema(others) : UNKNOWN;
}

/** Whether a field is one that the struct declares, and no key of a map. */
export function isDeclared({ type, schema, ofObject }: Place, field: string): boolean {
  if (schema !== undefined)
    return (ofObject === true && field === 'metadata') || Object.hasOwn(schema.properties ?? {}, field);
  return type?.type === 'struct' && fieldsOfStruct(type.struct).has(field);
}

export function placeOfField(place: Place, field: string): Place {
  const { type } = place;
  if (place.schema !== undefined) return fieldOfSchema(place, field);
  if (type === undefined) return UNKNOWN;
  if (type.type === 'map') return placeOf(type.of);
  if (type.type !== 'struct') return UNKNOWN;
  return fieldsOfStruct(type.struct).get(field) ?? UNKNOWN;
}

function placeOf(type: FieldType): Place {
  if (type.type === 'struct') return { type, isAtomic: isAtomicStruct(type.struct) };
  return type.type === 'map' ? { type, isAtomic: false } : SCALAR;
}

export function placeOfItem({ type, schema }: Place): Place {
  const items = schema?.items;
  if (items !== undefined && !Array.isArray(items)) return placeOfSchema(items as JSONSchemaProps);
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
