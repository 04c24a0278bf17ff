import type { ClusterCache } from './cache/cluster-cache.ts';
import type { ClusterView } from './cache/cluster-view.ts';
import type { NodeInfo } from './cache/node-info.ts';
import { type PodInfo, priorityOf } from './cache/pod-info.ts';
import { CycleState } from './framework/cycle-state.ts';
import type {
  FilterOutcome,
  Plugin,
  PostFilterResult,
  Profile,
  RejectionCount,
} from './framework/extension-points.ts';
import { type Rejection, unresolvable } from './framework/rejection.ts';
import { type FitFailure, fitMessage } from './message.ts';
import { victimsOn } from './preemption/victims.ts';

/**
 * One scheduling cycle in plain form: every plugin on every node. It places what the index of `fast/` doesn't
 * cover, explains decisions, and is what tests hold the index equal to.
 */

/** What one score plugin made of the feasible nodes, in their order. */
export interface PluginScores {
  readonly plugin: string;
  readonly weight: number;
  readonly raw: readonly number[];
  readonly normalized: readonly number[];
}

export interface Evaluation {
  readonly state: CycleState;
  readonly feasible: readonly NodeInfo[];
  /** Of the feasible nodes, in their order; all zero where there is a single one, which needs no scores. */
  readonly totals: readonly number[];
  readonly scores: readonly PluginScores[];
  readonly rejected: ReadonlyMap<NodeInfo, Rejection>;
  readonly failure: FitFailure;
  /** The plugins that refused the pod, for the queue: an event that helps one of them brings the pod back. */
  readonly rejectors: ReadonlySet<string>;
  /** How many nodes were looked at. */
  readonly examined: number;
}

/** Stops early, as `percentageOfNodesToScore` has it. */
export interface NodeSearch {
  readonly start: number;
  readonly wanted: number;
}

interface PreFiltered {
  readonly skipped: ReadonlySet<Plugin>;
  readonly rejection: Rejection | undefined;
  readonly nodeNames: ReadonlySet<string> | undefined;
  /** The plugins that named the nodes. */
  readonly restrictors: readonly string[];
}

function intersection(a: ReadonlySet<string> | undefined, b: ReadonlySet<string>): ReadonlySet<string> {
  return a === undefined ? b : new Set([...a].filter((name) => b.has(name)));
}

function runPreFilters(profile: Profile, state: CycleState, pod: PodInfo, cluster: ClusterView): PreFiltered {
  const skipped = new Set<Plugin>();
  const restrictors: string[] = [];
  let nodeNames: ReadonlySet<string> | undefined;
  let rejection: Rejection | undefined;
  for (const { plugin } of profile.plugins) {
    const result = plugin.preFilter?.(state, pod, cluster);
    if (result === undefined) continue;
    if (result === 'skip') {
      skipped.add(plugin);
      continue;
    }
    if (result.rejection !== undefined) {
      rejection = result.rejection;
      // Eviction can't help: the other plugins needn't be asked. Otherwise they prepare what preemption will need.
      if (rejection.code === 'UnschedulableAndUnresolvable') break;
    }
    if (result.nodeNames === undefined) continue;
    restrictors.push(plugin.name);
    nodeNames = intersection(nodeNames, result.nodeNames);
    if (nodeNames.size === 0) {
      rejection = unresolvable(plugin.name, restrictionText(restrictors, ' simultaneously'));
      break;
    }
  }
  return { skipped, rejection, nodeNames, restrictors };
}

function restrictionText(restrictors: readonly string[], together: string): string {
  if (restrictors.length === 1 && together !== '') return `node(s) didn't satisfy plugin ${restrictors[0]}`;
  return `node(s) didn't satisfy plugin(s) [${restrictors.toSorted().join(' ')}]${together}`;
}

function firstRejection(
  profile: Profile,
  skipped: ReadonlySet<Plugin>,
  state: CycleState,
  pod: PodInfo,
  node: NodeInfo,
): Rejection | undefined {
  for (const { plugin } of profile.plugins) {
    if (plugin.filter === undefined || skipped.has(plugin)) continue;
    const rejection = plugin.filter(state, pod, node);
    if (rejection !== undefined) return rejection;
  }
  return undefined;
}

/** The filters for a pod on one node from the start, as the cluster is at this moment. */
function rejectionNow(
  profile: Profile,
  pod: PodInfo,
  cluster: ClusterView,
  node: NodeInfo,
): Rejection | undefined {
  const state = new CycleState();
  const { skipped, rejection, nodeNames } = runPreFilters(profile, state, pod, cluster);
  if (rejection !== undefined) return rejection;
  if (nodeNames !== undefined && !nodeNames.has(node.name)) return unresolvable('', 'node(s) were not named');
  return firstRejection(profile, skipped, state, pod, node);
}

