import type { ClusterCache } from '../cache/cluster-cache.ts';
import type { NodeInfo } from '../cache/node-info.ts';
import { type PodInfo, priorityOf } from '../cache/pod-info.ts';
import { type Rejection, unresolvable } from '../framework/rejection.ts';
import { type Costs, costsOf } from './choose.ts';
import { startOf } from './start.ts';

/** The pods that would have to leave one node, the most important first, and how many of them a budget protects. */
export interface Victims {
  readonly node: NodeInfo;
  readonly pods: readonly PodInfo[];
  readonly violations: number;
  readonly costs: Costs;
}

const NO_VICTIMS = unresolvable('DefaultPreemption', 'No preemption victims found for incoming pod');

/** `MoreImportantPod`: by priority, then the longer it runs; the real order ends there, ours in the name. */
function byImportance(a: PodInfo, b: PodInfo): number {
  const priorities = priorityOf(b.pod) - priorityOf(a.pod);
  if (priorities !== 0) return priorities;
  const startA = startOf(a.pod);
  const startB = startOf(b.pod);
  if (startA !== startB) return startA < startB ? -1 : 1;
  return a.uid < b.uid ? -1 : 1;
}

/**
 * Which pods would have to leave a node so that another fits (`SelectVictimsOnNode`): all of lower priority are taken
 * away, and as many as possible put back, first those that a budget protects, the most important first. What is
 * tried is undone.
 */
export function victimsOn(
  pod: PodInfo,
  node: NodeInfo,
  cache: ClusterCache,
  rejection: () => Rejection | undefined,
): Victims | Rejection {
  const priority = priorityOf(pod.pod);
  const lower: PodInfo[] = [];
  for (const info of node.pods.values()) if (priorityOf(info.pod) < priority) lower.push(info);
  if (lower.length === 0) return NO_VICTIMS;
  lower.sort(byImportance);
  return cache.suppose((trial) => {
    for (const { uid } of lower) trial.remove(uid);
    const refused = rejection();
    if (refused !== undefined) return refused;
    const violating = cache.budgets.violatedBy(lower.map((info) => info.pod));
    const isProtected = (info: PodInfo): boolean => violating.has(info.pod);
    const victims = new Set<PodInfo>();
    const order =
      violating.size === 0
        ? lower
        : [...lower.filter(isProtected), ...lower.filter((info) => !isProtected(info))];
    for (const info of order) {
      trial.place(info, node.name);
      if (rejection() === undefined) continue;
      trial.remove(info.uid);
      victims.add(info);
    }
    const pods = lower.filter((info) => victims.has(info));
    const violations = pods.filter(isProtected).length;
    return { node, pods, violations, costs: costsOf(pods, violations) };
  });
}
