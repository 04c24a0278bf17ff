import { FOREGROUND_FINALIZER, ORPHAN_FINALIZER } from '../../core/api/delete.ts';
import { type KubeObject, keyOf, type OwnerReference, splitKey } from '../../core/api/object.ts';
import { kindIn, kindOfResource } from '../../core/kinds/custom/lookup.ts';
import type { Kind } from '../../core/kinds/kind.ts';
import type { View } from '../../core/store/view.ts';

/** Owners, dependents and what their finalizers say, as the garbage collector reads them. */

function hasFinalizer(object: KubeObject, finalizer: string): boolean {
  return object.metadata.finalizers?.includes(finalizer) === true;
}

export function isBeingDeleted(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}

/** Deleted in the foreground: waits until the dependents that block it are gone. */
export function waitsForDependents(object: KubeObject): boolean {
  return isBeingDeleted(object) && hasFinalizer(object, FOREGROUND_FINALIZER);
}

/** Deleted as orphaning: waits until its dependents no longer name it. */
export function waitsForOrphans(object: KubeObject): boolean {
  return isBeingDeleted(object) && hasFinalizer(object, ORPHAN_FINALIZER);
}

export function asksToOrphan(object: KubeObject): boolean {
  return hasFinalizer(object, ORPHAN_FINALIZER);
}

export function asksForForeground(object: KubeObject): boolean {
  return hasFinalizer(object, FOREGROUND_FINALIZER);
}

export function kindOf(view: View, object: KubeObject): Kind {
  const kind = kindIn(view, object.apiVersion, object.kind);
  if (kind === undefined)
    throw new Error(`${object.apiVersion} ${object.kind} is in a view but in no registry`);
  return kind;
}

/** The key of an object of any kind: `pods default/web-1`, `nodes node-1`. */
export function graphKey(view: View, object: KubeObject): string {
  return `${kindOf(view, object).resource} ${keyOf(object)}`;
}

export interface GraphPlace {
  readonly kind: Kind;
  readonly namespace: string | undefined;
  readonly name: string;
}

/** `undefined` where the kind is not served any more: a definition has gone. */
export function placeOf(view: View, graphKey: string): GraphPlace | undefined {
  const space = graphKey.indexOf(' ');
  const kind = kindOfResource(view, graphKey.slice(0, space));
  if (kind === undefined) return undefined;
  return { kind, ...splitKey(graphKey.slice(space + 1)) };
}

/** Where the owner that a reference means has to be: its kind, by its name, in the dependent's namespace or in none. */
export interface OwnerPlace {
  readonly kind: Kind;
  readonly namespace: string | undefined;
}

/**
 * `undefined` where the kind is not served; `invalid` where a cluster-scoped object names an owner that lives in
 * a namespace: such a reference can be neither confirmed nor refuted.
 */
export function ownerPlace(
  view: View,
  reference: OwnerReference,
  dependent: KubeObject,
): OwnerPlace | 'invalid' | undefined {
  const kind = kindIn(view, reference.apiVersion, reference.kind);
  if (kind === undefined) return undefined;
  if (!kind.namespaced) return { kind, namespace: undefined };
  const namespace = dependent.metadata.namespace;
  return namespace === undefined || namespace === '' ? 'invalid' : { kind, namespace };
}

/** The owner that a reference means: the same kind, name and namespace, and the same uid. */
export function ownerIn(
  view: View,
  reference: OwnerReference,
  dependent: KubeObject,
): KubeObject | undefined {
  const place = ownerPlace(view, reference, dependent);
  if (place === undefined || place === 'invalid') return undefined;
  const owner = view.get(place.kind, place.namespace, reference.name);
  return owner?.metadata.uid === reference.uid ? owner : undefined;
}

/** Dependents that hold an owner back while it is deleted in the foreground. */
export function blockingDependents(view: View, owner: KubeObject): readonly KubeObject[] {
  const { uid } = owner.metadata;
  return view
    .dependentsOf(uid)
    .filter((dependent) =>
      (dependent.metadata.ownerReferences ?? []).some(
        (reference) => reference.uid === uid && reference.blockOwnerDeletion === true,
      ),
    );
}

export function withoutFinalizer(object: KubeObject, finalizer: string): KubeObject {
  const finalizers = object.metadata.finalizers;
  if (finalizers === undefined || !finalizers.includes(finalizer)) return object;
  const others = finalizers.filter((name) => name !== finalizer);
  return {
    ...object,
    metadata: { ...object.metadata, finalizers: others.length === 0 ? undefined : others },
  };
}

export function withoutOwners(object: KubeObject, uids: readonly string[]): KubeObject {
  const references = object.metadata.ownerReferences;
  if (references === undefined || !references.some(({ uid }) => uids.includes(uid))) return object;
  const others = references.filter(({ uid }) => !uids.includes(uid));
  return {
    ...object,
    metadata: { ...object.metadata, ownerReferences: others.length === 0 ? undefined : others },
  };
}

/** The object with references that no longer block their owners. */
export function unblocking(object: KubeObject): KubeObject {
  const references = object.metadata.ownerReferences;
  if (references === undefined || !references.some(({ blockOwnerDeletion }) => blockOwnerDeletion === true)) {
    return object;
  }
  return {
    ...object,
    metadata: {
      ...object.metadata,
      ownerReferences: references.map((reference) =>
        reference.blockOwnerDeletion === true ? { ...reference, blockOwnerDeletion: false } : reference,
      ),
    },
  };
}
