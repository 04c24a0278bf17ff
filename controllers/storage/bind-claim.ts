import { isPodScheduled } from '../../core/kinds/pod/status.ts';
import { PERSISTENT_VOLUME, POD, STORAGE_CLASS } from '../../core/kinds/registry.ts';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { type Micros, rfc3339, SECOND } from '../../core/time.ts';
import { DONE, type Reconciliation, type Request } from '../controller.ts';
import {
  BETA_STORAGE_PROVISIONER,
  BIND_COMPLETED,
  BOUND_BY_CONTROLLER,
  DEFAULT_CLASS,
  NO_PROVISIONER,
  SELECTED_NODE,
  STORAGE_PROVISIONER,
} from './annotations.ts';
import { driverOf } from './csi-source.ts';
import { type PatchRequest, patchClaim, patchVolume, told } from './patches.ts';
import { claimNamesOf } from './pod-claims.ts';
import {
  boundTo,
  classOf,
  isFor,
  mismatch,
  volumeFor,
  waitsForConsumer,
  withAnnotations,
} from './volume-matching.ts';

/** What the binder does about a claim (`syncClaim` of pkg/controller/volume/persistentvolume/pv_controller.go). */

/** The tag of the request that takes a volume. */
export const TAKE = 'take-volume';
/** `--pvclaimbinder-sync-period`: what still waits is told again. */
const SYNC_PERIOD: Micros = 15 * SECOND;
/** Who makes the volumes of a cluster without any StorageClass, of every class and of none. */
export const BUILT_IN_DRIVER = 'disk.csi.wavetank.dev';

type VolumePhase = NonNullable<PersistentVolume['status']['phase']>;

/** The phase of a volume, with the time of its change and, where it failed, why. */
export function phase(name: string, wanted: VolumePhase, now: Micros, message?: string): Request {
  const change = (stored: PersistentVolume): PersistentVolume => {
    if (stored.status.phase === wanted && stored.status.message === message) return stored;
    const { message: _before, ...status } = stored.status;
    return {
      ...stored,
      status: {
        ...status,
        phase: wanted,
        lastPhaseTransitionTime: rfc3339(now),
        ...(message === undefined ? {} : { message }),
      },
    };
  };
  return patchVolume(name, change, 'status');
}

/** Both sides name each other, the volume first (`bind`). */
function binding(claim: PersistentVolumeClaim, volume: PersistentVolume, now: Micros): Request[] {
  const { name } = volume.metadata;
  const take = patchVolume(name, (stored) =>
    stored.spec.claimRef === undefined || isFor(stored, claim) ? boundTo(stored, claim) : stored,
  );
  const taking: PatchRequest = { ...take, tag: TAKE };
  const requests: Request[] = boundTo(volume, claim) === volume ? [] : [taking];
  if (volume.status.phase !== 'Bound') requests.push(phase(name, 'Bound', now));
  const { annotations } = claim.metadata;
  if (claim.spec.volumeName !== name || annotations?.[BIND_COMPLETED] === undefined) {
    requests.push(
      patchClaim(claim, (stored) => {
        const complete = { [BIND_COMPLETED]: 'yes' };
        if (stored.spec.volumeName === name) return withAnnotations(stored, complete);
        const chosen = { ...stored, spec: { ...stored.spec, volumeName: name } };
        return withAnnotations(chosen, { ...complete, [BOUND_BY_CONTROLLER]: 'yes' });
      }),
    );
  }
  const { capacity, accessModes, volumeAttributesClassName } = volume.spec;
  if (claim.status.phase !== 'Bound') {
    const attributes =
      volumeAttributesClassName === undefined
        ? {}
        : { currentVolumeAttributesClassName: volumeAttributesClassName };
    requests.push(
      patchClaim(
        claim,
        (stored) => ({
          ...stored,
          status: { ...stored.status, accessModes, capacity, ...attributes, phase: 'Bound' },
        }),
        'status',
      ),
    );
  }
  return requests;
}

function reconciliation(requests: readonly Request[]): Reconciliation<never> {
  return requests.length === 0 ? DONE : { requests, memory: undefined };
}

/** What cannot be done yet is told, again and again. */
function waiting(...requests: readonly Request[]): Reconciliation<never> {
  return {
    requests,
    memory: undefined,
    requeueAfter: SYNC_PERIOD,
    requeueReason: 'the claim is still not bound',
  };
}

function pending(claim: PersistentVolumeClaim, reason: string, message: string): Reconciliation<never> {
  return waiting(told(claim, 'Normal', reason, message));
}

/** The newest of several; of those of one moment the first by name. */
function defaultClass(view: View): StorageClass | undefined {
  let found: StorageClass | undefined;
  for (const each of view.list(STORAGE_CLASS)) {
    if (each.metadata.annotations?.[DEFAULT_CLASS] !== 'true') continue;
    if (found === undefined || each.metadata.creationTimestamp > found.metadata.creationTimestamp)
      found = each;
  }
  return found;
}

