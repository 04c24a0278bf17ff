import { CLAIM_PROTECTION } from '../../core/api/admission/storage-protection.ts';
import { controllerOf, keyOf, objectKey } from '../../core/api/object.ts';
import { isPodTerminal } from '../../core/kinds/pod/status.ts';
import { PERSISTENT_VOLUME_CLAIM, POD } from '../../core/kinds/registry.ts';
import type { PersistentVolumeClaim, Pod } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { type Controller, DONE, type Reconciliation, type WatchEvent } from '../controller.ts';
import { claimNameOf, hasClaims } from './pod-claims.ts';
import { protect } from './protection.ts';

/**
 * A claim that is to be deleted stays until no pod uses it any more (kubernetes `pkg/controller/volume/pvcprotection`).
 * The real controller also lists pods from the API server before it lets a claim go; here the cache alone says who
 * uses it.
 */

const NONE: readonly string[] = [];

function claimsOf(pod: Pod): readonly string[] {
  if (!hasClaims(pod)) return NONE;
  const names: string[] = [];
  for (const volume of pod.spec.volumes ?? []) {
    const name = claimNameOf(pod, volume);
    if (name !== undefined) names.push(objectKey(pod.metadata.namespace, name));
  }
  return names;
}

/** Only a pod that has a node uses a claim: kubelets start none whose claim is going. */
function uses(pod: Pod, { metadata }: PersistentVolumeClaim): boolean {
  if (!pod.spec.nodeName) return false;
  return (pod.spec.volumes ?? []).some((volume) => {
    if (claimNameOf(pod, volume) !== metadata.name) return false;
    if (volume.ephemeral === undefined) return true;
    // An ephemeral claim is the pod's own, and it is done with when the pod's containers are.
    return !isPodTerminal(pod) && controllerOf({ metadata })?.uid === pod.metadata.uid;
  });
}

/** Pods that have ended, are gone, or wait for a node may be the last that held a claim. Hot path. */
function keysOfPod({ type, object }: WatchEvent): readonly string[] {
  const pod = object as Pod;
  if (type !== 'DELETED' && pod.spec.nodeName && !isPodTerminal(pod)) return NONE;
  return claimsOf(pod);
}

function reconcile(view: View, key: string): Reconciliation<never> {
  const claim = view.getByKey(PERSISTENT_VOLUME_CLAIM, key);
  if (claim === undefined) return DONE;
  return protect(PERSISTENT_VOLUME_CLAIM, claim, CLAIM_PROTECTION, () =>
    view.list(POD, claim.metadata.namespace).some((pod) => uses(pod, claim)),
  );
}

export const claimProtectionController: Controller<never> = {
  name: 'persistentvolumeclaim-protection-controller',
  component: 'persistentvolumeclaim-protection-controller',
  workers: 1,
  watches: [
    {
      kind: PERSISTENT_VOLUME_CLAIM,
      keys: ({ type, object }) => (type === 'DELETED' ? NONE : [keyOf(object)]),
    },
    { kind: POD, keys: keysOfPod },
  ],
  reconcile,
};
