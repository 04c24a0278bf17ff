import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../schema/types.generated.ts';
import { AGE, type Column, NAME, text, UNSET, wide } from './column.ts';

const ACCESS_MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};
const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

/** Each mode once, in Kubernetes' order. */
function accessModes(modes: readonly string[] | undefined): string {
  return Object.keys(ACCESS_MODES)
    .filter((mode) => modes?.includes(mode))
    .map((mode) => ACCESS_MODES[mode])
    .join(',');
}

export const CLAIM_COLUMNS: readonly Column<PersistentVolumeClaim>[] = [
  NAME,
  text('Status', ({ metadata, status }) =>
    metadata.deletionTimestamp === undefined ? (status.phase ?? '') : 'Terminating',
  ),
  text('Volume', ({ spec }) => spec.volumeName ?? ''),
  text('Capacity', ({ spec, status }) => (spec.volumeName ? (status.capacity?.storage ?? '') : '')),
  text('Access Modes', ({ spec, status }) => (spec.volumeName ? accessModes(status.accessModes) : '')),
  text('StorageClass', ({ spec }) => spec.storageClassName ?? ''),
  text('VolumeAttributesClass', ({ spec }) => spec.volumeAttributesClassName ?? UNSET),
  AGE,
  wide(text('VolumeMode', ({ spec }) => spec.volumeMode ?? UNSET)),
];

export const VOLUME_COLUMNS: readonly Column<PersistentVolume>[] = [
  NAME,
  text('Capacity', ({ spec }) => spec.capacity?.storage ?? ''),
  text('Access Modes', ({ spec }) => accessModes(spec.accessModes)),
  text('Reclaim Policy', ({ spec }) => spec.persistentVolumeReclaimPolicy ?? ''),
  text('Status', ({ metadata, status }) =>
    metadata.deletionTimestamp === undefined ? (status.phase ?? '') : 'Terminating',
  ),
  text('Claim', ({ spec }) =>
    spec.claimRef === undefined ? '' : `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}`,
  ),
  text('StorageClass', ({ spec }) => spec.storageClassName ?? ''),
  text('VolumeAttributesClass', ({ spec }) => spec.volumeAttributesClassName ?? UNSET),
  text('Reason', ({ status }) => status.reason ?? ''),
  AGE,
  wide(text('VolumeMode', ({ spec }) => spec.volumeMode ?? UNSET)),
];

export const STORAGE_CLASS_COLUMNS: readonly Column<StorageClass>[] = [
  {
    ...NAME,
    cell: ({ metadata }) =>
      metadata.annotations?.[DEFAULT_CLASS] === 'true' ? `${metadata.name} (default)` : metadata.name,
  },
  text('Provisioner', ({ provisioner }) => provisioner),
  text('ReclaimPolicy', ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete'),
  text('VolumeBindingMode', ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate'),
  text('AllowVolumeExpansion', (one) => one.allowVolumeExpansion === true),
  AGE,
];
