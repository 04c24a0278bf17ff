import { keyOf } from '../../../core/api/object.ts';
import {
  NODE,
  PERSISTENT_VOLUME,
  PERSISTENT_VOLUME_CLAIM,
  STORAGE_CLASS,
} from '../../../core/kinds/registry.ts';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from '../../../core/schema/types.generated.ts';
import type { View } from '../../../core/store/view.ts';
import type { Micros } from '../../../core/time.ts';
import { type Controller, DONE, type Reconciliation, type Request } from '../../controller.ts';
import { BIND_COMPLETED, PROVISIONED_BY, SELECTED_NODE, STORAGE_PROVISIONER } from '../annotations.ts';
import { BUILT_IN_DRIVER } from '../bind-claim.ts';
import { patchClaim, patchVolume, told } from '../patches.ts';
import { classOf, referenceTo } from '../volume-matching.ts';
import type { CsiBackend, CsiDriverModel } from './driver.ts';
import { affinityTo, placeFor } from './topology.ts';
import { proceed, type Work } from './work.ts';

/**
 * The external-provisioner beside each driver: makes volumes for claims that name its driver, and deletes those that are
 * released (kubernetes-csi/external-provisioner, sig-storage-lib-external-provisioner).
 */

const CLAIM_KEY = 'claim:';
const VOLUME_KEY = 'volume:';
/** It holds a volume back until what it stands for is gone (`HonorPVReclaimPolicy`). */
const FINALIZER = 'external-provisioner.volume.kubernetes.io/finalizer';
/** What a driver that has no room says (https://grpc.io/docs/guides/status-codes/). */
const NO_ROOM = 'code = ResourceExhausted';

function event(
  driver: string,
  claim: PersistentVolumeClaim,
  eventType: 'Normal' | 'Warning',
  reason: string,
  message: string,
): Request {
  return { ...told(claim, eventType, reason, message), component: driver };
}

/** What stands behind the volume. Provisioners that are no CSI drivers have a path for a name. */
function sourceOf({ name, topologyKey }: CsiDriverModel, handle: string): Partial<PersistentVolume['spec']> {
  if (!name.includes('/')) {
    return { csi: { driver: name, volumeHandle: handle } };
  }
  return topologyKey === undefined
    ? { nfs: { server: name.slice(0, name.indexOf('/')), path: `/${handle}` } }
    : { hostPath: { path: `/opt/local-path-provisioner/${handle}`, type: 'DirectoryOrCreate' } };
}

function volumeOf(
  driver: CsiDriverModel,
  claim: PersistentVolumeClaim,
  storageClass: StorageClass | undefined,
  place: string | undefined,
): Request {
  const name = `pvc-${claim.metadata.uid}`;
  const { accessModes, resources, volumeMode, volumeAttributesClassName } = claim.spec;
  const className = storageClass?.metadata.name ?? classOf(claim);
  const { mountOptions, reclaimPolicy = 'Delete' } = storageClass ?? {};
  const spec = {
    accessModes,
    capacity: { storage: resources?.requests?.storage ?? '0' },
    claimRef: referenceTo(claim),
    ...sourceOf(driver, name),
    ...(mountOptions === undefined ? {} : { mountOptions }),
    ...(driver.topologyKey === undefined || place === undefined
      ? {}
      : { nodeAffinity: affinityTo(driver.topologyKey, place) }),
    persistentVolumeReclaimPolicy: reclaimPolicy,
    ...(className === undefined ? {} : { storageClassName: className }),
    ...(volumeAttributesClassName === undefined ? {} : { volumeAttributesClassName }),
    volumeMode,
  };
  return {
    verb: 'create',
    kind: PERSISTENT_VOLUME,
    object: {
      apiVersion: PERSISTENT_VOLUME.apiVersion,
      kind: PERSISTENT_VOLUME.kind,
      metadata: {
        name,
        annotations: { [PROVISIONED_BY]: driver.name },
        ...(reclaimPolicy === 'Delete' ? { finalizers: [FINALIZER] } : {}),
      },
      spec,
    } as Extract<Request, { verb: 'create' }>['object'],
  };
}

