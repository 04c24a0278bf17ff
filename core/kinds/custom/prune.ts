import { isJsonObject } from '../../schema/decoding.ts';
import type { JSONSchemaProps } from '../../schema/types.generated.ts';

/**
 * What a structural schema doesn't speak of is dropped
 * (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#field-pruning).
 */

/** Fields that every object has, at the root and where another object is embedded. */
const OF_OBJECTS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/** Told of each field that is dropped, by its path: `spec.colour`. */
export type OnUnknown = (path: string) => void;

function mapSchema({ additionalProperties }: JSONSchemaProps): JSONSchemaProps | boolean {
  return additionalProperties ?? false;
}

export function itemSchema({ items }: JSONSchemaProps): JSONSchemaProps | undefined {
  return isSchema(items) ? items : undefined;
}

function isSchema(value: unknown): value is JSONSchemaProps {
  return isJsonObject(value);
}

/** The value without what the schema doesn't know; the very same where it knows all of it. */
export function prune(
  value: unknown,
  schema: JSONSchemaProps,
  path: string,
  onUnknown: OnUnknown,
  isObject: boolean,
): unknown {
  if (Array.isArray(value)) return pruneItems(value, schema, path, onUnknown);
  if (!isJsonObject(value)) return value;
  const isEmbedded = isObject || schema['x-kubernetes-embedded-resource'] === true;
  const keepsUnknown = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const others = mapSchema(schema);
  let changed: Record<string, unknown> | undefined;
  for (const field of Object.keys(value)) {
    if (isEmbedded && OF_OBJECTS.has(field)) continue;
    const at = path === '' ? field : `${path}.${field}`;
    const own = Object.hasOwn(schema.properties ?? {}, field) ? schema.properties?.[field] : undefined;
    const inner = own ?? (isSchema(others) ? others : undefined);
    if (inner === undefined) {
      if (keepsUnknown || others === true) continue;
      onUnknown(at);
      changed ??= { ...value };
      delete changed[field];
      continue;
    }
    const kept = prune(value[field], inner, at, onUnknown, false);
    if (kept === value[field]) continue;
    changed ??= { ...value };
    changed[field] = kept;
  }
  return changed ?? value;
}

function pruneItems(
  items: readonly unknown[],
  schema: JSONSchemaProps,
  path: string,
  onUnknown: OnUnknown,
): readonly unknown[] {
  const inner = itemSchema(schema);
  if (inner === undefined) return items;
  const kept = items.map((item, index) => prune(item, inner, `${path}[${index}]`, onUnknown, false));
  return kept.every((item, index) => item === items[index]) ? items : kept;
}
