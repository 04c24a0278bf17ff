import type { Matcher } from '../../../core/labels.ts';
import type { Node, Pod, TopologySpreadConstraint } from '../../../core/schema/types.generated.ts';
import type { ClusterView } from '../cache/cluster-view.ts';
import type { NodeInfo } from '../cache/node-info.ts';
import { type CycleState, type StateKey, stateKey } from '../framework/cycle-state.ts';
import { MAX_NODE_SCORE, type Plugin } from '../framework/extension-points.ts';
import { unresolvable, unschedulable } from '../framework/rejection.ts';
import { naturalLog } from '../natural-log.ts';
import { untoleratedTaint } from '../taints.ts';
import { requiredNodeTest } from './node-affinity.ts';
import { selectorWithKeys } from './pod-terms.ts';

const NAME = 'PodTopologySpread';
const SKEWED = unschedulable(NAME, "node(s) didn't match pod topology spread constraints");
const NO_LABEL = unresolvable(
  NAME,
  "node(s) didn't match pod topology spread constraints (missing required label)",
);
const HOSTNAME = 'kubernetes.io/hostname';

interface Constraint {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  readonly selects: Matcher;
  readonly counts: (node: Node) => boolean;
}

interface Hard {
  readonly constraint: Constraint;
  readonly matching: ReadonlyMap<string, number>;
  /** In the domain that has fewest; zero while there are too few domains. */
  readonly fewest: number;
  readonly self: number;
}

interface Soft {
  readonly constraint: Constraint;
  readonly matching: ReadonlyMap<string, number>;
  /** Domains of a topology with few values count for more. */
  readonly weight: number;
}

interface SoftState {
  readonly soft: readonly Soft[];
  readonly namespace: string | undefined;
  readonly ignored: ReadonlySet<NodeInfo>;
}

const HARD: StateKey<readonly Hard[]> = stateKey('PodTopologySpread/hard');
const SOFT: StateKey<SoftState> = stateKey('PodTopologySpread/soft');

function constraintsOf(pod: Pod, when: TopologySpreadConstraint['whenUnsatisfiable']): readonly Constraint[] {
  const list = pod.spec.topologySpreadConstraints;
  if (list === undefined || list.length === 0) return [];
  const required = requiredNodeTest(pod);
  return list
    .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === when)
    .map(({ topologyKey, maxSkew, minDomains, labelSelector, matchLabelKeys, ...policies }) => ({
      topologyKey,
      maxSkew,
      minDomains: minDomains ?? 1,
      selects: selectorWithKeys(labelSelector, pod, matchLabelKeys, undefined),
      counts: (node: Node) =>
        (policies.nodeAffinityPolicy === 'Ignore' || required === undefined || required(node)) &&
        (policies.nodeTaintsPolicy !== 'Honor' ||
          untoleratedTaint(node.spec.taints, pod.spec.tolerations) === undefined),
    }));
}

function hasAllKeys(node: NodeInfo, constraints: readonly Constraint[]): boolean {
  return constraints.every(({ topologyKey }) => node.label(topologyKey) !== undefined);
}

/** Pods on their way out don't count. */
function matchingOn(node: NodeInfo, selects: Matcher, namespace: string | undefined): number {
  let count = 0;
  for (const { pod } of node.pods.values()) {
    if (pod.metadata.deletionTimestamp !== undefined || pod.metadata.namespace !== namespace) continue;
    if (selects(pod.metadata.labels)) count += 1;
  }
  return count;
}

function hardState(pod: Pod, constraints: readonly Constraint[], cluster: ClusterView): readonly Hard[] {
  const eligible = cluster.nodes.filter((node) => hasAllKeys(node, constraints));
  return constraints.map((constraint) => {
    const matching = new Map<string, number>();
    for (const node of eligible) {
      if (!constraint.counts(node.object)) continue;
      const value = node.label(constraint.topologyKey)!;
      const count = matchingOn(node, constraint.selects, pod.metadata.namespace);
      matching.set(value, (matching.get(value) ?? 0) + count);
    }
    let fewest = matching.size < constraint.minDomains ? 0 : Number.POSITIVE_INFINITY;
    for (const count of matching.values()) fewest = Math.min(fewest, count);
    return { constraint, matching, fewest, self: constraint.selects(pod.metadata.labels) ? 1 : 0 };
  });
}

