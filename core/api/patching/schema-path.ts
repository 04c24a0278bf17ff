import { type FieldType, findStruct, structNameOf } from '../../schema/table.ts';
import { type PatchStrategy, patchStrategy } from './patch-strategies.ts';

/** What the schema says of a place in an object: the type there, where it is known, and how a patch treats it. */
export interface SchemaPath {
  readonly type: FieldType | undefined;
  readonly strategy: PatchStrategy | undefined;
}

const UNKNOWN: SchemaPath = { type: undefined, strategy: undefined };

export function schemaOfKind(apiVersion: string, kind: string): SchemaPath {
  const struct = structNameOf(apiVersion, kind);
  return struct === undefined ? UNKNOWN : { type: { type: 'struct', struct }, strategy: undefined };
}

export function schemaOfField({ type }: SchemaPath, field: string): SchemaPath {
  if (type === undefined) return UNKNOWN;
  if (type.type === 'map') return { type: type.of, strategy: undefined };
  if (type.type !== 'struct' && type.type !== 'structOr') return UNKNOWN;
  const found = findStruct(type.struct)?.fields.find(({ name }) => name === field);
  if (found === undefined) return UNKNOWN;
  return { type: found.type, strategy: patchStrategy(type.struct, field) };
}

export function schemaOfItem({ type }: SchemaPath): SchemaPath {
  return type?.type === 'list' ? { type: type.of, strategy: undefined } : UNKNOWN;
}
