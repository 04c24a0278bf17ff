import {
  controllerOf,
  type KubeObject,
  keyOf,
  type OwnerReference,
  objectKey,
} from '../../core/api/object.ts';
import type { KindRef } from '../../core/kinds/kind-ref.ts';
import { compileSelector } from '../../core/labels.ts';
import type { LabelSelector } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import type { WatchEvent } from '../controller.ts';

export const NO_KEYS: readonly string[] = [];

interface Owners {
  readonly namespace: string | undefined;
  readonly keys: readonly string[];
}

/**
 * Which keys of a workload controller an event of one of its dependents concerns: the controller that it has,
 * the one that it had, and for an orphan all whose selector matches it (`addPod`, `updatePod`, `deletePod` of
 * the ReplicaSet controller, and their like for ReplicaSets in the Deployment controller).
 *
 * A pod's key is asked for at each of its changes, so keys are kept by the identity of the list of owners,
 * which all pods of a ReplicaSet share.
 */
export function ownerKeys<O extends KubeObject & { readonly spec: { readonly selector?: LabelSelector } }>(
  ownerKind: KindRef<O>,
): (event: WatchEvent, view: View) => readonly string[] {
  const known = new WeakMap<readonly OwnerReference[], Owners>();

  const keysOf = (object: KubeObject): readonly string[] => {
    const owners = object.metadata.ownerReferences;
    if (owners === undefined) return NO_KEYS;
    const { namespace } = object.metadata;
    const remembered = known.get(owners);
    if (remembered !== undefined && remembered.namespace === namespace) return remembered.keys;
    const controller = controllerOf(object);
    const keys =
      controller !== undefined && controller.kind === ownerKind.kind
        ? [objectKey(namespace, controller.name)]
        : NO_KEYS;
    known.set(owners, { namespace, keys });
    return keys;
  };

  const matching = (object: KubeObject, view: View): readonly string[] => {
    const keys: string[] = [];
    for (const owner of view.list(ownerKind, object.metadata.namespace ?? '')) {
      if (compileSelector(owner.spec.selector)(object.metadata.labels)) keys.push(keyOf(owner));
    }
    return keys;
  };

  return ({ type, object, previous }, view) => {
    const keys = keysOf(object);
    if (type === 'DELETED') return keys;
    const controller = controllerOf(object);
    if (previous === undefined) {
      if (controller !== undefined || object.metadata.deletionTimestamp !== undefined) return keys;
      return matching(object, view);
    }
    const sameOwners = previous.metadata.ownerReferences === object.metadata.ownerReferences;
    if (sameOwners && controller !== undefined) return keys;
    const controllerChanged = controllerOf(previous)?.uid !== controller?.uid;
    const former = controllerChanged ? keysOf(previous) : NO_KEYS;
    if (controller !== undefined) return former.length === 0 ? keys : [...former, ...keys];
    if (!controllerChanged && previous.metadata.labels === object.metadata.labels) return NO_KEYS;
    return [...former, ...matching(object, view)];
  };
}
