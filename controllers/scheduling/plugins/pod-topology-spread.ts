import type { ClusterView } from '../cache/cluster-view.ts';
import { NO_DOMAIN } from '../cache/domain-totals.ts';
import type { NodeInfo } from '../cache/node-info.ts';
import type { PodSelector } from '../cache/pod-owners.ts';
import { DEFAULT_SPREAD_ARGS, type PodTopologySpreadArgs } from '../configuration/plugin-args.ts';
import { type CycleState, type StateKey, stateKey } from '../framework/cycle-state.ts';
import { MAX_NODE_SCORE, type Plugin } from '../framework/extension-points.ts';
import { unresolvable, unschedulable } from '../framework/rejection.ts';
import {
  fewestOf,
  type HardConstraint,
  HOSTNAME,
  isSkewed,
  rounded,
  type SpreadConstraint,
  type Spreading,
  scoreForCount,
  spreadScore,
} from '../framework/spreading.ts';
import { naturalLog } from '../natural-log.ts';
import { SpreadRules } from './spread-constraints.ts';

const NAME = 'PodTopologySpread';
const SKEWED = unschedulable(NAME, "node(s) didn't match pod topology spread constraints");
const NO_LABEL = unresolvable(
  NAME,
  "node(s) didn't match pod topology spread constraints (missing required label)",
);

interface Hard {
  readonly constraint: HardConstraint;
  readonly matching: ReadonlyMap<string, number>;
  /** In the domain that has fewest; zero while there are too few domains. */
  readonly fewest: number;
}

interface Soft {
  readonly constraint: SpreadConstraint;
  readonly matching: ReadonlyMap<string, number>;
  /** Domains of a topology with few values count for more. */
  readonly weight: number;
}

interface SoftState {
  readonly soft: readonly Soft[];
  readonly ignored: ReadonlySet<NodeInfo>;
}

const HARD: StateKey<readonly Hard[]> = stateKey('PodTopologySpread/hard');
const SOFT: StateKey<SoftState> = stateKey('PodTopologySpread/soft');

function hasAllKeys(node: NodeInfo, constraints: readonly SpreadConstraint[]): boolean {
  return constraints.every(({ topologyKey }) => node.label(topologyKey) !== undefined);
}

/** Pods on their way out don't count. */
function matchingOn(node: NodeInfo, { matches, namespace }: PodSelector): number {
  let count = 0;
  for (const { pod } of node.pods.values()) {
    if (pod.metadata.deletionTimestamp !== undefined || pod.metadata.namespace !== namespace) continue;
    if (matches(pod.metadata.labels)) count += 1;
  }
  return count;
}

function hardState(constraints: readonly HardConstraint[], cluster: ClusterView): readonly Hard[] {
  return constraints.map((constraint) => {
    const matching = new Map<string, number>();
    for (const node of cluster.nodes) {
      if (!constraint.nodes.counts(node)) continue;
      const value = node.label(constraint.topologyKey)!;
      matching.set(value, (matching.get(value) ?? 0) + matchingOn(node, constraint.selector));
    }
    return { constraint, matching, fewest: fewestOf(matching, constraint) };
  });
}

function softState(
  { constraints, needsAllLabels }: Spreading,
  cluster: ClusterView,
  feasible: readonly NodeInfo[],
): SoftState {
  const isIn = (node: NodeInfo): boolean => !needsAllLabels || hasAllKeys(node, constraints);
  const considered = feasible.filter(isIn);
  const ignored = new Set(feasible.filter((node) => !isIn(node)));
  const soft = constraints.map((constraint): Soft => {
    const { topologyKey, selector, nodes } = constraint;
    const matching = new Map<string, number>();
    if (topologyKey === HOSTNAME) return { constraint, matching, weight: naturalLog(considered.length + 2) };
    for (const node of considered) matching.set(node.label(topologyKey) ?? NO_DOMAIN, 0);
    for (const node of cluster.nodes) {
      if (!nodes.counts(node)) continue;
      const value = node.label(topologyKey) ?? NO_DOMAIN;
      const known = matching.get(value);
      if (known !== undefined) matching.set(value, known + matchingOn(node, selector));
    }
    return { constraint, matching, weight: naturalLog(matching.size + 2) };
  });
  return { soft, ignored };
}

/** Weighted count of matching pods near a node: the fewer the better. */
export function matchingNear(state: CycleState, node: NodeInfo): number {
  const { soft, ignored } = state.read(SOFT);
  if (ignored.has(node)) return 0;
  let sum = 0;
  for (const { constraint, matching, weight } of soft) {
    const { topologyKey, selector, maxSkew } = constraint;
    const value = node.label(topologyKey);
    if (value === undefined) continue;
    const count = topologyKey === HOSTNAME ? matchingOn(node, selector) : (matching.get(value) ?? 0);
    sum += scoreForCount(count, maxSkew, weight);
  }
  return sum;
}

/** https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/ */
export function podTopologySpreadWith(args: PodTopologySpreadArgs): Plugin {
  const rules = new SpreadRules(args);
  return {
    name: NAME,
    dependsOn: 'cluster',
    standsAside: ({ pod }, cluster) => {
      const { hard, constraints } = rules.of(pod, cluster);
      return hard.length === 0 && constraints.length === 0;
    },
    spreading: ({ pod }, cluster) => rules.of(pod, cluster),
    preFilter: (state, { pod }, cluster) => {
      const { hard } = rules.of(pod, cluster);
      if (hard.length === 0) return 'skip';
      state.write(HARD, hardState(hard, cluster));
      return {};
    },
    filter: (state, _pod, node) => {
      for (const { constraint, matching, fewest } of state.read(HARD)) {
        const value = node.label(constraint.topologyKey);
        if (value === undefined) return NO_LABEL;
        if (isSkewed(constraint, matching.get(value) ?? 0, fewest)) return SKEWED;
      }
      return undefined;
    },
    preScore: (state, { pod }, cluster, feasible) => {
      const spreading = rules.of(pod, cluster);
      if (spreading.constraints.length === 0) return 'skip';
      state.write(SOFT, softState(spreading, cluster, feasible));
      return undefined;
    },
    score: (state, _pod, node) => rounded(matchingNear(state, node)),
    normalizeScore: (state, scores, nodes) => {
      const { ignored } = state.read(SOFT);
      let lowest = Number.POSITIVE_INFINITY;
      let highest = 0;
      scores.forEach((score, i) => {
        if (ignored.has(nodes[i]!)) return;
        lowest = Math.min(lowest, score);
        highest = Math.max(highest, score);
      });
      return scores.map((score, i) =>
        ignored.has(nodes[i]!) ? 0 : spreadScore(score, lowest, highest, MAX_NODE_SCORE),
      );
    },
    hint: ({ pod }, event) => {
      if (event.resource === 'Node') {
        return event.action !== 'Update' || event.changes.labels || event.changes.taints;
      }
      if (event.resource === 'TargetPod') return event.previous.metadata.labels !== event.pod.metadata.labels;
      return event.resource === 'AssignedPod' && event.pod.metadata.namespace === pod.metadata.namespace;
    },
  };
}

export const podTopologySpread: Plugin = podTopologySpreadWith(DEFAULT_SPREAD_ARGS);
