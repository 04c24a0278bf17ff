import { whole } from '../../../core/quantity.ts';
import type { Machine } from '../../scenario/scenario.ts';
import type { ImageFacts } from '../image-registry.ts';
import type { Pressure } from './thresholds.ts';

/** Events of a node whose conditions change: under pressure, and no longer (`pkg/kubelet/nodestatus`). */
const EVENTS: Readonly<Record<Pressure, readonly [string, string]>> = {
  MemoryPressure: ['NodeHasInsufficientMemory', 'NodeHasSufficientMemory'],
  DiskPressure: ['NodeHasDiskPressure', 'NodeHasNoDiskPressure'],
  PIDPressure: ['NodeHasInsufficientPID', 'NodeHasSufficientPID'],
};

/** Reasons of the Events that tell of a change. */
export function pressureEvents(before: readonly Pressure[], after: readonly Pressure[]): readonly string[] {
  const changed = (Object.keys(EVENTS) as Pressure[]).filter(
    (type) => before.includes(type) !== after.includes(type),
  );
  return changed.map((type) => EVENTS[type][after.includes(type) ? 0 : 1]);
}

/** Whether images take half of the disk, so that it is worth a look what all of it holds. */
export function isMuch(images: readonly ImageFacts[], { ephemeralStorage }: Machine): boolean {
  let bytes = 0;
  for (const { sizeBytes } of images) bytes += sizeBytes;
  return 2 * bytes > whole(ephemeralStorage);
}
