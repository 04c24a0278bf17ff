import type { Pod, Volume } from '../../core/schema/types.generated.ts';

/** How pods name claims. */

const NONE: readonly string[] = [];

/** Of a volume that is one of a claim; that of an ephemeral volume is named after pod and volume (`ephemeral.VolumeClaimName`). */
export function claimNameOf(
  pod: Pod,
  { name, persistentVolumeClaim, ephemeral }: Volume,
): string | undefined {
  if (persistentVolumeClaim !== undefined) return persistentVolumeClaim.claimName;
  return ephemeral === undefined ? undefined : `${pod.metadata.name}-${name}`;
}

/** Whether a pod has any volume of a claim. Hot path. */
export function hasClaims({ spec }: Pod): boolean {
  const { volumes } = spec;
  if (volumes === undefined) return false;
  for (const volume of volumes) {
    if (volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined) return true;
  }
  return false;
}

/** All of them, in the order of the volumes. */
export function claimNamesOf(pod: Pod): readonly string[] {
  if (!hasClaims(pod)) return NONE;
  const names: string[] = [];
  for (const volume of pod.spec.volumes ?? []) {
    const name = claimNameOf(pod, volume);
    if (name !== undefined) names.push(name);
  }
  return names;
}
