import { type ClusterModel, isReady, startsUntil } from './cluster-model.ts';
import type { ClusterAutoscalerOptions } from './cluster-options.ts';
import type { Scene } from './cluster-scan.ts';
import { hasTaint, TO_BE_DELETED } from './cluster-taints.ts';

/**
 * Whether few enough nodes are unready, of the cluster or of one group: otherwise something is wrong that more or fewer
 * machines would not mend. A node that is only starting counts as neither.
 */
export function isHealthy(
  { okTotalUnreadyCount, maxTotalUnreadyPercentage }: ClusterAutoscalerOptions,
  model: ClusterModel,
  { machines, out, now }: Scene,
  group: string | undefined,
): boolean {
  let unready = 0;
  let all = 0;
  for (const [name, node] of model.nodes) {
    const machine = machines.get(name);
    if (machine === undefined && hasTaint(node, TO_BE_DELETED)) continue;
    if (group !== undefined && machine?.group !== group) continue;
    all += 1;
    if (isReady(node)) continue;
    const until = startsUntil(node);
    out.at(until);
    if (until <= now) unready += 1;
  }
  return unready <= okTotalUnreadyCount || unready * 100 <= maxTotalUnreadyPercentage * all;
}
