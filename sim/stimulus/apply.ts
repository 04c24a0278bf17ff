import { equalValues } from '../../core/api/equal.ts';
import { type KubeObject, type NewObject, objectKey } from '../../core/api/object.ts';
import type { Kind } from '../../core/kinds/kind.ts';
import { kindFor } from '../../core/kinds/registry.ts';
import { isJsonObject } from '../../core/schema/decoding.ts';
import type { Cause } from '../actor.ts';
import type { Action, ManifestObject } from '../scenario/scenario.ts';
import type { StimulusHandler, StimulusWorld } from './handler.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * `kubectl apply`'s three-way merge: what the manifest says is set, what an earlier manifest said and this one
 * does not is removed, and what others have set stays. Lists are taken whole; defaulting fills their entries
 * again.
 */
export function threeWayMerge(stored: Fields, manifest: Fields, last: Fields): Fields {
  const merged: Record<string, unknown> = { ...stored };
  for (const field of Object.keys(last)) {
    if (last[field] !== undefined && manifest[field] === undefined) merged[field] = undefined;
  }
  for (const field of Object.keys(manifest)) {
    const wanted = manifest[field];
    if (wanted === undefined) continue;
    const existing = stored[field];
    const before = last[field];
    merged[field] =
      isJsonObject(wanted) && isJsonObject(existing)
        ? threeWayMerge(existing, wanted, isJsonObject(before) ? before : {})
        : equalValues(wanted, existing)
          ? existing
          : wanted;
  }
  return merged;
}

function appliedKey(kind: Kind, key: string): string {
  return `${kind.resource} ${key}`;
}

function applyObject(world: StimulusWorld, { source, object }: ManifestObject, cause: Cause): void {
  const kind = kindFor(object.apiVersion, object.kind);
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

function mergeInto(current: KubeObject, object: NewObject, last: NewObject | undefined): KubeObject {
  const { status: _ignored, ...manifest } = object as NewObject & { readonly status?: unknown };
  const merged = threeWayMerge(
    current as unknown as Fields,
    manifest as unknown as Fields,
    (last ?? {}) as Fields,
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
