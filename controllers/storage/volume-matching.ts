import { compileSelector } from '../../core/labels.ts';
import { compareQuantities } from '../../core/quantity.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../core/schema/types.generated.ts';

/** The class of a claim or a volume by the annotation that it had before there was a field; it still counts first. */
const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';

/** `GetPersistentVolumeClaimClass`, `GetPersistentVolumeClass`; `undefined` where none is named. */
export function classOf({ metadata, spec }: PersistentVolume | PersistentVolumeClaim): string | undefined {
  return metadata.annotations?.[BETA_CLASS] ?? spec.storageClassName;
}

/** Bound by this claim, or kept for it by whoever made the volume. */
export function isFor({ spec }: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { claimRef } = spec;
  if (claimRef === undefined) return false;
  const { namespace, name, uid } = claim.metadata;
  if (claimRef.namespace !== namespace || claimRef.name !== name) return false;
  return claimRef.uid === undefined || claimRef.uid === '' || claimRef.uid === uid;
}

/** Whether a volume that nobody has will do for a claim (`FindMatchingVolume`). */
function fits(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { spec } = volume;
  if (volume.metadata.deletionTimestamp !== undefined) return false;
  if ((classOf(volume) ?? '') !== (classOf(claim) ?? '')) return false;
  if ((spec.volumeMode ?? 'Filesystem') !== (claim.spec.volumeMode ?? 'Filesystem')) return false;
  if ((claim.spec.accessModes ?? []).some((mode) => spec.accessModes?.includes(mode) !== true)) return false;
  const wanted = claim.spec.resources?.requests?.storage;
  if (wanted !== undefined && compareQuantities(spec.capacity?.storage ?? 0, wanted) < 0) return false;
  const { selector } = claim.spec;
  return selector === undefined || compileSelector(selector)(volume.metadata.labels);
}

/** The volume that is kept for the claim, or else the smallest that will do; of equals the first by name. */
export function volumeFor(
  volumes: readonly PersistentVolume[],
  claim: PersistentVolumeClaim,
): PersistentVolume | undefined {
  let best: PersistentVolume | undefined;
  for (const volume of volumes) {
    if (isFor(volume, claim)) return volume;
    if (volume.spec.claimRef !== undefined || !fits(volume, claim)) continue;
    if (
      best === undefined ||
      compareQuantities(volume.spec.capacity?.storage ?? 0, best.spec.capacity?.storage ?? 0) < 0
    ) {
      best = volume;
    }
  }
  return best;
}
