import { keyOf } from '../../core/api/object.ts';
import type { Node } from '../../core/schema/types.generated.ts';
import type { NodeInfo } from '../scheduling/cache/node-info.ts';
import type { PodInfo } from '../scheduling/cache/pod-info.ts';
import type { Profile } from '../scheduling/framework/extension-points.ts';
import type { Rejection } from '../scheduling/framework/rejection.ts';
import { firstFit } from '../scheduling/reference.ts';
import type { ListedCloud } from './cluster-cloud.ts';
import { ClusterFitter } from './cluster-fitter.ts';
import type { ClusterTrial } from './cluster-trial.ts';

/** How many machines of a group would help, and whom. */
export interface Estimate {
  readonly nodes: number;
  readonly pods: readonly PodInfo[];
  /** Why the others would not run on a new node of this group. */
  readonly refused: ReadonlyMap<PodInfo, Rejection>;
  /** What the new nodes have, and what the pods that they help ask for. */
  readonly allocatable: Amounts;
  readonly requested: Amounts;
}

export interface Amounts {
  readonly milliCpu: number;
  readonly memory: number;
}

/** By what they ask of a node, the largest first; among equals by name (`decreasingPodOrderer`). */
function largestFirst(pods: readonly PodInfo[], { table, slot }: NodeInfo): readonly PodInfo[] {
  const cpu = table.allocatableCpu[slot]!;
  const memory = table.allocatableMemory[slot]!;
  const shares = new Map<PodInfo, number>();
  for (const pod of pods) {
    const { requests } = pod.facts;
    const share = (cpu > 0 ? requests.milliCpu / cpu : 0) + (memory > 0 ? requests.memory / memory : 0);
    shares.set(pod, share);
  }
  return pods.toSorted((a, b) => shares.get(b)! - shares.get(a)! || (keyOf(a.pod) < keyOf(b.pod) ? -1 : 1));
}

/** So many of a group's next nodes are asked for at first, and then twice as many. */
const NODES_AHEAD = 8;

class Packing {
  readonly added: NodeInfo[] = [];
  readonly pods: PodInfo[] = [];
  readonly refused = new Map<PodInfo, Rejection>();
  private readonly profile: Profile;
  private readonly trial: ClusterTrial;
  private readonly cloud: ListedCloud;
  private readonly group: string;
  private readonly nodesMax: number;
  /** What no node could hold, and what no more nodes may be had for. */
  private readonly hopeless = new Map<string, Rejection | undefined>();
  private readonly fitter: ClusterFitter;
  private templates: readonly Node[] = [];

  constructor(profile: Profile, trial: ClusterTrial, cloud: ListedCloud, group: string, nodesMax: number) {
    this.profile = profile;
    this.trial = trial;
    this.cloud = cloud;
    this.group = group;
    this.nodesMax = nodesMax;
    this.fitter = new ClusterFitter(profile, trial.cache);
  }

  add(pod: PodInfo): void {
    const like = this.fitter.likeness(pod);
    if (this.hopeless.has(like)) {
      const known = this.hopeless.get(like);
      if (known !== undefined) this.refused.set(pod, known);
      return;
    }
    const node = this.fitter.find(pod, this.added);
    if (node !== undefined) {
      this.put(pod, node);
      return;
    }
    this.addOnNewNode(pod, like);
  }

  private addOnNewNode(pod: PodInfo, like: string): void {
    if (this.added.length >= this.nodesMax) {
      this.hopeless.set(like, undefined);
      return;
    }
    const last = this.added.at(-1);
    // A node that nobody is on was refused already, and the next would be the same.
    if (last !== undefined && last.pods.size === 0) {
      this.hopeless.set(like, undefined);
      return;
    }
    const mark = this.trial.mark;
    const node = this.trial.setNode(this.nextNode());
    const { rejection } = firstFit(this.profile, pod, this.trial.cache, [node]);
    if (rejection !== undefined) {
      this.trial.undo(mark);
      this.refused.set(pod, rejection);
      this.hopeless.set(like, rejection);
      return;
    }
    this.added.push(node);
    this.put(pod, node);
  }

  private nextNode(): Node {
    const number = this.added.length;
    if (number >= this.templates.length) {
      this.templates = this.cloud.nextNodes(this.group, Math.max(NODES_AHEAD, 2 * number));
    }
    const node = this.templates[number];
    if (node === undefined) throw new Error(`the group ${this.group} has no next node`);
    return node;
  }

  private put(pod: PodInfo, node: NodeInfo): void {
    this.trial.place(pod, node.name);
    this.pods.push(pod);
  }
}

/**
 * How many new nodes of a group the pods need: each goes onto the first new node that the scheduler's filters let it,
 * the largest pods first, and a node is added where there is none (`BinpackingNodeEstimator`).
 */
export function estimate(
  profile: Profile,
  trial: ClusterTrial,
  cloud: ListedCloud,
  group: string,
  pods: readonly PodInfo[],
  nodesMax: number,
): Estimate {
  const start = trial.mark;
  const packing = new Packing(profile, trial, cloud, group, nodesMax);
  const [template] = cloud.nextNodes(group, 1);
  if (template === undefined) throw new Error(`the group ${group} has no next node`);
  const sample = trial.setNode(template);
  const ordered = largestFirst(pods, sample);
  const { allocatableCpu, allocatableMemory } = sample.table;
  const each: Amounts = {
    milliCpu: allocatableCpu[sample.slot]!,
    memory: allocatableMemory[sample.slot]!,
  };
  trial.undo(start);
  for (const pod of ordered) packing.add(pod);
  trial.undo(start);
  const nodes = packing.added.length;
  let milliCpu = 0;
  let memory = 0;
  for (const { facts } of packing.pods) {
    milliCpu += facts.requests.milliCpu;
    memory += facts.requests.memory;
  }
  return {
    nodes,
    pods: packing.pods,
    refused: packing.refused,
    allocatable: { milliCpu: nodes * each.milliCpu, memory: nodes * each.memory },
    requested: { milliCpu, memory },
  };
}
