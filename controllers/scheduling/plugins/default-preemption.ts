import type { ClusterView } from '../cache/cluster-view.ts';
import type { NodeInfo } from '../cache/node-info.ts';
import { priorityOf } from '../cache/pod-info.ts';
import type { FilterOutcome, Plugin } from '../framework/extension-points.ts';
import { unresolvable } from '../framework/rejection.ts';
import { countedReasons } from '../message.ts';

const NAME = 'DefaultPreemption';
const NOT_HELPFUL = unresolvable(NAME, 'Preemption is not helpful for scheduling');
const NO_VICTIMS = unresolvable(NAME, 'No preemption victims found for incoming pod');

function holdsLowerPriority(node: NodeInfo, priority: number): boolean {
  for (const { pod } of node.pods.values()) if (priorityOf(pod) < priority) return true;
  return false;
}

function hasVictims(priority: number, outcome: FilterOutcome, cluster: ClusterView): boolean {
  if (cluster.lowestPriority() >= priority) return false;
  return outcome.curable().some((node) => holdsLowerPriority(node, priority));
}

/**
 * Says why no pod can be evicted for this one. It evicts nothing yet: where there are pods of lower priority on a
 * node that could be cured, it says nothing rather than something false.
 */
export const defaultPreemption: Plugin = {
  name: NAME,
  dependsOn: 'cluster',
  postFilter: ({ pod }, outcome, cluster) => {
    if (pod.spec.preemptionPolicy === 'Never')
      return 'preemption: not eligible due to preemptionPolicy=Never.';
    let curable = 0;
    for (const { rejection, nodes } of outcome.histogram)
      if (rejection.code === 'Unschedulable') curable += nodes;
    if (curable > 0 && hasVictims(priorityOf(pod), outcome, cluster)) return undefined;
    const reasons = countedReasons([
      { rejection: NOT_HELPFUL, nodes: outcome.nodeCount - curable },
      { rejection: NO_VICTIMS, nodes: curable },
    ]);
    return `preemption: 0/${outcome.nodeCount} nodes are available: ${reasons}.`;
  },
};
