import { isForbiddenKey, isJsonObject } from '../../schema/decoding.ts';
import { equalValues } from '../equal.ts';
import { byOrder } from './element-order.ts';
import { type SchemaPath, schemaOfField, schemaOfItem } from './schema-path.ts';

/**
 * Strategic merge patch, as apimachinery's `strategicpatch` applies it: like a merge patch, but lists whose entries
 * have a key are merged entry by entry, and directives (`$patch`, `$retainKeys`, `$setElementOrder/…`,
 * `$deleteFromPrimitiveList/…`) say the rest
 * (https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md).
 */

type Fields = Readonly<Record<string, unknown>>;

const PATCH = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_FROM_LIST = '$deleteFromPrimitiveList/';
const SET_ORDER = '$setElementOrder/';

/** The patch contradicts itself or the schema: a 400 to its sender. */
export class PatchError extends Error {}

function isDirective(field: string): boolean {
  return (
    field === PATCH ||
    field === RETAIN_KEYS ||
    field.startsWith(DELETE_FROM_LIST) ||
    field.startsWith(SET_ORDER)
  );
}

function listOf(patch: Fields, field: string): readonly unknown[] | undefined {
  const value = patch[field];
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw new PatchError(`${field} must be a list`);
  return value as readonly unknown[];
}

/** What a patch leaves of itself where there was nothing: directives and nulls are no values. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value
      .filter((item) => !(isJsonObject(item) && item[PATCH] === 'delete'))
      .filter((item) => !(isJsonObject(item) && item[PATCH] === 'replace' && Object.keys(item).length === 1))
      .map(withoutDirectives);
  }
  if (!isJsonObject(value)) return value;
  const plain: Record<string, unknown> = {};
  for (const field of Object.keys(value)) {
    if (isDirective(field) || isForbiddenKey(field) || value[field] === null) continue;
    plain[field] = withoutDirectives(value[field]);
  }
  return plain;
}

function replaced(patch: Fields): Fields {
  const { [PATCH]: _directive, ...rest } = patch;
  return withoutDirectives(rest) as Fields;
}

export function strategicMergePatch(stored: Fields, patch: Fields, schema: SchemaPath): Fields {
  const directive = patch[PATCH];
  if (directive === 'replace') return replaced(patch);
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge') {
    throw new PatchError(`Unknown patch type found: ${String(directive)}`);
  }
  const merged: Record<string, unknown> = { ...stored };
  const retained = listOf(patch, RETAIN_KEYS);
  if (retained !== undefined) {
    for (const field of Object.keys(merged)) if (!retained.includes(field)) delete merged[field];
  }
  removeValues(merged, patch);
  for (const field of Object.keys(patch)) {
    if (isDirective(field) || isForbiddenKey(field)) continue;
    const value = patch[field];
    if (value === undefined) continue;
    if (value === null) delete merged[field];
    else merged[field] = mergedValue(merged[field], value, schemaOfField(schema, field));
  }
  setOrders(merged, stored, patch, schema);
  return merged;
}

function mergedValue(stored: unknown, patch: unknown, schema: SchemaPath): unknown {
  if (isJsonObject(patch)) {
    if (schema.strategy?.replace === true || !isJsonObject(stored)) return replaced(patch);
    return strategicMergePatch(stored, patch, schema);
  }
  if (Array.isArray(patch) && schema.strategy?.merge === true) {
    return mergedList(Array.isArray(stored) ? stored : [], patch, schema);
  }
  return withoutDirectives(patch);
}

function keyOfItem(item: unknown, mergeKey: string): unknown {
  if (isJsonObject(item) && item[mergeKey] !== undefined) return item[mergeKey];
  const shown = isJsonObject(item) ? `map: ${JSON.stringify(item)}` : JSON.stringify(item);
  throw new PatchError(`${shown} does not contain declared merge key: ${mergeKey}`);
}

function mergedList(
  stored: readonly unknown[],
  patch: readonly unknown[],
  schema: SchemaPath,
): readonly unknown[] {
  const mergeKey = schema.strategy?.mergeKey;
  if (mergeKey === undefined) {
    const all = [
      ...stored,
      ...patch.filter((value, at) => !stored.includes(value) && patch.indexOf(value) === at),
    ];
    return byOrder(all, patch, stored, (value) => value);
  }
  const key = (item: unknown): unknown => keyOfItem(item, mergeKey);
  if (patch.some((item) => isJsonObject(item) && item[PATCH] === 'replace')) {
    return patch.filter((item) => isJsonObject(item) && item[PATCH] === undefined).map(withoutDirectives);
  }
  const deleted = new Set(patch.filter((item) => isJsonObject(item) && item[PATCH] === 'delete').map(key));
  const wanted = patch.filter((item) => !(isJsonObject(item) && item[PATCH] === 'delete'));
  const merged: unknown[] = stored.filter((item) => !deleted.has(key(item)));
  const itemSchema = schemaOfItem(schema);
  for (const item of wanted) {
    const place = merged.findIndex((other) => equalValues(key(other), key(item)));
    if (place < 0) merged.push(withoutDirectives(item));
    else merged[place] = strategicMergePatch(merged[place] as Fields, item as Fields, itemSchema);
  }
  return byOrder(merged, wanted, stored, key);
}

/** `$deleteFromPrimitiveList/finalizers: [a]`. */
function removeValues(merged: Record<string, unknown>, patch: Fields): void {
  for (const directive of Object.keys(patch)) {
    if (!directive.startsWith(DELETE_FROM_LIST)) continue;
    const field = directive.slice(DELETE_FROM_LIST.length);
    const values = listOf(patch, directive) ?? [];
    const present = merged[field];
    if (Array.isArray(present)) merged[field] = present.filter((value) => !values.includes(value));
  }
}

/** `$setElementOrder/containers: [{name: a}, {name: b}]`: the order among those that are named. */
function setOrders(merged: Record<string, unknown>, stored: Fields, patch: Fields, schema: SchemaPath): void {
  for (const directive of Object.keys(patch)) {
    if (!directive.startsWith(SET_ORDER)) continue;
    const field = directive.slice(SET_ORDER.length);
    if (isForbiddenKey(field)) continue;
    const order = listOf(patch, directive) ?? [];
    const items = merged[field];
    if (!Array.isArray(items)) continue;
    const mergeKey = schemaOfField(schema, field).strategy?.mergeKey;
    const key = (item: unknown): unknown => (mergeKey === undefined ? item : keyOfItem(item, mergeKey));
    const before = stored[field];
    merged[field] = byOrder(items, order, Array.isArray(before) ? before : [], key);
  }
}
