import { type KubeObject, keyOf, objectKey } from '../../core/api/object.ts';
import { PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM, STORAGE_CLASS } from '../../core/kinds/registry.ts';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { type Micros, rfc3339 } from '../../core/time.ts';
import {
  type Controller,
  DONE,
  type EventRequest,
  type Reaction,
  type Reconciliation,
  type Request,
  type RequestResult,
  type WatchEvent,
} from '../controller.ts';
import { expansion } from './expansion.ts';
import { type PatchRequest, patchClaim, patchVolume } from './patches.ts';
import { classOf, isFor, volumeFor } from './volume-matching.ts';

/**
 * Binds claims to volumes, and stands in for every provisioner: a volume that has to be made is there at once. What
 * it leaves out of the real controller (pkg/controller/volume/persistentvolume): volumes are bound without waiting
 * for a first consumer, and are reached from every node.
 *
 * A cluster without any StorageClass would leave most claims unbound for ever. Here it counts as one whose provider
 * makes volumes for every class that is named, and for claims that name none; `storageClassName: ""` asks for a
 * volume that exists, as ever. As soon as there is a StorageClass, classes have to be there.
 */

/** The tag of the request that takes a volume. */
const TAKE = 'take-volume';

/** Keys of claims and of volumes are told apart by these. */
const CLAIM_KEY = 'claim:';
const VOLUME_KEY = 'volume:';

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
/** A class of this provisioner says that its volumes are made by hand. */
const NO_PROVISIONER = 'kubernetes.io/no-provisioner';
/** The provisioner of a cluster that has no StorageClass. */
const CLOUD_PROVISIONER = 'disk.csi.wavetank.dev';

function withAnnotations(object: KubeObject, annotations: Readonly<Record<string, string>>): KubeObject {
  const { metadata } = object;
  return { ...object, metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } } };
}

type Phase = 'Available' | 'Bound' | 'Released';

function phase(name: string, wanted: Phase, now: Micros): Request {
  return patchVolume(
    name,
    (stored) => (stored.status.phase === wanted ? stored : withPhase(stored, wanted, now)),
    'status',
  );
}

function withPhase(stored: PersistentVolume, wanted: Phase, now: Micros): PersistentVolume {
  const status = { ...stored.status, phase: wanted, lastPhaseTransitionTime: rfc3339(now) };
  return { ...stored, status };
}

function claimRef({ metadata }: PersistentVolumeClaim): NonNullable<PersistentVolume['spec']['claimRef']> {
  return {
    apiVersion: PERSISTENT_VOLUME_CLAIM.apiVersion,
    kind: PERSISTENT_VOLUME_CLAIM.kind,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    name: metadata.name,
    uid: metadata.uid,
  };
}

/** Both sides name each other, the volume first (`bind`). */
function binding(
  claim: PersistentVolumeClaim,
  name: string,
  spec: PersistentVolume['spec'],
  now: Micros,
): Request[] {
  const { capacity, accessModes } = spec;
  return [
    phase(name, 'Bound', now),
    patchClaim(claim, (stored) =>
      withAnnotations({ ...stored, spec: { ...stored.spec, volumeName: name } } as PersistentVolumeClaim, {
        [BIND_COMPLETED]: 'yes',
        [BOUND_BY_CONTROLLER]: 'yes',
      }),
    ),
    patchClaim(
      claim,
      (stored) =>
        ({ ...stored, status: { ...stored.status, accessModes, capacity, phase: 'Bound' } }) as KubeObject,
      'status',
    ),
  ];
}

function claiming(
  claim: PersistentVolumeClaim,
  { metadata, spec }: PersistentVolume,
  now: Micros,
): Request[] {
  const reference = claimRef(claim);
  const patch = patchVolume(metadata.name, (stored) => {
    if (stored.spec.claimRef !== undefined && !isFor(stored, claim)) return stored;
    return withAnnotations({ ...stored, spec: { ...stored.spec, claimRef: reference } } as PersistentVolume, {
      [BOUND_BY_CONTROLLER]: 'yes',
    });
  });
  const take: PatchRequest = { ...patch, tag: TAKE };
  return spec.claimRef?.uid === claim.metadata.uid
    ? binding(claim, metadata.name, spec, now)
    : [take, ...binding(claim, metadata.name, spec, now)];
}

/** What an external provisioner makes of a claim. */
function provisioning(
  claim: PersistentVolumeClaim,
  storageClass: StorageClass | undefined,
  now: Micros,
): Request[] {
  const { accessModes, resources, volumeMode } = claim.spec;
  const name = `pvc-${claim.metadata.uid}`;
  const provisioner = storageClass?.provisioner ?? CLOUD_PROVISIONER;
  const className = storageClass?.metadata.name ?? classOf(claim);
  const spec = {
    accessModes,
    capacity: { storage: resources?.requests?.storage ?? '0' },
    claimRef: claimRef(claim),
    // Provisioners of before CSI have a path for a name, which no driver may have.
    csi: { driver: provisioner.includes('/') ? CLOUD_PROVISIONER : provisioner, volumeHandle: name },
    persistentVolumeReclaimPolicy: storageClass?.reclaimPolicy ?? 'Delete',
    ...(className === undefined ? {} : { storageClassName: className }),
    volumeMode,
  } as PersistentVolume['spec'];
  const create: Request = {
    verb: 'create',
    kind: PERSISTENT_VOLUME,
    object: {
      apiVersion: PERSISTENT_VOLUME.apiVersion,
      kind: PERSISTENT_VOLUME.kind,
      metadata: { name, annotations: { [PROVISIONED_BY]: provisioner } },
      spec,
    } as Extract<Request, { verb: 'create' }>['object'],
  };
  return [create, ...binding(claim, name, spec, now)];
}

