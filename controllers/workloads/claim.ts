import type { KubeObject, OwnerReference } from '../../core/api/object.ts';
import type { Kind } from '../../core/kinds/kind.ts';
import type { KindRef } from '../../core/kinds/kind-ref.ts';
import type { Matcher } from '../../core/labels.ts';
import type { View } from '../../core/store/view.ts';
import type { Request, RequestResult } from '../controller.ts';

/** The tag of requests that adopt or release. */
export const CLAIM = 'claim';

/** The reference by which a controller owns what it manages (`metav1.NewControllerRef`). */
export function controllerReference(kind: KindRef, owner: KubeObject): OwnerReference {
  return {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/**
 * What a controller may adopt: objects of its namespace that nobody owns, that its selector matches and that
 * are not on their way out. A controller that is being deleted adopts nothing.
 */
export function adoptable<T extends KubeObject>(
  view: View,
  kind: KindRef<T>,
  owner: KubeObject,
  matches: Matcher,
): readonly T[] {
  if (owner.metadata.deletionTimestamp !== undefined) return NOTHING;
  const orphans = view.ownedBy(kind, '');
  let found: T[] | undefined;
  for (const orphan of orphans) {
    const { metadata } = orphan;
    if (metadata.namespace !== owner.metadata.namespace) continue;
    if (metadata.deletionTimestamp !== undefined || !matches(metadata.labels)) continue;
    found ??= [];
    found.push(orphan);
  }
  return found ?? NOTHING;
}

const NOTHING: readonly never[] = [];

/** Add the owner to an orphan. The uid keeps a namesake that came later from being adopted in its place. */
export function adoption(kind: Kind, orphan: KubeObject, reference: OwnerReference): Request {
  return {
    verb: 'patch',
    kind,
    namespace: orphan.metadata.namespace,
    name: orphan.metadata.name,
    uid: orphan.metadata.uid,
    change: (stored) => withOwners(stored, [...(stored.metadata.ownerReferences ?? []), reference]),
    tag: CLAIM,
  };
}

/** Take the owner off an object that its selector doesn't match any more. */
export function release(kind: Kind, owned: KubeObject, ownerUid: string): Request {
  return {
    verb: 'patch',
    kind,
    namespace: owned.metadata.namespace,
    name: owned.metadata.name,
    uid: owned.metadata.uid,
    change: (stored) => {
      const others = (stored.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== ownerUid);
      return withOwners(stored, others.length === 0 ? undefined : others);
    },
    tag: CLAIM,
  };
}

function withOwners(stored: KubeObject, ownerReferences: readonly OwnerReference[] | undefined): KubeObject {
  const { ownerReferences: _, ...rest } = stored.metadata;
  const metadata = ownerReferences === undefined ? rest : { ...rest, ownerReferences };
  return { ...stored, metadata };
}

/**
 * Whether a claim that failed ends the reconciliation. It doesn't where the object is gone, or is another one
 * by now (`PodControllerRefManager.ReleasePod`, `ClaimObject`).
 */
export function claimFailed({ result }: RequestResult): boolean {
  return !result.ok && result.status.reason !== 'NotFound' && result.status.reason !== 'Invalid';
}
