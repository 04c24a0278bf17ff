import { controllerOf } from '../../core/api/object.ts';
import { isPodActive } from '../../core/kinds/pod/status.ts';
import { POD, REPLICA_SET } from '../../core/kinds/registry.ts';
import { compileSelector } from '../../core/labels.ts';
import type { ReplicaSet } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';

const NOBODY: ReadonlyMap<string, number> = new Map();

/**
 * How many active pods of a ReplicaSet and its sisters (those with the same controller) stand on each node
 * (`getIndirectlyRelatedPods`, `getPodsRankedByRelatedPodsOnSameNode`). A ReplicaSet without a controller has
 * no sisters, and then nothing is counted.
 */
export function crowdsOf(view: View, replicaSet: ReplicaSet): ReadonlyMap<string, number> {
  const controller = controllerOf(replicaSet);
  if (controller === undefined) return NOBODY;
  const crowds = new Map<string, number>();
  for (const sister of view.ownedBy(REPLICA_SET, controller.uid)) {
    const matches = compileSelector(sister.spec.selector);
    for (const pod of view.ownedBy(POD, sister.metadata.uid)) {
      if (!isPodActive(pod) || !matches(pod.metadata.labels)) continue;
      const node = pod.spec.nodeName ?? '';
      crowds.set(node, (crowds.get(node) ?? 0) + 1);
    }
  }
  return crowds;
}
