import type { KubeObject } from '../../core/api/object.ts';
import { PERSISTENT_VOLUME_CLAIM } from '../../core/kinds/registry.ts';
import { compileSelector } from '../../core/labels.ts';
import { compareQuantities } from '../../core/quantity.ts';
import type {
  ObjectReference,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from '../../core/schema/types.generated.ts';
import { BIND_COMPLETED, BOUND_BY_CONTROLLER } from './annotations.ts';

/** The class of a claim or a volume by the annotation that it had before there was a field; it still counts first. */
const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';

/** `GetPersistentVolumeClaimClass`, `GetPersistentVolumeClass`; `undefined` where none is named. */
export function classOf({ metadata, spec }: PersistentVolume | PersistentVolumeClaim): string | undefined {
  return metadata.annotations?.[BETA_CLASS] ?? spec.storageClassName;
}

/** Its volume is chosen by the scheduler, together with a node (`IsDelayBindingMode`). */
export function waitsForConsumer(
  claim: PersistentVolumeClaim,
  classNamed: (name: string) => StorageClass | undefined,
): boolean {
  const name = classOf(claim) ?? '';
  return name !== '' && classNamed(name)?.volumeBindingMode === 'WaitForFirstConsumer';
}

/** Bound by this claim, or kept for it by whoever made the volume (`IsVolumeBoundToClaim`). */
export function isFor({ spec }: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { claimRef } = spec;
  if (claimRef === undefined) return false;
  const { namespace, name, uid } = claim.metadata;
  if (claimRef.namespace !== namespace || claimRef.name !== name) return false;
  return claimRef.uid === undefined || claimRef.uid === '' || claimRef.uid === uid;
}

/** Both sides have said so (`isPVCFullyBound`). */
export function isFullyBound({ metadata, spec }: PersistentVolumeClaim): boolean {
  return Boolean(spec.volumeName) && metadata.annotations?.[BIND_COMPLETED] !== undefined;
}

export function withAnnotations<T extends KubeObject>(
  object: T,
  annotations: Readonly<Record<string, string>>,
): T {
  const { metadata } = object;
  return { ...object, metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } } };
}

export function referenceTo({ metadata }: PersistentVolumeClaim): ObjectReference {
  return {
    apiVersion: PERSISTENT_VOLUME_CLAIM.apiVersion,
    kind: PERSISTENT_VOLUME_CLAIM.kind,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    name: metadata.name,
    uid: metadata.uid,
  };
}

/** The volume with the claim as its own (`GetBindVolumeToClaim`); the very same where it has that already. */
export function boundTo(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume {
  if (isFor(volume, claim) && volume.spec.claimRef?.uid === claim.metadata.uid) return volume;
  const reserved = isFor(volume, claim);
  const bound = { ...volume, spec: { ...volume.spec, claimRef: referenceTo(claim) } };
  return reserved ? bound : withAnnotations(bound, { [BOUND_BY_CONTROLLER]: 'yes' });
}

function storageOf({ spec }: PersistentVolume): string | number {
  return spec.capacity?.storage ?? 0;
}

/** Large enough and of the right mode; holds for a volume that is kept for the claim as well. */
function isLikeAsked(volume: PersistentVolume, { spec }: PersistentVolumeClaim): boolean {
  if (volume.metadata.deletionTimestamp !== undefined) return false;
  if ((volume.spec.volumeMode ?? 'Filesystem') !== (spec.volumeMode ?? 'Filesystem')) return false;
  const wanted = spec.resources?.requests?.storage;
  return wanted === undefined || compareQuantities(storageOf(volume), wanted) >= 0;
}

function allows({ spec }: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  return (claim.spec.accessModes ?? []).every((mode) => spec.accessModes?.includes(mode) === true);
}

/** Why the volume that a claim names can't be its own (`checkVolumeSatisfyClaim`). */
export function mismatch(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  const wanted = claim.spec.resources?.requests?.storage;
  if (wanted !== undefined && compareQuantities(storageOf(volume), wanted) < 0)
    return 'requested PV is too small';
  if ((classOf(volume) ?? '') !== (classOf(claim) ?? '')) return 'storageClassName does not match';
  if ((volume.spec.volumeMode ?? 'Filesystem') !== (claim.spec.volumeMode ?? 'Filesystem'))
    return 'incompatible volumeMode';
  return allows(volume, claim) ? undefined : 'incompatible accessMode';
}

/** Whether a volume that nobody has will do for a claim (`FindMatchingVolume`). */
function fits(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  if (volume.status.phase !== 'Available') return false;
  if ((classOf(volume) ?? '') !== (classOf(claim) ?? '')) return false;
  if ((volume.spec.volumeAttributesClassName ?? '') !== (claim.spec.volumeAttributesClassName ?? ''))
    return false;
  if (!allows(volume, claim)) return false;
  const { selector } = claim.spec;
  return selector === undefined || compileSelector(selector)(volume.metadata.labels);
}

/** The fewer modes, then the smaller, then by name: what comes first will be taken. */
function before(a: PersistentVolume, b: PersistentVolume, countsModes: boolean): boolean {
  if (countsModes) {
    const modes = (a.spec.accessModes?.length ?? 0) - (b.spec.accessModes?.length ?? 0);
    if (modes !== 0) return modes < 0;
  }
  const size = compareQuantities(storageOf(a), storageOf(b));
  return size < 0 || (size === 0 && a.metadata.name < b.metadata.name);
}

/**
 * The volume that the binder takes for a claim: the one that is kept for it, or else the smallest of those with the
 * fewest access modes that will do (`findBestMatchForClaim`). `delayed`: only one that is kept.
 */
export function volumeFor(
  volumes: readonly PersistentVolume[],
  claim: PersistentVolumeClaim,
  delayed: boolean,
): PersistentVolume | undefined {
  let best: PersistentVolume | undefined;
  for (const volume of volumes) {
    if (volume.spec.claimRef !== undefined) {
      if (isFor(volume, claim) && isLikeAsked(volume, claim) && allows(volume, claim)) return volume;
      continue;
    }
    if (delayed || !isLikeAsked(volume, claim) || !fits(volume, claim)) continue;
    if (best === undefined || before(volume, best, true)) best = volume;
  }
  return best;
}

/** What the scheduler may choose from for a claim: one that is kept for it alone, or all that will do, the smallest first. */
export function candidatesFor(
  volumes: Iterable<PersistentVolume>,
  claim: PersistentVolumeClaim,
): readonly PersistentVolume[] {
  const found: PersistentVolume[] = [];
  for (const volume of volumes) {
    if (volume.spec.claimRef !== undefined) {
      if (isFor(volume, claim) && isLikeAsked(volume, claim)) return [volume];
      continue;
    }
    if (isLikeAsked(volume, claim) && fits(volume, claim)) found.push(volume);
  }
  return found.sort((a, b) => (before(a, b, false) ? -1 : 1));
}
