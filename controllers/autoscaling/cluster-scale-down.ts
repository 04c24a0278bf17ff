import { keyOf } from '../../core/api/object.ts';
import type { Pod } from '../../core/schema/types.generated.ts';
import type { NodeInfo } from '../scheduling/cache/node-info.ts';
import { type PodInfo, podInfo, priorityOf } from '../scheduling/cache/pod-info.ts';
import { firstFit } from '../scheduling/reference.ts';
import {
  type BlockReason,
  BudgetTally,
  blockReason,
  longTerminatingFrom,
  staysWithNode,
} from './cluster-drainability.ts';
import { type ClusterModel, isReady } from './cluster-model.ts';
import type { ClusterAutoscalerOptions } from './cluster-options.ts';
import type { Outcome } from './cluster-scan.ts';
import { hasTaint, TO_BE_DELETED } from './cluster-taints.ts';
import type { ClusterTrial } from './cluster-trial.ts';

/** https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md#how-can-i-prevent-cluster-autoscaler-from-scaling-down-a-particular-node */
const DISABLED = 'cluster-autoscaler.kubernetes.io/scale-down-disabled';

/** A node that the cluster could do without. */
export interface UnneededNode {
  readonly name: string;
  /** The larger share of its CPU or memory that its pods ask for. */
  readonly utilization: number;
  /** What would be evicted, in the order of the keys. */
  readonly pods: readonly Pod[];
  /** Nobody has to be waited for. */
  readonly isEmpty: boolean;
}

/** Why a node is needed though little runs there. */
export interface KeptNode {
  readonly name: string;
  /** `pod default/web-1 is not replicated`. */
  readonly reason: string;
}

export interface ScaleDownView {
  readonly unneeded: readonly UnneededNode[];
  readonly kept: readonly KeptNode[];
}

/** The larger of the shares of CPU and of memory that are asked for, but for those of some pods. */
function utilization({ table, slot }: NodeInfo, without: readonly PodInfo[]): number {
  let cpu = table.requestedCpu[slot]!;
  let memory = table.requestedMemory[slot]!;
  for (const { facts } of without) {
    cpu -= facts.requests.milliCpu;
    memory -= facts.requests.memory;
  }
  const allCpu = table.allocatableCpu[slot]!;
  const allMemory = table.allocatableMemory[slot]!;
  return Math.max(allCpu > 0 ? cpu / allCpu : 0, allMemory > 0 ? memory / allMemory : 0);
}

function inKeyOrder(node: NodeInfo): readonly PodInfo[] {
  return [...node.pods.values()].sort((a, b) => (keyOf(a.pod) < keyOf(b.pod) ? -1 : 1));
}

/** Pods that have to go elsewhere before the node can go. */
function toMove(node: NodeInfo, cutoff: number): readonly PodInfo[] {
  return inKeyOrder(node).filter(
    ({ pod }) =>
      !staysWithNode(pod) && pod.metadata.deletionTimestamp === undefined && priorityOf(pod) >= cutoff,
  );
}

function unbound({ pod }: PodInfo): PodInfo {
  return podInfo({ ...pod, spec: { ...pod.spec, nodeName: undefined } });
}

/** Foresees for one node after the other whether its pods would find a place on those that stay. */
class Removals {
  private readonly options: ClusterAutoscalerOptions;
  private readonly trial: ClusterTrial;
  private readonly budgets: BudgetTally;
  private readonly staying: Set<string>;

  constructor(
    options: ClusterAutoscalerOptions,
    model: ClusterModel,
    trial: ClusterTrial,
    destinations: readonly string[],
  ) {
    this.options = options;
    this.trial = trial;
    this.budgets = new BudgetTally([...model.budgets.values()]);
    this.staying = new Set(destinations);
  }

  /** Move what can be moved off a node that is going already. */
  leave(node: NodeInfo): void {
    this.staying.delete(node.name);
    const moving = toMove(node, this.options.expendablePriorityCutoff);
    for (const pod of moving) this.trial.take(pod);
    this.trial.removeNode(node.name);
    for (const pod of moving) this.put(pod);
  }