/**
 * Why a node does not do, if it doesn't: with the pods that it is kept free for, which may never come, and without
 * (`RunFilterPluginsWithNominatedPods`).
 */
function rejectionBeside(
  profile: Profile,
  { skipped }: PreFiltered,
  state: CycleState,
  pod: PodInfo,
  cluster: ClusterView,
  node: NodeInfo,
): Rejection | undefined {
  const ahead = cluster.nominatedAhead(priorityOf(pod.pod), node);
  if (ahead.length > 0) {
    const rejection = cluster.supposing(node, ahead, () => rejectionNow(profile, pod, cluster, node));
    if (rejection !== undefined) return rejection;
  }
  return firstRejection(profile, skipped, state, pod, node);
}

function scoreNodes(
  profile: Profile,
  state: CycleState,
  pod: PodInfo,
  cluster: ClusterView,
  feasible: readonly NodeInfo[],
): readonly PluginScores[] {
  const scores: PluginScores[] = [];
  for (const { plugin, weight } of profile.plugins) {
    const { score } = plugin;
    if (score === undefined || weight === 0) continue;
    if (plugin.preScore?.(state, pod, cluster, feasible) === 'skip') continue;
    const raw = feasible.map((node) => score(state, pod, node));
    const normalized = plugin.normalizeScore?.(state, raw, feasible) ?? raw;
    scores.push({ plugin: plugin.name, weight, raw, normalized });
  }
  return scores;
}

function histogramOf(rejected: ReadonlyMap<NodeInfo, Rejection>): RejectionCount[] {
  const counts = new Map<Rejection, number>();
  for (const rejection of rejected.values()) counts.set(rejection, (counts.get(rejection) ?? 0) + 1);
  return [...counts].map(([rejection, nodes]) => ({ rejection, nodes }));
}

function candidates(cluster: ClusterView, nodeNames: ReadonlySet<string> | undefined): readonly NodeInfo[] {
  if (nodeNames === undefined) return cluster.nodes;
  const nodes: NodeInfo[] = [];
  for (const name of [...nodeNames].sort()) {
    const node = cluster.node(name);
    if (node !== undefined) nodes.push(node);
  }
  return nodes;
}

export function evaluate(
  profile: Profile,
  pod: PodInfo,
  cluster: ClusterView,
  search?: NodeSearch,
): Evaluation {
  const state = new CycleState();
  const preFiltered = runPreFilters(profile, state, pod, cluster);
  const rejectors = new Set(preFiltered.restrictors);
  const nodeCount = cluster.nodes.length;
  if (preFiltered.rejection !== undefined) {
    rejectors.add(preFiltered.rejection.plugin);
    const failure: FitFailure = {
      nodeCount,
      preFilterRejection: preFiltered.rejection,
      histogram: [{ rejection: preFiltered.rejection, nodes: nodeCount }],
    };
    return {
      state,
      feasible: [],
      totals: [],
      scores: [],
      rejected: new Map(),
      failure,
      rejectors,
      examined: 0,
    };
  }
  const nodes = candidates(cluster, preFiltered.nodeNames);
  const feasible: NodeInfo[] = [];
  const rejected = new Map<NodeInfo, Rejection>();
  const wanted = search?.wanted ?? Number.POSITIVE_INFINITY;
  for (let i = 0; i < nodes.length && feasible.length < wanted; i += 1) {
    const node = nodes[((search?.start ?? 0) + i) % nodes.length]!;
    const rejection = rejectionBeside(profile, preFiltered, state, pod, cluster, node);
    if (rejection === undefined) feasible.push(node);
    else rejected.set(node, rejection);
  }
  const histogram = histogramOf(rejected);
  for (const { rejection } of histogram) rejectors.add(rejection.plugin);
  if (nodes.length < nodeCount) {
    const text = restrictionText(preFiltered.restrictors, '');
    const unnamed = unresolvable(preFiltered.restrictors[0] ?? '', text);
    histogram.push({ rejection: unnamed, nodes: nodeCount - nodes.length });
  }
  const scores = feasible.length > 1 ? scoreNodes(profile, state, pod, cluster, feasible) : [];
  const totals = feasible.map((_node, i) =>
    scores.reduce((sum, { weight, normalized }) => sum + weight * normalized[i]!, 0),
  );
  return {
    state,
    feasible,
    totals,
    scores,
    rejected,
    failure: { nodeCount, preFilterRejection: undefined, histogram },
    rejectors,
    examined: feasible.length + rejected.size,
  };
}

