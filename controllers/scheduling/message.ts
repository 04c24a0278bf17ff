import type { RejectionCount } from './framework/extension-points.ts';
import type { Rejection } from './framework/rejection.ts';

/** `ErrNoNodesAvailable` of kube-scheduler. */
export const NO_NODES = 'no nodes available to schedule pods';

/** `2 Insufficient cpu, 3 node(s) were unschedulable`: sorted by that very text, as the real message is. */
export function countedReasons(histogram: readonly RejectionCount[]): string {
  const counts = new Map<string, number>();
  for (const { rejection, nodes } of histogram) {
    if (nodes === 0) continue;
    for (const reason of rejection.reasons) counts.set(reason, (counts.get(reason) ?? 0) + nodes);
  }
  return [...counts]
    .map(([reason, nodes]) => `${nodes} ${reason}`)
    .sort()
    .join(', ');
}

export interface FitFailure {
  readonly nodeCount: number;
  /** Set where the pod was refused before any node was looked at. */
  readonly preFilterRejection: Rejection | undefined;
  readonly histogram: readonly RejectionCount[];
}

/** The text of a pod's condition and Event (`FitError.Error()`), followed by what the post-filters have to say. */
export function fitMessage(failure: FitFailure, postFilterTexts: readonly string[]): string {
  const reasons =
    failure.preFilterRejection === undefined
      ? countedReasons(failure.histogram)
      : failure.preFilterRejection.reasons.join(', ');
  const message = `0/${failure.nodeCount} nodes are available: ${reasons}.`;
  return postFilterTexts.length === 0 ? message : `${message} ${postFilterTexts.join(', ')}`;
}
