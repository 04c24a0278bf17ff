import { equalValues } from '../../core/api/equal.ts';
import { type KubeObject, type NewObject, objectKey } from '../../core/api/object.ts';
import { byOrder } from '../../core/api/patching/element-order.ts';
import {
  type SchemaPath,
  schemaOfField,
  schemaOfItem,
  schemaOfKind,
} from '../../core/api/patching/schema-path.ts';
import { prunedAs } from '../../core/kinds/custom/custom-kind.ts';
import { kindIn } from '../../core/kinds/custom/lookup.ts';
import type { Kind } from '../../core/kinds/kind.ts';
import { isJsonObject } from '../../core/schema/decoding.ts';
import type { Cause } from '../actor.ts';
import type { Action, ManifestObject } from '../scenario/scenario.ts';
import type { StimulusHandler, StimulusWorld } from './handler.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * `kubectl apply`'s three-way merge: what the manifest says is set, what an earlier manifest said and this one
 * does not is removed, and what others have set stays. Lists whose entries have a key (containers by their name) are
 * merged entry by entry, as the API server's strategic merge patch does; other lists are taken whole.
 */
export function threeWayMerge(stored: Fields, manifest: Fields, last: Fields, schema: SchemaPath): Fields {
  const merged: Record<string, unknown> = { ...stored };
  for (const field of Object.keys(last)) {
    if (last[field] !== undefined && manifest[field] === undefined) merged[field] = undefined;
  }
  for (const field of Object.keys(manifest)) {
    const wanted = manifest[field];
    if (wanted === undefined) continue;
    merged[field] = mergedField(stored[field], wanted, last[field], schemaOfField(schema, field));
  }
  return merged;
}

function mergedField(existing: unknown, wanted: unknown, before: unknown, schema: SchemaPath): unknown {
  if (isJsonObject(wanted) && isJsonObject(existing)) {
    return threeWayMerge(existing, wanted, isJsonObject(before) ? before : {}, schema);
  }
  if (equalValues(wanted, existing)) return existing;
  const { strategy } = schema;
  if (strategy?.merge !== true || !Array.isArray(existing) || !Array.isArray(wanted)) return wanted;
  const { mergeKey } = strategy;
  const key = (item: unknown): unknown =>
    mergeKey !== undefined && isJsonObject(item) ? item[mergeKey] : item;
  return mergedList(existing, wanted, Array.isArray(before) ? before : [], schemaOfItem(schema), key);
}

function mergedList(
  existing: readonly unknown[],
  wanted: readonly unknown[],
  before: readonly unknown[],
  schema: SchemaPath,
  key: (item: unknown) => unknown,
): readonly unknown[] {
  const wantedByKey = new Map(wanted.map((item) => [key(item), item]));
  const beforeByKey = new Map(before.map((item) => [key(item), item]));
  const present = new Set(existing.map(key));
  const items = existing.flatMap((item) => {
    const own = wantedByKey.get(key(item));
    if (own !== undefined) return [mergedField(item, own, beforeByKey.get(key(item)), schema)];
    return beforeByKey.has(key(item)) ? [] : [item];
  });
  items.push(...wanted.filter((item) => !present.has(key(item))));
  return byOrder(items, wanted, existing, key);
}

function appliedKey(kind: Kind, key: string): string {
  return `${kind.resource} ${key}`;
}

function applyObject(world: StimulusWorld, { source, object: sent }: ManifestObject, cause: Cause): void {
  const object = asStored(world, sent);
  const kind = kindIn(world.view, object.apiVersion, object.kind);
  const { name = '', namespace } = object.metadata;
  if (kind === undefined) {
    world.refused(source, `no matches for kind "${object.kind}" in version "${object.apiVersion}"`);
    return;
  }
  const key = objectKey(namespace, name);
  const stored = name === '' ? undefined : world.view.getByKey(kind, key);
  const result =
    stored === undefined
      ? world.request({ verb: 'create', kind, object }, cause)
      : world.request(
          {
            verb: 'patch',
            kind,
            namespace,
            name,
            change: (current) => mergeInto(current, object, world.lastApplied(appliedKey(kind, key))),
          },
          cause,
        );
  if (result.ok) world.rememberApplied(appliedKey(kind, key), object);
  else world.refused(source, result.status.message);
}

/** A custom resource as its definition, as it is now, would store it. */
function asStored({ view }: StimulusWorld, object: NewObject): NewObject {
  const kind = kindIn(view, object.apiVersion, object.kind);
  if (kind?.custom === undefined) return object;
  const pruned = prunedAs(kind, object, () => undefined);
  return pruned.apiVersion === kind.apiVersion ? pruned : { ...pruned, apiVersion: kind.apiVersion };
}

function mergeInto(current: KubeObject, object: NewObject, last: NewObject | undefined): KubeObject {
  const { status: _ignored, ...manifest } = object as NewObject & { readonly status?: unknown };
  const merged = threeWayMerge(
    current as unknown as Fields,
    manifest as unknown as Fields,
    (last ?? {}) as Fields,
    schemaOfKind(object.apiVersion, object.kind),
  );
  // The merge keeps every field of the stored object that makes it one.
  return merged as unknown as KubeObject;
}

type ApplyAction = Extract<Action, { op: 'apply' }>;

export const apply: StimulusHandler<ApplyAction> = {
  op: 'apply',
  run: (world, action, _source, cause) => {
    for (const object of action.objects) applyObject(world, object, cause);
  },
};
