import { keyOf, objectKey } from '../../core/api/object.ts';
import { PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM, STORAGE_CLASS } from '../../core/kinds/registry.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import type { Micros } from '../../core/time.ts';
import {
  type Controller,
  DONE,
  type Reaction,
  type Reconciliation,
  type RequestResult,
  type WatchEvent,
} from '../controller.ts';
import { bindClaim, TAKE } from './bind-claim.ts';
import { syncVolume } from './reclaim-volume.ts';

/**
 * Binds claims to volumes and looks after both (kubernetes `pkg/controller/volume/persistentvolume`). Claims of classes
 * that wait for their first consumer are left to the scheduler, and volumes that have to be made to the driver of
 * their class, which is told by an annotation.
 *
 * A cluster without any StorageClass would leave most claims unbound for ever. Here it counts as one whose provider
 * makes volumes for every class that is named, and for claims that name none; `storageClassName: ""` asks for a
 * volume that exists, as ever. As soon as there is a StorageClass, classes have to be there.
 */

/** Keys of claims and of volumes are told apart by these. */
const CLAIM_KEY = 'claim:';
const VOLUME_KEY = 'volume:';

function reconcile(view: View, key: string, _memory: undefined, now: Micros): Reconciliation<never> {
  if (key.startsWith(VOLUME_KEY)) {
    const volume = view.getByKey(PERSISTENT_VOLUME, key.slice(VOLUME_KEY.length));
    return volume === undefined ? DONE : syncVolume(view, volume, now);
  }
  const claim = view.getByKey(PERSISTENT_VOLUME_CLAIM, key.slice(CLAIM_KEY.length));
  return claim === undefined ? DONE : bindClaim(view, claim, now);
}

/** Claims that wait: a volume or a class that comes may be what they wait for. */
function waitingClaims(view: View): string[] {
  return view
    .list(PERSISTENT_VOLUME_CLAIM)
    .filter(({ status }) => status.phase === 'Pending')
    .map((claim) => CLAIM_KEY + keyOf(claim));
}

/** Another claim was faster: this one looks for another volume. */
function onResult(
  _memory: undefined,
  { request, result }: RequestResult,
  key: string,
): Reaction<never> | undefined {
  if (request.tag !== TAKE || !result.ok) return undefined;
  const { claimRef: reference } = (result.object as PersistentVolume).spec;
  const holder = objectKey(reference?.namespace, reference?.name ?? '');
  return CLAIM_KEY + holder === key ? undefined : { memory: undefined, stop: true, retry: true };
}

function claimKeys({ type, object, previous }: WatchEvent): readonly string[] {
  const { volumeName } = (object as PersistentVolumeClaim).spec;
  if (type === 'DELETED') return volumeName ? [VOLUME_KEY + volumeName] : [];
  const own = CLAIM_KEY + keyOf(object);
  // A volume that was kept for it may learn that it has taken another.
  const before = (previous as PersistentVolumeClaim | undefined)?.spec.volumeName;
  return volumeName && volumeName !== before ? [own, VOLUME_KEY + volumeName] : [own];
}

function volumeKeys({ type, object }: WatchEvent, view: View): readonly string[] {
  const own = VOLUME_KEY + keyOf(object);
  const { claimRef } = (object as PersistentVolume).spec;
  if (claimRef !== undefined) {
    const claim = view.get(PERSISTENT_VOLUME_CLAIM, claimRef.namespace, claimRef.name ?? '');
    return claim === undefined ? [own] : [own, CLAIM_KEY + keyOf(claim)];
  }
  return type === 'DELETED' ? [own] : [own, ...waitingClaims(view)];
}

export const persistentVolumeBinder: Controller<never> = {
  name: 'persistentvolume-binder-controller',
  component: 'persistentvolume-controller',
  workers: 1,
  watches: [
    { kind: PERSISTENT_VOLUME, keys: volumeKeys },
    { kind: PERSISTENT_VOLUME_CLAIM, keys: claimKeys },
    { kind: STORAGE_CLASS, keys: (_event, view) => waitingClaims(view) },
  ],
  reconcile,
  onResult,
};