export interface FirstFit {
  readonly node: NodeInfo | undefined;
  /** Why the last node that was looked at does not do, where none does. */
  readonly rejection: Rejection | undefined;
}

/** The first of some nodes that every filter lets through. For those who ask where a pod could be, not where best. */
export function firstFit(
  profile: Profile,
  pod: PodInfo,
  cluster: ClusterView,
  nodes: Iterable<NodeInfo>,
): FirstFit {
  const state = new CycleState();
  const preFiltered = runPreFilters(profile, state, pod, cluster);
  const { rejection: refused, nodeNames } = preFiltered;
  if (refused !== undefined) return { node: undefined, rejection: refused };
  let rejection: Rejection | undefined;
  for (const node of nodes) {
    if (nodeNames !== undefined && !nodeNames.has(node.name)) continue;
    rejection = rejectionBeside(profile, preFiltered, state, pod, cluster, node);
    if (rejection === undefined) return { node, rejection };
  }
  return { node: undefined, rejection };
}

/** A number to take a remainder of: which of the best nodes, in the order of their names. */
export type TieBreak = () => number;

/** The best node; among equals the one that the tie-break points at. */
export function bestNode({ feasible, totals }: Evaluation, tieBreak: TieBreak): NodeInfo | undefined {
  let best = Number.NEGATIVE_INFINITY;
  let equals: NodeInfo[] = [];
  for (let i = 0; i < feasible.length; i += 1) {
    const total = totals[i]!;
    if (total < best) continue;
    if (total > best) equals = [];
    best = total;
    equals.push(feasible[i]!);
  }
  if (equals.length <= 1) return equals[0];
  equals.sort((a, b) => (a.name < b.name ? -1 : 1));
  return equals[tieBreak() % equals.length];
}

/** What is known of a pod's failure, for plugins that look for another way. */
export interface FailedSearch {
  readonly failure: FitFailure;
  readonly curable: () => readonly NodeInfo[];
  readonly rejectionOf: (node: NodeInfo) => Rejection | undefined;
  readonly nominatedNode: string | undefined;
  readonly tieBreak: TieBreak;
  /** Instead of trying each node anew. */
  readonly victimsOn?: FilterOutcome['victimsOn'];
}

export interface WayOut extends PostFilterResult {
  /** Of a pod that no node can hold, with what the plugins have to say. */
  readonly message: string;
}

/** The first plugin that finds a way decides it; all that find none are heard. */
export function lookForAnotherWay(
  profile: Profile,
  pod: PodInfo,
  cluster: ClusterCache,
  { failure, ...search }: FailedSearch,
): WayOut {
  const texts: string[] = [];
  const outcome: FilterOutcome = {
    victimsOn: (node) => triedVictims(profile, pod, cluster, node),
    ...search,
    nodeCount: failure.nodeCount,
    histogram: failure.histogram,
  };
  let way: PostFilterResult = { victims: [] };
  for (const { plugin } of profile.plugins) {
    const result = plugin.postFilter?.(pod, outcome, cluster);
    if (result === undefined) continue;
    way = result;
    if (result.text !== undefined) texts.push(result.text);
    if (result.victims.length > 0) break;
  }
  return { ...way, message: fitMessage(failure, way.victims.length > 0 ? [] : texts) };
}

/** The pods that would have to leave a node, by trying. */
export function triedVictims(
  profile: Profile,
  pod: PodInfo,
  cluster: ClusterCache,
  node: NodeInfo,
): ReturnType<FilterOutcome['victimsOn']> {
  return victimsOn(pod, node, cluster, () => {
    const ahead = cluster.nominatedAhead(priorityOf(pod.pod), node);
    const now = () => rejectionNow(profile, pod, cluster, node);
    return (ahead.length > 0 ? cluster.supposing(node, ahead, now) : undefined) ?? now();
  });
}

/** The nodes that are refused, but might not be if pods were evicted from them. */
export function curableNodes(
  evaluation: Pick<Evaluation, 'rejected' | 'failure'>,
  cluster: ClusterView,
): readonly NodeInfo[] {
  const { preFilterRejection } = evaluation.failure;
  if (preFilterRejection !== undefined) {
    return preFilterRejection.code === 'Unschedulable' ? cluster.nodes : [];
  }
  return cluster.nodes.filter((node) => evaluation.rejected.get(node)?.code === 'Unschedulable');
}
