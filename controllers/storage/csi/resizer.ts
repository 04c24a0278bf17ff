import { keyOf } from '../../../core/api/object.ts';
import { PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM } from '../../../core/kinds/registry.ts';
import { compareQuantities } from '../../../core/quantity.ts';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeClaimStatus,
} from '../../../core/schema/types.generated.ts';
import type { View } from '../../../core/store/view.ts';
import { type Micros, rfc3339 } from '../../../core/time.ts';
import { type Controller, DONE, type Reconciliation, type Request } from '../../controller.ts';
import { PROVISIONED_BY } from '../annotations.ts';
import { csiSourceOf } from '../csi-source.ts';
import { patchClaim, patchVolume, told } from '../patches.ts';
import type { CsiBackend } from './driver.ts';
import { proceed, type Work } from './work.ts';

/**
 * The external-resizer beside each driver: a claim grows only if admission let it (`PersistentVolumeClaimResize`), then
 * its volume, then what the claim has of it (kubernetes-csi/external-resizer). File systems grow with their volumes.
 */

const RESIZING = 'Resizing';

function driverOfVolume({ metadata, spec }: PersistentVolume): string | undefined {
  return csiSourceOf(spec)?.driver ?? metadata.annotations?.[PROVISIONED_BY];
}

function statusPatch(
  claim: PersistentVolumeClaim,
  change: (status: PersistentVolumeClaimStatus) => PersistentVolumeClaimStatus,
): Request {
  return patchClaim(claim, (stored) => ({ ...stored, status: change(stored.status) }), 'status');
}

function begun(claim: PersistentVolumeClaim, wanted: string, now: Micros): Request {
  const condition = { type: RESIZING, status: 'True', lastTransitionTime: rfc3339(now) } as const;
  return statusPatch(claim, (status) => {
    const others = (status.conditions ?? []).filter(({ type }) => type !== RESIZING);
    return {
      ...status,
      allocatedResources: { ...status.allocatedResources, storage: wanted },
      allocatedResourceStatuses: {
        ...status.allocatedResourceStatuses,
        storage: 'ControllerResizeInProgress',
      },
      conditions: [...others, condition],
    };
  });
}

function grown(claim: PersistentVolumeClaim, wanted: string): Request {
  return statusPatch(claim, (status) => {
    const { allocatedResourceStatuses: _over, conditions = [], ...rest } = status;
    const others = conditions.filter(({ type }) => type !== RESIZING);
    return {
      ...rest,
      capacity: { ...status.capacity, storage: wanted },
      conditions: others.length === 0 ? undefined : others,
    };
  });
}

function resize(
  backend: CsiBackend,
  view: View,
  claim: PersistentVolumeClaim,
  memory: Work | undefined,
  now: Micros,
): Reconciliation<Work> {
  const asked = claim.spec.resources?.requests?.storage;
  const volume = view.getByKey(PERSISTENT_VOLUME, claim.spec.volumeName ?? '');
  if (claim.status.phase !== 'Bound' || asked === undefined || volume === undefined) return DONE;
  if (compareQuantities(asked, claim.status.capacity?.storage ?? 0) <= 0) return DONE;
  const name = driverOfVolume(volume);
  if (name === undefined) return DONE;
  const wanted = `${asked}`;
  const driver = backend.driver(name);
  const by = (request: Request): Request =>
    ({ ...request, component: `external-resizer ${name}` }) as Request;
  const volumeName = volume.metadata.name;
  return proceed(backend, driver, 'expand', `${claim.metadata.uid}:${wanted}`, memory, now, {
    begin: () => [
      begun(claim, wanted, now),
      by(told(claim, 'Normal', 'Resizing', `External resizer is resizing volume ${volumeName}`)),
    ],
    fail: (error) => {
      const message = `resize volume "${volumeName}" by resizer "${name}" failed: ${error}`;
      return [by(told(claim, 'Warning', 'VolumeResizeFailed', message))];
    },
    done: () => [
      patchVolume(volumeName, (stored) => ({
        ...stored,
        spec: { ...stored.spec, capacity: { ...stored.spec.capacity, storage: wanted } },
      })),
      grown(claim, wanted),
      by(told(claim, 'Normal', 'VolumeResizeSuccessful', 'Resize volume succeeded')),
    ],
  });
}

export function externalResizer(backend: CsiBackend): Controller<Work> {
  return {
    name: 'csi-resizer',
    component: 'csi-resizer',
    // `--workers` of external-resizer.
    workers: 10,
    watches: [
      {
        kind: PERSISTENT_VOLUME_CLAIM,
        keys: ({ type, object }) => (type === 'DELETED' ? [] : [keyOf(object)]),
      },
    ],
    reconcile: (view, key, memory, now) => {
      const claim = view.getByKey(PERSISTENT_VOLUME_CLAIM, key);
      return claim === undefined ? DONE : resize(backend, view, claim, memory, now);
    },
  };
}
