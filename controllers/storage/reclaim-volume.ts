import { PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM } from '../../core/kinds/registry.ts';
import type { PersistentVolume } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import type { Micros } from '../../core/time.ts';
import { DONE, type Reconciliation, type Request } from '../controller.ts';
import { BOUND_BY_CONTROLLER, PROVISIONED_BY } from './annotations.ts';
import { phase } from './bind-claim.ts';
import { patchVolume, told } from './patches.ts';

/** What the binder does about a volume (`syncVolume` of pkg/controller/volume/persistentvolume/pv_controller.go). */

/** The one place that the deleter of `hostPath` touches. */
const DELETABLE_PATH = /^\/tmp\/.+/;

function reconciliation(requests: readonly Request[]): Reconciliation<never> {
  return requests.length === 0 ? DONE : { requests, memory: undefined };
}

function deletion({ metadata }: PersistentVolume): Request {
  const { name, uid } = metadata;
  return {
    verb: 'delete',
    kind: PERSISTENT_VOLUME,
    namespace: undefined,
    name,
    options: { preconditions: { uid } },
  };
}

function failed(volume: PersistentVolume, reason: string, message: string, now: Micros): readonly Request[] {
  return [phase(volume.metadata.name, 'Failed', now, message), told(volume, 'Warning', reason, message)];
}

/** Who made it outside deletes it; of the rest Kubernetes itself can delete next to nothing (`doDeleteVolume`). */
function deleted(volume: PersistentVolume, now: Micros): readonly Request[] {
  const { metadata, spec } = volume;
  if (metadata.deletionTimestamp !== undefined) return [];
  const provisioner = metadata.annotations?.[PROVISIONED_BY];
  if (provisioner !== undefined && !provisioner.startsWith('kubernetes.io/')) return [];
  if (spec.hostPath !== undefined) {
    const { path } = spec.hostPath;
    if (DELETABLE_PATH.test(path)) return [deletion(volume)];
    const message = `host_path deleter only supports /tmp/.+ but received provided ${path}`;
    return failed(volume, 'VolumeFailedDelete', message, now);
  }
  const why = spec.csi === undefined ? 'no deletable volume plugin matched' : 'no volume plugin matched';
  const message = `error getting deleter volume plugin for volume "${metadata.name}": ${why}`;
  return failed(volume, 'VolumeFailedDelete', message, now);
}

/** The deprecated policy: the files go, the volume is free again; for `nfs` and `hostPath` alone. */
function recycled(volume: PersistentVolume, now: Micros): readonly Request[] {
  const { metadata, spec } = volume;
  if (spec.nfs === undefined && spec.hostPath === undefined) {
    return failed(volume, 'VolumeFailedRecycle', 'No recycler plugin found for the volume!', now);
  }
  return [
    unbound(metadata.name),
    phase(metadata.name, 'Available', now),
    told(volume, 'Normal', 'VolumeRecycled', 'Volume recycled'),
  ];
}

function withoutAnnotation(volume: PersistentVolume, name: string): PersistentVolume {
  const { [name]: _gone, ...annotations } = volume.metadata.annotations ?? {};
  return { ...volume, metadata: { ...volume.metadata, annotations } };
}

/** `unbindVolume`: one that a user kept for a claim by name stays kept. */
function unbound(name: string): Request {
  return patchVolume(name, (stored) => {
    const { claimRef, ...spec } = stored.spec;
    if (claimRef === undefined) return stored;
    if (stored.metadata.annotations?.[BOUND_BY_CONTROLLER] !== undefined) {
      return withoutAnnotation({ ...stored, spec }, BOUND_BY_CONTROLLER);
    }
    const { uid: _uid, ...kept } = claimRef;
    return { ...stored, spec: { ...spec, claimRef: kept } };
  });
}

/** `reclaimVolume`. */
function reclaimed(volume: PersistentVolume, now: Micros): readonly Request[] {
  switch (volume.spec.persistentVolumeReclaimPolicy) {
    case 'Delete':
      return deleted(volume, now);
    case 'Recycle':
      return recycled(volume, now);
    default:
      return [];
  }
}

export function syncVolume(view: View, volume: PersistentVolume, now: Micros): Reconciliation<never> {
  const { metadata, spec, status } = volume;
  const { name } = metadata;
  const { claimRef: reference } = spec;
  if (reference === undefined || reference.uid === undefined || reference.uid === '') {
    const isGoing = metadata.deletionTimestamp !== undefined;
    return isGoing || status.phase === 'Available' ? DONE : reconciliation([phase(name, 'Available', now)]);
  }
  const claim = view.get(PERSISTENT_VOLUME_CLAIM, reference.namespace, reference.name ?? '');
  if (claim === undefined || claim.metadata.uid !== reference.uid) {
    // A volume that was bound is protected: nobody has it any more before it can go.
    if (status.phase === 'Failed') return DONE;
    return reconciliation(
      status.phase === 'Released' ? reclaimed(volume, now) : [phase(name, 'Released', now)],
    );
  }
  // The claim's own turn goes on with the binding.
  if (!claim.spec.volumeName) return DONE;
  if (claim.spec.volumeName === name) {
    return status.phase === 'Bound' ? DONE : reconciliation([phase(name, 'Bound', now)]);
  }
  // Its claim has taken another.
  if (
    metadata.annotations?.[PROVISIONED_BY] !== undefined &&
    spec.persistentVolumeReclaimPolicy === 'Delete'
  ) {
    return status.phase === 'Released' ? DONE : reconciliation([phase(name, 'Released', now)]);
  }
  return reconciliation([unbound(name), phase(name, 'Available', now)]);
}
