import type { KubeObject } from '../../core/api/object.ts';
import type { Kind } from '../../core/kinds/kind.ts';
import type { KindRef } from '../../core/kinds/kind-ref.ts';
import { compileSelector } from '../../core/labels.ts';
import type { LabelSelector } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import type { Request } from '../controller.ts';
import { adoptable, adoption, controllerReference, release } from './claim.ts';

/** What a controller manages by its selector, and the requests that make it so. */
export interface Claimed<T extends KubeObject> {
  readonly objects: readonly T[];
  readonly requests: readonly Request[];
}

interface Selecting extends KubeObject {
  readonly spec: { readonly selector: LabelSelector };
}

/**
 * The objects of a kind that a controller owns and its selector matches, with the orphans that it adopts
 * (`ControllerRefManager.ClaimObject`). What it owns and doesn't match any more is released, unless the owner itself
 * is being deleted. `isMember` says what else a member has to be.
 */
export function claimed<T extends KubeObject>(
  view: View,
  kind: Kind<T>,
  ownerKind: KindRef,
  owner: Selecting,
  isMember: (object: T) => boolean = () => true,
): Claimed<T> {
  const matches = compileSelector(owner.spec.selector);
  const fits = (object: T): boolean => matches(object.metadata.labels) && isMember(object);
  const owned = view.ownedBy(kind, owner.metadata.uid);
  const orphans = adoptable(view, kind, owner, matches).filter(isMember);
  // Kinds of all types are one another's like to a request.
  const anyKind = kind as unknown as Kind;
  const requests: Request[] = [];
  if (orphans.length > 0) {
    const reference = controllerReference(ownerKind, owner);
    for (const orphan of orphans) requests.push(adoption(anyKind, orphan, reference));
  }
  const mine = owned.every(fits) ? owned : owned.filter(fits);
  if (mine !== owned && owner.metadata.deletionTimestamp === undefined) {
    for (const object of owned)
      if (!fits(object)) requests.push(release(anyKind, object, owner.metadata.uid));
  }
  return { objects: orphans.length === 0 ? mine : [...mine, ...orphans], requests };
}
