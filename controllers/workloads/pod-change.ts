import { isPodTerminal, podCondition } from '../../core/kinds/pod/status.ts';
import type { Pod } from '../../core/schema/types.generated.ts';
import type { WatchEvent } from '../controller.ts';

/**
 * Whether a change of a pod can lead the controller of its workload to anything new. The real controllers queue the
 * owner at every change; a turn reads no more of a pod than this, so that the others would find all as it was.
 */
export function matters({ type, object, previous }: WatchEvent): boolean {
  if (previous === undefined || type === 'DELETED') return true;
  const before = previous as Pod;
  const after = object as Pod;
  if (
    before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp ||
    before.metadata.labels !== after.metadata.labels ||
    before.metadata.ownerReferences !== after.metadata.ownerReferences
  ) {
    return true;
  }
  if (before.status === after.status) return false;
  if (isPodTerminal(before) !== isPodTerminal(after)) return true;
  const readyBefore = podCondition(before, 'Ready');
  const readyAfter = podCondition(after, 'Ready');
  return (
    (readyBefore?.status === 'True') !== (readyAfter?.status === 'True') ||
    (readyAfter?.status === 'True' && readyBefore?.lastTransitionTime !== readyAfter.lastTransitionTime)
  );
}
