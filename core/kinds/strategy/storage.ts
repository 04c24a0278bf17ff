import type { NewObject } from '../../api/object.ts';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeClaimSpec,
  PersistentVolumeSpec,
  StorageClass,
  TypedLocalObjectReference,
} from '../../schema/types.generated.ts';
import { rfc3339 } from '../../time.ts';
import { fill, onField, withFields } from '../defaults/fill.ts';
import type { KindStrategy, StrategyContext } from '../kind.ts';
import { validateStorageClass, validateStorageClassUpdate } from '../validation/storage-class.ts';
import { validateClaim, validateClaimUpdate } from '../validation/volume-claim.ts';
import { validateVolumeObject, validateVolumeObjectUpdate } from '../validation/volume-object.ts';

/** Volumes, claims and classes (`SetDefaults_*` of Kubernetes' `pkg/apis/core/v1` and `pkg/apis/storage/v1`). */

const CLAIM_SPEC: Partial<PersistentVolumeClaimSpec> = { volumeMode: 'Filesystem' };
const VOLUME_SPEC: Partial<PersistentVolumeSpec> = {
  persistentVolumeReclaimPolicy: 'Retain',
  volumeMode: 'Filesystem',
};
const CLASS: Partial<StorageClass> = { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' };
const NO_SPEC: object = Object.freeze({});
const PENDING = { phase: 'Pending' } as const;

/** The source of the data has an old field and a new one: each is written where the other is (`NormalizeDataSources`). */
function withSources(spec: PersistentVolumeClaimSpec): PersistentVolumeClaimSpec {
  const { dataSource, dataSourceRef } = spec;
  if (dataSource !== undefined && dataSourceRef === undefined) {
    return withFields(spec, { dataSourceRef: dataSource });
  }
  if (dataSource !== undefined || dataSourceRef === undefined) return spec;
  const { namespace, ...local } = dataSourceRef;
  if (namespace) return spec;
  return withFields(spec, { dataSource: local as TypedLocalObjectReference });
}

export const CLAIM_STRATEGY: KindStrategy<PersistentVolumeClaim> = {
  countsGenerations: false,

  applyDefaults(object: NewObject<PersistentVolumeClaim>): NewObject<PersistentVolumeClaim> {
    const spec = fill(object.spec ?? (NO_SPEC as PersistentVolumeClaimSpec), CLAIM_SPEC);
    return spec === object.spec ? object : { ...object, spec };
  },

  prepareForCreate(object: NewObject<PersistentVolumeClaim>): NewObject<PersistentVolumeClaim> {
    return { ...onField(object, 'spec', withSources), status: PENDING };
  },

  prepareForUpdate(next: PersistentVolumeClaim): PersistentVolumeClaim {
    return onField(next, 'spec', withSources);
  },

  validate: validateClaim,
  validateUpdate: validateClaimUpdate,
};

function volumeDefaults(spec: PersistentVolumeSpec): PersistentVolumeSpec {
  let next = fill(spec, VOLUME_SPEC);
  next = onField(next, 'hostPath', (source) => fill(source, { type: '' }));
  next = onField(next, 'iscsi', (source) => fill(source, { iscsiInterface: 'default' }));
  next = onField(next, 'rbd', (source) =>
    fill(source, { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' }),
  );
  next = onField(next, 'azureDisk', (source) =>
    fill(source, { cachingMode: 'ReadWrite', kind: 'Shared', fsType: 'ext4', readOnly: false }),
  );
  return onField(next, 'scaleIO', (source) =>
    fill(source, { storageMode: 'ThinProvisioned', fsType: 'xfs' }),
  );
}

export const VOLUME_STRATEGY: KindStrategy<PersistentVolume> = {
  countsGenerations: false,

  applyDefaults(object: NewObject<PersistentVolume>): NewObject<PersistentVolume> {
    const spec = volumeDefaults(object.spec ?? (NO_SPEC as PersistentVolumeSpec));
    return spec === object.spec ? object : { ...object, spec };
  },

  prepareForCreate(
    object: NewObject<PersistentVolume>,
    { now }: StrategyContext,
  ): NewObject<PersistentVolume> {
    // The time of the phase is written since 1.29.
    return { ...object, status: { ...PENDING, lastPhaseTransitionTime: rfc3339(now) } };
  },

  validate: validateVolumeObject,
  validateUpdate: validateVolumeObjectUpdate,
};

export const STORAGE_CLASS_STRATEGY: KindStrategy<StorageClass> = {
  countsGenerations: false,

  applyDefaults(object: NewObject<StorageClass>): NewObject<StorageClass> {
    return fill(object, CLASS);
  },

  validate: validateStorageClass,
  validateUpdate: validateStorageClassUpdate,
};
