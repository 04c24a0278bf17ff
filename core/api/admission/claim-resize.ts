import { PERSISTENT_VOLUME_CLAIM, STORAGE_CLASS } from '../../kinds/registry.ts';
import { compareQuantities } from '../../quantity.ts';
import type { PersistentVolumeClaim } from '../../schema/types.generated.ts';
import type { View } from '../../store/view.ts';
import { forbidden } from '../status.ts';
import type { AdmissionPlugin } from './admission.ts';

/** The older way to name a class, which still counts first. */
const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';

function sizeOf({ spec }: PersistentVolumeClaim): string | number {
  return spec.resources?.requests?.storage ?? 0;
}

function classOf({ metadata, spec }: PersistentVolumeClaim): string {
  return metadata.annotations?.[BETA_CLASS] ?? spec.storageClassName ?? '';
}

function mayGrow(next: PersistentVolumeClaim, previous: PersistentVolumeClaim, view: View): boolean {
  const name = classOf(next);
  if (name === '' || name !== classOf(previous)) return false;
  return view.getByKey(STORAGE_CLASS, name)?.allowVolumeExpansion === true;
}

const NOT_BOUND = 'Only bound persistent volume claims can be expanded';
const NOT_ALLOWED =
  'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize';

/** A claim grows only where its class says that its volumes can (`plugin/pkg/admission/storage/persistentvolume/resize`). */
export const persistentVolumeClaimResize: AdmissionPlugin = {
  name: 'PersistentVolumeClaimResize',
  handles: ({ resource }) => resource === 'persistentvolumeclaims',
  validateUpdate: ({ next, previous, subresource }, _kind, view) => {
    if (subresource !== undefined) return undefined;
    const [claim, before] = [next as PersistentVolumeClaim, previous as PersistentVolumeClaim];
    if (claim.spec === before.spec || compareQuantities(sizeOf(claim), sizeOf(before)) <= 0) return undefined;
    const { name } = claim.metadata;
    if (before.status.phase !== 'Bound') return forbidden(PERSISTENT_VOLUME_CLAIM, name, NOT_BOUND);
    return mayGrow(claim, before, view) ? undefined : forbidden(PERSISTENT_VOLUME_CLAIM, name, NOT_ALLOWED);
  },
};
