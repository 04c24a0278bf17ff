import { podCondition } from '../../../core/kinds/pod/status.ts';
import type { Pod } from '../../../core/schema/types.generated.ts';
import type { ClusterView } from '../cache/cluster-view.ts';
import { type PodInfo, priorityOf } from '../cache/pod-info.ts';
import { DEFAULT_PREEMPTION_ARGS, type DefaultPreemptionArgs } from '../configuration/plugin-args.ts';
import type {
  FilterOutcome,
  Plugin,
  PostFilterResult,
  RejectionCount,
} from '../framework/extension-points.ts';
import { unresolvable } from '../framework/rejection.ts';
import { countedReasons } from '../message.ts';
import { cheapest } from '../preemption/choose.ts';
import type { Victims } from '../preemption/victims.ts';

const NAME = 'DefaultPreemption';
const NOT_HELPFUL = unresolvable(NAME, 'Preemption is not helpful for scheduling');
const NO_VICTIMS = unresolvable(NAME, 'No preemption victims found for incoming pod');

/** `podTerminatingByPreemption` */
function isLeaving(pod: Pod): boolean {
  const condition = podCondition(pod, 'DisruptionTarget');
  return (
    pod.metadata.deletionTimestamp !== undefined &&
    condition?.status === 'True' &&
    condition.reason === 'PreemptionByScheduler'
  );
}

/** Room is being made already: one attempt to preempt at a time (`PodEligibleToPreemptOthers`). */
function waitsForVictims({ pod }: PodInfo, outcome: FilterOutcome, cluster: ClusterView): boolean {
  const { nominatedNode } = outcome;
  const node = nominatedNode === undefined ? undefined : cluster.node(nominatedNode);
  if (node === undefined || outcome.rejectionOf(node)?.code === 'UnschedulableAndUnresolvable') return false;
  for (const { pod: other } of node.pods.values()) {
    if (priorityOf(other) < priorityOf(pod) && isLeaving(other)) return true;
  }
  return false;
}

/** After how many candidates the search for more ends. */
function candidatesWanted(
  { minCandidateNodesPercentage, minCandidateNodesAbsolute }: DefaultPreemptionArgs,
  nodes: number,
): number {
  const share = Math.floor((nodes * minCandidateNodesPercentage) / 100);
  return Math.min(Math.max(share, minCandidateNodesAbsolute), nodes);
}

function failure(
  outcome: FilterOutcome,
  curable: number,
  tried: readonly RejectionCount[],
): PostFilterResult {
  const reasons = countedReasons([{ rejection: NOT_HELPFUL, nodes: outcome.nodeCount - curable }, ...tried]);
  return {
    text: `preemption: 0/${outcome.nodeCount} nodes are available: ${reasons}.`,
    nominatedNode: '',
    victims: [],
  };
}

/**
 * Makes room for a pod by evicting others of lower priority
 * (https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/).
 */
export function defaultPreemptionWith(args: DefaultPreemptionArgs): Plugin {
  return {
    name: NAME,
    dependsOn: 'cluster',
    postFilter: (pod, outcome, cluster) => {
      if (pod.pod.spec.preemptionPolicy === 'Never') {
        return { text: 'preemption: not eligible due to preemptionPolicy=Never.', victims: [] };
      }
      if (waitsForVictims(pod, outcome, cluster)) {
        const text = 'preemption: not eligible due to a terminating pod on the nominated node.';
        return { text, victims: [] };
      }
      let curable = 0;
      for (const { rejection, nodes } of outcome.histogram) {
        if (rejection.code === 'Unschedulable') curable += nodes;
      }
      if (curable === 0 || cluster.lowestPriority() >= priorityOf(pod.pod)) {
        return failure(outcome, curable, [{ rejection: NO_VICTIMS, nodes: curable }]);
      }
      const nodes = outcome.curable();
      const offset = outcome.tieBreak() % nodes.length;
      const wanted = candidatesWanted(args, nodes.length);
      const harmless: Victims[] = [];
      const violating: Victims[] = [];
      const tried: RejectionCount[] = [];
      for (let i = 0; i < nodes.length; i += 1) {
        if (harmless.length > 0 && harmless.length + violating.length >= wanted) break;
        const victims = outcome.victimsOn(nodes[(offset + i) % nodes.length]!);
        if ('code' in victims) tried.push({ rejection: victims, nodes: 1 });
        else if (victims.pods.length > 0) (victims.violations === 0 ? harmless : violating).push(victims);
      }
      const chosen = cheapest([...harmless, ...violating], outcome.tieBreak);
      if (chosen === undefined) return failure(outcome, nodes.length, tried);
      return { nominatedNode: chosen.node.name, victims: chosen.pods };
    },
  };
}

export const defaultPreemption: Plugin = defaultPreemptionWith(DEFAULT_PREEMPTION_ARGS);