function provision(
  backend: CsiBackend,
  view: View,
  claim: PersistentVolumeClaim,
  memory: Work | undefined,
  now: Micros,
): Reconciliation<Work> {
  const { annotations, deletionTimestamp, namespace, name, uid } = claim.metadata;
  const provisioner = annotations?.[STORAGE_PROVISIONER];
  if (provisioner === undefined || claim.spec.volumeName || annotations?.[BIND_COMPLETED] !== undefined)
    return DONE;
  if (deletionTimestamp !== undefined) return DONE;
  if (view.get(PERSISTENT_VOLUME, undefined, `pvc-${uid}`) !== undefined) return DONE;
  const className = classOf(claim) ?? '';
  const storageClass = view.get(STORAGE_CLASS, undefined, className);
  if (storageClass === undefined && provisioner !== BUILT_IN_DRIVER) return DONE;
  const selected = annotations?.[SELECTED_NODE];
  if (storageClass?.volumeBindingMode === 'WaitForFirstConsumer' && !selected) return DONE;
  const driver = backend.driver(provisioner);
  const node = selected === undefined ? undefined : view.get(NODE, undefined, selected);
  const where = placeFor(view, driver, claim, storageClass, node);
  const failed = (error: string): Request =>
    event(
      driver.name,
      claim,
      'Warning',
      'ProvisioningFailed',
      `failed to provision volume with StorageClass "${className}": ${error}`,
    );
  const say = (): readonly Request[] => {
    const message = `External provisioner is provisioning volume for claim "${namespace}/${name}"`;
    return [event(driver.name, claim, 'Normal', 'Provisioning', message)];
  };
  const fail = (error: string): readonly Request[] => {
    // There is no room where the node is: the scheduler is to look for another (`ProvisioningReschedule`).
    if (selected === undefined || !error.includes(NO_ROOM)) return [failed(error)];
    const reschedule = patchClaim(claim, (stored) => {
      const { [SELECTED_NODE]: _gone, ...rest } = stored.metadata.annotations ?? {};
      return { ...stored, metadata: { ...stored.metadata, annotations: rest } };
    });
    return [failed(error), reschedule];
  };
  return proceed(backend, driver, 'provision', uid, memory, now, {
    begin: say,
    fail,
    done: () => {
      if ('error' in where) return fail(where.error);
      return [
        event(
          driver.name,
          claim,
          'Normal',
          'ProvisioningSucceeded',
          `Successfully provisioned volume pvc-${uid}`,
        ),
        volumeOf(driver, claim, storageClass, where.place),
      ];
    },
  });
}

/** `shouldDelete` and `deleteVolumeOperation`. */
function remove(
  backend: CsiBackend,
  volume: PersistentVolume,
  memory: Work | undefined,
  now: Micros,
): Reconciliation<Work> {
  const { metadata, spec, status } = volume;
  const provisioner = metadata.annotations?.[PROVISIONED_BY];
  if (provisioner === undefined || provisioner.startsWith('kubernetes.io/')) return DONE;
  const isHeld = metadata.finalizers?.includes(FINALIZER) === true;
  if (spec.persistentVolumeReclaimPolicy !== 'Delete' || status.phase !== 'Released') return DONE;
  // Protection first, so that nothing is deleted that somebody still has; then what stands behind it is ours alone.
  if (metadata.deletionTimestamp !== undefined && !isHeld) return DONE;
  const { name, uid } = metadata;
  const driver = backend.driver(provisioner);
  return proceed(backend, driver, 'delete', uid, memory, now, {
    fail: (error) => [{ ...told(volume, 'Warning', 'VolumeFailedDelete', error), component: driver.name }],
    done: () => {
      const release = patchVolume(name, (stored) => {
        const finalizers = (stored.metadata.finalizers ?? []).filter((each) => each !== FINALIZER);
        return { ...stored, metadata: { ...stored.metadata, finalizers } };
      });
      const deletion: Request = {
        verb: 'delete',
        kind: PERSISTENT_VOLUME,
        namespace: undefined,
        name,
        options: { preconditions: { uid } },
      };
      return isHeld ? [deletion, release] : [deletion];
    },
  });
}

export function externalProvisioner(backend: CsiBackend): Controller<Work> {
  return {
    name: 'csi-provisioner',
    component: 'csi-provisioner',
    // `--worker-threads` of external-provisioner.
    workers: 100,
    watches: [
      {
        kind: PERSISTENT_VOLUME_CLAIM,
        keys: ({ type, object }) =>
          type !== 'DELETED' && object.metadata.annotations?.[STORAGE_PROVISIONER] !== undefined
            ? [CLAIM_KEY + keyOf(object)]
            : [],
      },
      {
        kind: PERSISTENT_VOLUME,
        keys: ({ type, object }) =>
          type !== 'DELETED' && (object as PersistentVolume).status.phase === 'Released'
            ? [VOLUME_KEY + keyOf(object)]
            : [],
      },
    ],
    reconcile: (view, key, memory, now) => {
      if (key.startsWith(VOLUME_KEY)) {
        const volume = view.getByKey(PERSISTENT_VOLUME, key.slice(VOLUME_KEY.length));
        return volume === undefined ? DONE : remove(backend, volume, memory, now);
      }
      const claim = view.getByKey(PERSISTENT_VOLUME_CLAIM, key.slice(CLAIM_KEY.length));
      return claim === undefined ? DONE : provision(backend, view, claim, memory, now);
    },
  };
}
