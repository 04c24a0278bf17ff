import { isJsonObject } from '../../schema/decoding.ts';
import type { JSONSchemaProps } from '../../schema/types.generated.ts';
import { itemSchema } from './prune.ts';

/**
 * Fills in the defaults of a structural schema, from the outside in. A `null` where none may stand counts as nothing
 * (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#defaulting).
 */
export function withDefaults(value: unknown, schema: JSONSchemaProps): unknown {
  if (Array.isArray(value)) {
    const inner = itemSchema(schema);
    if (inner === undefined) return value;
    const items = value.map((item) => withDefaults(item, inner));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (!isJsonObject(value)) return value;
  let changed: Record<string, unknown> | undefined;
  const set = (field: string, next: unknown): void => {
    changed ??= { ...value };
    changed[field] = next;
  };
  const properties = schema.properties ?? {};
  for (const field of Object.keys(properties)) {
    const inner = properties[field] as JSONSchemaProps;
    const own = Object.hasOwn(value, field) ? value[field] : undefined;
    const isNothing = own === undefined || (own === null && inner.nullable !== true);
    if (!isNothing) {
      const filled = withDefaults(own, inner);
      if (filled !== own) set(field, filled);
    } else if (inner.default !== undefined) set(field, withDefaults(inner.default, inner));
    else if (own === null) set(field, undefined);
  }
  const others = schema.additionalProperties;
  if (isJsonObject(others)) {
    for (const field of Object.keys(value)) {
      if (Object.hasOwn(properties, field)) continue;
      const filled = withDefaults(value[field], others as JSONSchemaProps);
      if (filled !== value[field]) set(field, filled);
    }
  }
  return changed ?? value;
}