function softState(
  pod: Pod,
  constraints: readonly Constraint[],
  cluster: ClusterView,
  feasible: readonly NodeInfo[],
): SoftState {
  const { namespace } = pod.metadata;
  const ignored = new Set(feasible.filter((node) => !hasAllKeys(node, constraints)));
  const considered = feasible.filter((node) => !ignored.has(node));
  const soft = constraints.map((constraint): Soft => {
    const { topologyKey, selects, counts } = constraint;
    const matching = new Map<string, number>();
    if (topologyKey === HOSTNAME) return { constraint, matching, weight: naturalLog(considered.length + 2) };
    for (const node of considered) matching.set(node.label(topologyKey)!, 0);
    for (const node of cluster.nodes) {
      if (!hasAllKeys(node, constraints) || !counts(node.object)) continue;
      const value = node.label(topologyKey)!;
      const known = matching.get(value);
      if (known !== undefined) matching.set(value, known + matchingOn(node, selects, namespace));
    }
    return { constraint, matching, weight: naturalLog(matching.size + 2) };
  });
  return { soft, namespace, ignored };
}

/** Go's `math.Round` of what is never negative. */
function rounded(value: number): number {
  return Math.floor(value + 0.5);
}

/** Weighted count of matching pods near a node: the fewer the better. */
export function matchingNear(state: CycleState, node: NodeInfo): number {
  const { soft, namespace, ignored } = state.read(SOFT);
  if (ignored.has(node)) return 0;
  let sum = 0;
  for (const { constraint, matching, weight } of soft) {
    const { topologyKey, selects, maxSkew } = constraint;
    const value = node.label(topologyKey);
    if (value === undefined) continue;
    const count =
      topologyKey === HOSTNAME ? matchingOn(node, selects, namespace) : (matching.get(value) ?? 0);
    sum += count * weight + (maxSkew - 1);
  }
  return sum;
}

/** https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/ */
export const podTopologySpread: Plugin = {
  name: NAME,
  dependsOn: 'cluster',
  standsAside: ({ pod }) => (pod.spec.topologySpreadConstraints?.length ?? 0) === 0,
  preFilter: (state, { pod }, cluster) => {
    const constraints = constraintsOf(pod, 'DoNotSchedule');
    if (constraints.length === 0) return 'skip';
    state.write(HARD, hardState(pod, constraints, cluster));
    return {};
  },
  filter: (state, _pod, node) => {
    for (const { constraint, matching, fewest, self } of state.read(HARD)) {
      const value = node.label(constraint.topologyKey);
      if (value === undefined) return NO_LABEL;
      if ((matching.get(value) ?? 0) + self - fewest > constraint.maxSkew) return SKEWED;
    }
    return undefined;
  },
  preScore: (state, { pod }, cluster, feasible) => {
    const constraints = constraintsOf(pod, 'ScheduleAnyway');
    if (constraints.length === 0) return 'skip';
    state.write(SOFT, softState(pod, constraints, cluster, feasible));
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
    return scores.map((score, i) => {
      if (ignored.has(nodes[i]!)) return 0;
      if (highest === 0) return MAX_NODE_SCORE;
      return Math.floor((MAX_NODE_SCORE * (highest + lowest - score)) / highest);
    });
  },
  hint: ({ pod }, event) => {
    if (event.resource === 'Node') {
      return event.action !== 'Update' || event.changes.labels || event.changes.taints;
    }
    if (event.resource === 'TargetPod') return event.previous.metadata.labels !== event.pod.metadata.labels;
    return event.resource === 'AssignedPod' && event.pod.metadata.namespace === pod.metadata.namespace;
  },
};
