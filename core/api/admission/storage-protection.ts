import type { NewObject } from '../object.ts';
import type { AdmissionPlugin } from './admission.ts';

/** What holds a claim, or a volume, back while it is in use (pkg/volume/util `PVCProtectionFinalizer`, `PVProtectionFinalizer`). */
export const CLAIM_PROTECTION = 'kubernetes.io/pvc-protection';
export const VOLUME_PROTECTION = 'kubernetes.io/pv-protection';

function withFinalizer(object: NewObject, finalizer: string): NewObject {
  const { metadata } = object;
  const { finalizers = [] } = metadata;
  if (finalizers.includes(finalizer)) return object;
  return { ...object, metadata: { ...metadata, finalizers: [...finalizers, finalizer] } };
}

/** New claims and volumes are protected from their first moment; their controllers let them go. */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  handles: ({ resource }) => resource === 'persistentvolumeclaims' || resource === 'persistentvolumes',
  admit: (object, { resource }) =>
    withFinalizer(object, resource === 'persistentvolumes' ? VOLUME_PROTECTION : CLAIM_PROTECTION),
};
