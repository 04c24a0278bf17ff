import { PERSISTENT_VOLUME } from '../../core/kinds/registry.ts';
import { compareQuantities } from '../../core/quantity.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import type { Request } from '../controller.ts';
import { patchClaim, patchVolume } from './patches.ts';

/** A claim grows only if admission let it (`PersistentVolumeClaimResize`), and its volume follows it at once. */

function capacityOf(volume: PersistentVolume | undefined): string | number {
  return volume?.spec.capacity?.storage ?? 0;
}

/** What an external resizer and the kubelet write: the volume first, then what the claim has of it. */
export function expansion(view: View, claim: PersistentVolumeClaim): readonly Request[] {
  const wanted = claim.spec.resources?.requests?.storage;
  const volume = view.getByKey(PERSISTENT_VOLUME, claim.spec.volumeName ?? '');
  if (wanted === undefined || volume === undefined) return [];
  const has = claim.status.capacity?.storage ?? 0;
  if (compareQuantities(wanted, has) <= 0) return [];
  const grown = compareQuantities(wanted, capacityOf(volume)) > 0;
  const grow = patchVolume(volume.metadata.name, (stored) => ({
    ...stored,
    spec: { ...stored.spec, capacity: { ...stored.spec.capacity, storage: wanted } },
  }));
  const tell = patchClaim(
    claim,
    (stored) => ({
      ...stored,
      status: { ...stored.status, capacity: { ...stored.status.capacity, storage: wanted } },
    }),
    'status',
  );
  return grown ? [grow, tell] : [tell];
}