function tell(
  claim: PersistentVolumeClaim,
  eventType: EventRequest['eventType'],
  reason: string,
  message: string,
): Reconciliation<never> {
  return { requests: [{ verb: 'event', regarding: claim, eventType, reason, message }], memory: undefined };
}

function defaultClass(view: View): StorageClass | undefined {
  return view.list(STORAGE_CLASS).find(({ metadata }) => metadata.annotations?.[DEFAULT_CLASS] === 'true');
}

/** `syncUnboundClaim`. */
function bindClaim(view: View, claim: PersistentVolumeClaim, now: Micros): Reconciliation<never> {
  if (claim.metadata.deletionTimestamp !== undefined) return DONE;
  if (claim.status.phase === 'Bound') {
    const requests = expansion(view, claim);
    return requests.length === 0 ? DONE : { requests, memory: undefined };
  }
  const { volumeName } = claim.spec;
  if (volumeName !== undefined && volumeName !== '') {
    const volume = view.get(PERSISTENT_VOLUME, undefined, volumeName);
    const isFree = volume !== undefined && (volume.spec.claimRef === undefined || isFor(volume, claim));
    // A volume that is still to come will say so.
    return isFree ? { requests: claiming(claim, volume, now), memory: undefined } : DONE;
  }
  const volume = volumeFor(view.list(PERSISTENT_VOLUME), claim);
  if (volume !== undefined) return { requests: claiming(claim, volume, now), memory: undefined };

  const storageClassName = classOf(claim);
  const hasClasses = view.count(STORAGE_CLASS) > 0;
  if (storageClassName !== '' && !hasClasses) {
    return { requests: provisioning(claim, undefined, now), memory: undefined };
  }
  const storageClass =
    storageClassName === undefined
      ? defaultClass(view)
      : view.get(STORAGE_CLASS, undefined, storageClassName);
  if (storageClass === undefined) {
    if (storageClassName === undefined || storageClassName === '') {
      const message = 'no persistent volumes available for this claim and no storage class is set';
      return tell(claim, 'Normal', 'FailedBinding', message);
    }
    const message = `storageclass.storage.k8s.io "${storageClassName}" not found`;
    return tell(claim, 'Warning', 'ProvisioningFailed', message);
  }
  if (storageClass.provisioner === NO_PROVISIONER) {
    return tell(claim, 'Normal', 'FailedBinding', 'no persistent volumes available for this claim');
  }
  return { requests: provisioning(claim, storageClass, now), memory: undefined };
}

/** Free volumes are available; one whose claim is gone is deleted or kept, as its policy says (`syncVolume`). */
function syncVolume(view: View, volume: PersistentVolume, now: Micros): Reconciliation<never> {
  const { metadata, spec, status } = volume;
  const isGoing = metadata.deletionTimestamp !== undefined;
  const { claimRef: reference } = spec;
  if (reference === undefined || reference.uid === undefined || reference.uid === '') {
    return isGoing || status.phase === 'Available'
      ? DONE
      : { requests: [phase(metadata.name, 'Available', now)], memory: undefined };
  }
  const claim = view.get(PERSISTENT_VOLUME_CLAIM, reference.namespace, reference.name ?? '');
  if (claim?.metadata.uid === reference.uid) return DONE;
  // A volume that is bound is protected: nobody has it any more before it can go.
  const requests: Request[] = status.phase === 'Released' ? [] : [phase(metadata.name, 'Released', now)];
  if (spec.persistentVolumeReclaimPolicy === 'Delete' && !isGoing) {
    const { name, uid } = metadata;
    const options = { preconditions: { uid } };
    requests.push({ verb: 'delete', kind: PERSISTENT_VOLUME, namespace: undefined, name, options });
  }
  return requests.length === 0 ? DONE : { requests, memory: undefined };
}

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
    .filter(({ status }) => status.phase !== 'Bound')
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

function claimKeys({ type, object }: WatchEvent): readonly string[] {
  if (type !== 'DELETED') return [CLAIM_KEY + keyOf(object)];
  const { volumeName } = (object as PersistentVolumeClaim).spec;
  return volumeName === undefined || volumeName === '' ? [] : [VOLUME_KEY + volumeName];
}

function volumeKeys({ type, object }: WatchEvent, view: View): readonly string[] {
  const own = VOLUME_KEY + keyOf(object);
  const isFree = (object as PersistentVolume).spec.claimRef?.uid === undefined;
  return isFree && type !== 'DELETED' ? [own, ...waitingClaims(view)] : [own];
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