  /** The pods that would be evicted, all of them with another place to go; or why not. */
  tryRemoval(node: NodeInfo): { readonly pods: readonly Pod[] } | { readonly reason: string } {
    const { name } = node;
    const moving = toMove(node, this.options.expendablePriorityCutoff);
    for (const { pod } of moving) {
      const reason = this.blocked(pod);
      if (reason !== undefined) return { reason: `pod ${keyOf(pod)} ${reason}` };
    }
    const mark = this.trial.mark;
    this.staying.delete(name);
    for (const pod of moving) this.trial.take(pod);
    this.trial.removeNode(name);
    for (const pod of moving) {
      if (this.put(pod)) continue;
      this.trial.undo(mark);
      this.staying.add(name);
      return { reason: `pod ${keyOf(pod.pod)} has no other place to go` };
    }
    const pods = moving.map(({ pod }) => pod);
    this.budgets.spend(pods);
    return { pods };
  }

  private blocked(pod: Pod): BlockReason | undefined {
    const hasBudget = this.budgets.budgetsOf(pod).length > 0;
    const reason = blockReason(pod, this.options.scaleDown, hasBudget);
    if (reason !== undefined) return reason;
    return this.budgets.allows(pod) ? undefined : 'has a disruption budget that allows no disruption';
  }

  private put(pod: PodInfo): boolean {
    const { cache } = this.trial;
    const { node } = firstFit(this.options.profile, unbound(pod), cache, this.destinations());
    if (node === undefined) return false;
    this.trial.place(pod, node.name);
    return true;
  }

  private *destinations(): Iterable<NodeInfo> {
    for (const name of this.staying) {
      const node = this.trial.cache.node(name);
      if (node !== undefined) yield node;
    }
  }
}

interface Candidate {
  readonly name: string;
  readonly used: number;
  /** Empty ones first, then those that were unneeded before, so that what was begun goes on. */
  readonly rank: number;
  readonly isEmpty: boolean;
}

function candidateOf(
  options: ClusterAutoscalerOptions,
  node: NodeInfo | undefined,
  wasUnneeded: (name: string) => boolean,
  out: Outcome,
): Candidate | undefined {
  if (node === undefined) return undefined;
  const { object, name } = node;
  if (object.metadata.annotations?.[DISABLED] === 'true' || hasTaint(object, TO_BE_DELETED)) return undefined;
  const ended: PodInfo[] = [];
  let isEmpty = true;
  for (const info of node.pods.values()) {
    const from = longTerminatingFrom(info.pod);
    if (from <= out.now) ended.push(info);
    else if (!staysWithNode(info.pod)) isEmpty = false;
    if (Number.isFinite(from)) out.at(from);
  }
  const used = utilization(node, ended);
  if (used >= options.scaleDown.utilizationThreshold) return undefined;
  return { name, used, rank: isEmpty ? 0 : wasUnneeded(name) ? 1 : 2, isEmpty };
}

/**
 * Which of the candidates the cluster could do without, all of them at once: their requests are below the threshold,
 * and the scheduler's filters find all of their pods another place
 * (https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md#how-does-scale-down-work).
 */
export function findUnneeded(
  options: ClusterAutoscalerOptions,
  model: ClusterModel,
  trial: ClusterTrial,
  candidates: readonly string[],
  wasUnneeded: (name: string) => boolean,
  leaving: ReadonlySet<string>,
  out: Outcome,
): ScaleDownView {
  const { cache } = trial;
  const isPlace = (name: string): boolean => {
    const node = model.nodes.get(name);
    return node !== undefined && isReady(node) && !leaving.has(name);
  };
  const destinations = cache.nodes.map(({ name }) => name).filter(isPlace);
  const removals = new Removals(options, model, trial, destinations);
  for (const name of leaving) {
    const node = cache.node(name);
    if (node !== undefined) removals.leave(node);
  }
  const low = candidates.flatMap((name) => candidateOf(options, cache.node(name), wasUnneeded, out) ?? []);
  low.sort((a, b) => a.rank - b.rank || a.used - b.used || (a.name < b.name ? -1 : 1));
  const unneeded: UnneededNode[] = [];
  const kept: KeptNode[] = [];
  for (const { name, used, isEmpty } of low) {
    // Looked up at its turn: what was tried before may have made it anew.
    const node = cache.node(name);
    if (node === undefined) continue;
    const outcome = removals.tryRemoval(node);
    if ('reason' in outcome) kept.push({ name, reason: outcome.reason });
    else unneeded.push({ name, utilization: used, pods: outcome.pods, isEmpty });
  }
  return { unneeded, kept };
}
