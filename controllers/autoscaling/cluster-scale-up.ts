import type { Node } from '../../core/schema/types.generated.ts';
import type { PodInfo } from '../scheduling/cache/pod-info.ts';
import { areSimilar, type GroupGrowth, spread } from './cluster-balance.ts';
import { groupSizes, type ListedCloud } from './cluster-cloud.ts';
import { estimate } from './cluster-estimate.ts';
import { bestOptions, type ExpansionOption } from './cluster-expander.ts';
import type { ClusterAutoscalerOptions, ScalableGroup } from './cluster-options.ts';
import type { ClusterTrial } from './cluster-trial.ts';

/** `max-nodes-per-scaleup`. */
const NODES_PER_SCALE_UP = 1000;

/** Why a group is not asked (`SkippedReasons` of the autoscaler). */
export type SkipReason =
  | 'max node group size reached'
  | 'in backoff after failed scale-up'
  | 'not ready for scale-up';

export interface ScaleUpPlan {
  /** Absent where no group helps anybody. */
  readonly growth: readonly GroupGrowth[];
  /** The pods that the growth is for. */
  readonly helped: readonly PodInfo[];
  /** What is told to those that nothing helps: `1 Insufficient cpu, 1 max node group size reached`. */
  readonly unhelped: ReadonlyMap<PodInfo, string>;
}

/** `ReasonsMessage`: each reason with how many groups it holds for. */
export function reasonsText(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const texts = [...counts].map(([reason, count]) => `${count} ${reason}`);
  return texts.sort((a, b) => (a < b ? -1 : 1)).join(', ');
}

/** `pod triggered scale-up: [{general 3->5 (max: 60)}]`. */
export function growthText(growth: readonly GroupGrowth[]): string {
  return `[${growth.map(({ group, from, to }) => `{${group.name} ${from}->${to} (max: ${group.max})}`).join(' ')}]`;
}

interface Considered {
  readonly options: readonly ExpansionOption[];
  readonly reasons: ReadonlyMap<PodInfo, readonly string[]>;
}

interface Room {
  readonly group: ScalableGroup;
  /** How many machines more it may have. */
  readonly nodes: number;
  readonly skipped: SkipReason | undefined;
}

function roomOf(
  cloud: ListedCloud,
  sizes: ReadonlyMap<string, number>,
  skip: (group: ScalableGroup) => SkipReason | undefined,
): readonly Room[] {
  return cloud.groups.map((group) => {
    const nodes = group.max - (sizes.get(group.name) ?? 0);
    const skipped = skip(group) ?? (nodes <= 0 ? 'max node group size reached' : undefined);
    return { group, nodes: Math.max(0, nodes), skipped };
  });
}

/** The first of what a group would get next, by which it is compared with others. */
function sampleOf(cloud: ListedCloud, group: ScalableGroup): Node {
  const [node] = cloud.nextNodes(group.name, 1);
  if (node === undefined) throw new Error(`the group ${group.name} has no next node`);
  return node;
}

/** How many nodes a group can get, together with those that its growth would be spread over. */
function roomWithSimilar(own: Room, all: readonly Room[], cloud: ListedCloud): number {
  const sample = sampleOf(cloud, own.group);
  let nodes = 0;
  for (const other of all) {
    const counts =
      other === own || (other.skipped === undefined && areSimilar(sample, sampleOf(cloud, other.group)));
    if (counts) nodes += other.nodes;
  }
  return nodes;
}

/** What each group could do for the pods. */
function consider(
  options: ClusterAutoscalerOptions,
  trial: ClusterTrial,
  cloud: ListedCloud,
  pods: readonly PodInfo[],
  rooms: readonly Room[],
  nodesLeft: number,
): Considered {
  const found: ExpansionOption[] = [];
  const reasons = new Map<PodInfo, string[]>(pods.map((pod) => [pod, []]));
  for (const room of rooms) {
    const { group, skipped } = room;
    if (skipped !== undefined) {
      for (const pod of pods) reasons.get(pod)?.push(skipped);
      continue;
    }
    const most = options.balanceSimilarNodeGroups ? roomWithSimilar(room, rooms, cloud) : room.nodes;
    const nodesMax = Math.min(most, nodesLeft, NODES_PER_SCALE_UP);
    const estimated = estimate(options.profile, trial, cloud, group.name, pods, nodesMax);
    for (const [pod, rejection] of estimated.refused) reasons.get(pod)?.push(...rejection.reasons);
    if (estimated.nodes > 0) found.push({ group, estimate: estimated });
  }
  return { options: found, reasons };
}

function samePods(a: ExpansionOption, b: ExpansionOption): boolean {
  const pods = new Set(a.estimate.pods);
  return a.estimate.pods.length === b.estimate.pods.length && b.estimate.pods.every((pod) => pods.has(pod));
}

function similarTo(
  best: ExpansionOption,
  all: readonly ExpansionOption[],
  cloud: ListedCloud,
): readonly ExpansionOption[] {
  const own = sampleOf(cloud, best.group);
  return all.filter(
    (other) => other === best || (areSimilar(own, sampleOf(cloud, other.group)) && samePods(best, other)),
  );
}

/**
 * Which groups are to grow, and how far, for pods that fit nowhere. One kind of group at a time: what it leaves over
 * is for the next scan.
 */
export function planScaleUp(
  options: ClusterAutoscalerOptions,
  trial: ClusterTrial,
  cloud: ListedCloud,
  pods: readonly PodInfo[],
  skip: (group: ScalableGroup) => SkipReason | undefined,
  nodeCount: number,
): ScaleUpPlan {
  const nodesLeft =
    options.maxNodesTotal === 0 ? Number.POSITIVE_INFINITY : options.maxNodesTotal - nodeCount;
  if (nodesLeft <= 0) {
    const unhelped = new Map(pods.map((pod) => [pod, 'max total nodes in cluster reached']));
    return { growth: [], helped: [], unhelped };
  }
  const sizes = groupSizes(cloud);
  const considered = consider(options, trial, cloud, pods, roomOf(cloud, sizes, skip), nodesLeft);
  const best = bestOptions(options.expander, considered.options);
  const first = pods[0]?.uid ?? '';
  const chosen = best.length <= 1 ? best[0] : best[options.draw(first, 'expander') % best.length];
  if (chosen === undefined) {
    const unhelped = new Map(pods.map((pod) => [pod, reasonsText(considered.reasons.get(pod) ?? [])]));
    return { growth: [], helped: [], unhelped };
  }
  const groups = options.balanceSimilarNodeGroups ? similarTo(chosen, considered.options, cloud) : [chosen];
  const growth = spread(
    groups.map(({ group }) => ({ group, size: sizes.get(group.name) ?? 0 })),
    chosen.estimate.nodes,
  );
  return { growth, helped: chosen.estimate.pods, unhelped: new Map() };
}