/** `emitEventForUnboundDelayBindingClaim`. */
function waitForConsumer(view: View, claim: PersistentVolumeClaim): Reconciliation<never> {
  const { namespace, name } = claim.metadata;
  const pods = view
    .list(POD, namespace)
    .filter((pod) => !isPodScheduled(pod) && claimNamesOf(pod).includes(name))
    .map((pod) => pod.metadata.name);
  if (pods.length === 0) {
    return pending(claim, 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding');
  }
  const whom = `${pods.length === 1 ? 'pod' : 'pods'} ${pods.join(',')}`;
  return pending(claim, 'WaitForPodScheduled', `waiting for ${whom} to be scheduled`);
}

/** The word to whoever makes volumes outside of Kubernetes (`provisionClaimOperationExternal`). */
function askFor(claim: PersistentVolumeClaim, provisioner: string): Reconciliation<never> {
  const message =
    `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the ` +
    'system administrator. If volume creation is delayed, please verify that the provisioner is running and ' +
    'correctly registered.';
  const event = told(claim, 'Normal', 'ExternalProvisioning', message);
  if (claim.metadata.annotations?.[STORAGE_PROVISIONER] === provisioner) return waiting(event);
  const ask = { [BETA_STORAGE_PROVISIONER]: provisioner, [STORAGE_PROVISIONER]: provisioner };
  return waiting(
    patchClaim(claim, (stored) => withAnnotations(stored, ask)),
    event,
  );
}

/** `provisionClaim`. */
function provision(claim: PersistentVolumeClaim, { provisioner }: StorageClass): Reconciliation<never> {
  const driver = driverOf(provisioner);
  // Of the plugins that Kubernetes once had in its own tree, none is left.
  if (provisioner === NO_PROVISIONER || driver.startsWith('kubernetes.io/')) {
    const message = `no volume plugin matched name: ${provisioner}`;
    return waiting(told(claim, 'Warning', 'ProvisioningFailed', message));
  }
  return askFor(claim, driver);
}

function bindUnbound(view: View, claim: PersistentVolumeClaim, now: Micros): Reconciliation<never> {
  const classNamed = (name: string): StorageClass | undefined => view.get(STORAGE_CLASS, undefined, name);
  const delayed = waitsForConsumer(claim, classNamed);
  const volume = volumeFor(view.list(PERSISTENT_VOLUME), claim, delayed);
  if (volume !== undefined) return reconciliation(binding(claim, volume, now));
  const className = classOf(claim);
  if (className === undefined) {
    const byDefault = defaultClass(view);
    if (byDefault !== undefined) {
      // A default that has come later is given to claims without any (`assignDefaultStorageClass`).
      const { name } = byDefault.metadata;
      return reconciliation([
        patchClaim(claim, (stored) => ({ ...stored, spec: { ...stored.spec, storageClassName: name } })),
      ]);
    }
  }
  const isSelected = claim.metadata.annotations?.[SELECTED_NODE] !== undefined;
  if (delayed && !isSelected) return waitForConsumer(view, claim);
  if (className !== '' && view.count(STORAGE_CLASS) === 0) return askFor(claim, BUILT_IN_DRIVER);
  if (className === undefined || className === '') {
    const message = 'no persistent volumes available for this claim and no storage class is set';
    return pending(claim, 'FailedBinding', message);
  }
  const storageClass = classNamed(className);
  if (storageClass !== undefined) return provision(claim, storageClass);
  const message = `storageclass.storage.k8s.io "${className}" not found`;
  return waiting(told(claim, 'Warning', 'ProvisioningFailed', message));
}

/** The user, or the scheduler, has named the volume. */
function bindNamed(view: View, claim: PersistentVolumeClaim, now: Micros): Reconciliation<never> {
  const volume = view.get(PERSISTENT_VOLUME, undefined, claim.spec.volumeName ?? '');
  // One that is still to come, or to be given up, will say so.
  if (volume === undefined) return DONE;
  if (volume.spec.claimRef !== undefined && !isFor(volume, claim)) {
    if (claim.metadata.annotations?.[BOUND_BY_CONTROLLER] !== undefined) return DONE;
    const message = `volume "${volume.metadata.name}" already bound to a different claim.`;
    return waiting(told(claim, 'Warning', 'FailedBinding', message));
  }
  const problem = volume.spec.claimRef === undefined ? mismatch(volume, claim) : undefined;
  if (problem !== undefined) {
    const message = `Cannot bind to requested volume "${volume.metadata.name}": ${problem}`;
    return waiting(told(claim, 'Warning', 'VolumeMismatch', message));
  }
  return reconciliation(binding(claim, volume, now));
}

const LOST = 'Bound claim has lost its PersistentVolume. Data on the volume is lost!';
const LOST_REFERENCE = 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!';
const MISBOUND = 'Two claims are bound to the same volume, this one is bound incorrectly';

function lose(claim: PersistentVolumeClaim, reason: string, message: string): Reconciliation<never> {
  if (claim.status.phase === 'Lost') return DONE;
  const lost = patchClaim(claim, (stored) => ({ ...stored, status: { phase: 'Lost' } }), 'status');
  return reconciliation([lost, told(claim, 'Warning', reason, message)]);
}

/** `syncBoundClaim`: what was bound is bound still, or lost. */
function keepBound(view: View, claim: PersistentVolumeClaim, now: Micros): Reconciliation<never> {
  const { volumeName } = claim.spec;
  if (!volumeName) return lose(claim, 'ClaimLost', LOST_REFERENCE);
  const volume = view.get(PERSISTENT_VOLUME, undefined, volumeName);
  if (volume === undefined) return lose(claim, 'ClaimLost', LOST);
  const { claimRef } = volume.spec;
  if (claimRef !== undefined && !isFor(volume, claim)) {
    return lose(claim, 'ClaimMisbound', MISBOUND);
  }
  return reconciliation(binding(claim, volume, now));
}

export function bindClaim(view: View, claim: PersistentVolumeClaim, now: Micros): Reconciliation<never> {
  if (claim.metadata.annotations?.[BIND_COMPLETED] !== undefined) return keepBound(view, claim, now);
  if (claim.metadata.deletionTimestamp !== undefined) return DONE;
  return claim.spec.volumeName ? bindNamed(view, claim, now) : bindUnbound(view, claim, now);
}
