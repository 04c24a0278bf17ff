import { isJsonObject } from './decoding.ts';
import { numbersOf } from './protobuf-numbers.ts';
import { findStruct, structNameOf } from './table.ts';

/**
 * Structs that are no pointers in Go are always there: a Deployment without a `spec` has an empty one, and so has a
 * stored object here. Two levels are filled; deeper ones are defaulting's.
 */
const LEVELS = 2;

/** What each struct always holds: its fields that are structs themselves, by name. */
const always = new Map<string, readonly (readonly [field: string, struct: string])[]>();

function structsIn(struct: string): readonly (readonly [field: string, struct: string])[] {
  const known = always.get(struct);
  if (known !== undefined) return known;
  const numbers = numbersOf(struct);
  const found: (readonly [string, string])[] = [];
  for (const { own } of numbers?.values() ?? []) {
    if (own?.field.type.type !== 'struct' || own.isPointer) continue;
    found.push([own.field.name, own.field.type.struct]);
  }
  // Nothing is known of pointers: what every kind has.
  const spec = findStruct(struct)?.fields.find(({ name }) => name === 'spec');
  if (numbers === undefined && spec?.type.type === 'struct') found.push(['spec', spec.type.struct]);
  always.set(struct, found);
  return found;
}

function filled(
  object: Readonly<Record<string, unknown>>,
  struct: string,
  levels: number,
): Readonly<Record<string, unknown>> {
  let next = object;
  for (const [field, inner] of structsIn(struct)) {
    if (field === 'metadata' || field === 'status') continue;
    const value = next[field];
    const whole = value === undefined ? {} : value;
    const deeper = levels > 1 && isJsonObject(whole) ? filled(whole, inner, levels - 1) : whole;
    if (deeper !== value) next = { ...next, [field]: deeper };
  }
  return next;
}

/** A decoded object with the structs that it can't be without; the very same where it has them. */
export function withStructs<T extends { readonly apiVersion: string; readonly kind: string }>(object: T): T {
  const struct = structNameOf(object.apiVersion, object.kind);
  if (struct === undefined) return object;
  return filled(object as unknown as Readonly<Record<string, unknown>>, struct, LEVELS) as unknown as T;
}
