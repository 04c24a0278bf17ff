import type { Pod } from '../../../core/schema/types.generated.ts';
import type { Micros } from '../../../core/time.ts';
import type { Request } from '../../controller.ts';
import type { ClusterView } from '../cache/cluster-view.ts';
import type { NodeInfo } from '../cache/node-info.ts';
import type { PodInfo } from '../cache/pod-info.ts';
import type { VolumeStore } from '../cache/volume-store.ts';
import type { Victims } from '../preemption/victims.ts';
import type { AffinityRules } from './affinity.ts';
import type { QueueingHint } from './cluster-event.ts';
import type { CycleState } from './cycle-state.ts';
import type { Rejection } from './rejection.ts';
import type { Spreading } from './spreading.ts';

/**
 * The scheduling framework (https://kubernetes.io/docs/concepts/scheduling-eviction/scheduling-framework/): a
 * plugin is a plain object with a function for each extension point that it takes part in. A plugin sees the
 * cluster through what it is handed and keeps nothing between calls.
 */
export interface Plugin {
  readonly name: string;
  /**
   * What the outcome of the plugin for a pod on one node depends on, beside the pod itself:
   * `node`: the node's own object. `load`: also the pods on that node. `cluster`: anything else.
   * The index of `fast/` keeps the outcomes of the first two between pods of one class.
   */
  readonly dependsOn: 'node' | 'load' | 'cluster';
  /**
   * For a plugin of `node` that reads a little more of the cluster's nodes and their images: what it reads, as a
   * text. Asked for again only when a node came or went or the images of one changed.
   */
  readonly version?: (pod: PodInfo, cluster: ClusterView) => string;
  /** Of a plugin of `cluster`: whether it neither refuses nor scores any node for this pod at present. */
  readonly standsAside?: (pod: PodInfo, cluster: ClusterView) => boolean;
  /**
   * Of a plugin of `cluster` that doesn't stand aside: the rules that its filter and its scores come from, where these
   * are as `spreading.ts` has it. The index then counts pods by domain instead of asking it.
   */
  readonly spreading?: (pod: PodInfo, cluster: ClusterView) => Spreading | undefined;
  /**
   * The same for rules between pods: what its filter and its scores come from. Plugins with the same `key` have the
   * same rules for every pod.
   */
  readonly affinity?: {
    readonly key: string;
    readonly rulesOf: (pod: Pod, cluster: ClusterView) => AffinityRules;
  };
  /** Absent: no event helps. */
  readonly hint?: QueueingHint;
  /** Among equally good nodes, where the plugin has a say: a keyed draw, or the first by name. */
  readonly tieBreak?: 'draw' | 'first';

  readonly preEnqueue?: (pod: Pod) => Rejection | undefined;
  readonly less?: QueueSort;
  readonly preFilter?: PreFilter;
  readonly filter?: Filter;
  readonly postFilter?: PostFilter;
  readonly preScore?: PreScore;
  readonly score?: Score;
  readonly normalizeScore?: NormalizeScore;
  readonly reserve?: Reserve;
  readonly permit?: Permit;
  readonly preBind?: PreBind;
  readonly preBindWait?: PreBindWait;
  readonly bind?: Bind;
  readonly postBind?: PostBind;
}

/** Negative where `a` is scheduled before `b`. */
export type QueueSort = (a: QueueOrder, b: QueueOrder) => number;

export interface QueueOrder {
  readonly priority: number;
  /** When the pod entered the queue, or returned to it. */
  readonly timestamp: number;
}

export type PreFilterResult =
  /** The plugin's filter needn't run for this pod. */
  | 'skip'
  | {
      readonly rejection?: Rejection;
      /** Only these nodes come into question; absent: all. */
      readonly nodeNames?: ReadonlySet<string>;
    };

export type PreFilter = (state: CycleState, pod: PodInfo, cluster: ClusterView) => PreFilterResult;

/** `undefined`: the node is feasible as far as this plugin knows. */
export type Filter = (state: CycleState, pod: PodInfo, node: NodeInfo) => Rejection | undefined;

/** What the filters came to, for plugins that look for another way. */
export interface FilterOutcome {
  readonly nodeCount: number;
  /** How many nodes were refused in each way. */
  readonly histogram: readonly RejectionCount[];
  /** The nodes whose refusal evicting pods may cure. */
  readonly curable: () => readonly NodeInfo[];
  readonly rejectionOf: (node: NodeInfo) => Rejection | undefined;
  /** Which pods would have to leave a node for this one, or why that would not help. */
  readonly victimsOn: (node: NodeInfo) => Victims | Rejection;
  /** Where room is being made for the pod already. */
  readonly nominatedNode: string | undefined;
  readonly tieBreak: () => number;
}

export interface PostFilterResult {
  /** For the pod's message. */
  readonly text?: string;
  /** Where the pod will fit once the victims have gone; empty: nowhere; absent: as before. */
  readonly nominatedNode?: string;
  /** The pods that are to go, the most important first. */
  readonly victims: readonly PodInfo[];
}

export interface RejectionCount {
  readonly rejection: Rejection;
  readonly nodes: number;
}

/** Looks for another way when no node is feasible. */
export type PostFilter = (
  pod: PodInfo,
  outcome: FilterOutcome,
  cluster: ClusterView,
) => PostFilterResult | undefined;

/** `skip`: the plugin gives no scores for this pod. A plugin of `node` or `load` must not look at `feasible`. */
export type PreScore = (
  state: CycleState,
  pod: PodInfo,
  cluster: ClusterView,
  feasible: readonly NodeInfo[],
) => 'skip' | undefined;

/** An integer; within 0 and 100 unless the plugin normalises. */
export type Score = (state: CycleState, pod: PodInfo, node: NodeInfo) => number;

/**
 * Brings the scores of all feasible nodes into 0…100. Of a plugin of `node`, what a score becomes may depend on
 * which scores occur, not on how often: the index calls it with one of each.
 */
export type NormalizeScore = (
  state: CycleState,
  scores: readonly number[],
  nodes: readonly NodeInfo[],
) => readonly number[];

/** What a plugin may see where a pod was just given a node, and counts on it. */
export interface ReserveContext {
  readonly cluster: ClusterView;
  /** Where volumes are assumed for the pod. */
  readonly volumes: VolumeStore;
  /** Uniform in [0, 2^32), a function of the seed, the pod and the purpose alone. */
  readonly draw: (purpose: string) => number;
}

export interface Reserve {
  readonly reserve: (
    state: CycleState,
    pod: PodInfo,
    nodeName: string,
    context: ReserveContext,
  ) => Rejection | undefined;
  readonly unreserve: (state: CycleState, pod: PodInfo, nodeName: string) => void;
}

export type Permit = (state: CycleState, pod: PodInfo, nodeName: string) => Rejection | undefined;

/** API requests that must succeed before the binding is sent. */
export type PreBind = (state: CycleState, pod: PodInfo, nodeName: string) => readonly Request[];

export type BindingProgress = 'done' | 'wait' | { readonly failure: string };

/** The pod is bound only when what `preBind` has asked for has come about: others have to do it. */
export interface PreBindWait {
  readonly timeout: Micros;
  /** Of a pod that was just reserved. */
  readonly isNeeded: (state: CycleState) => boolean;
  readonly progress: (state: CycleState, nodeName: string, cluster: ClusterView) => BindingProgress;
  /** How the message of a failure begins. */
  readonly prefix: string;
}

export type Bind = (pod: Pod, nodeName: string) => Request | undefined;

export type PostBind = (pod: Pod, nodeName: string) => readonly Request[];

/** A plugin of a profile, with the weight of its scores. */
export interface WeightedPlugin {
  readonly plugin: Plugin;
  readonly weight: number;
}

/** `KubeSchedulerProfile`: the pods that name it are scheduled by these plugins, in this order. */
export interface Profile {
  readonly schedulerName: string;
  readonly plugins: readonly WeightedPlugin[];
  /** Instead of the scheduler's own. */
  readonly percentageOfNodesToScore?: number;
}

/** `MaxNodeScore` of the framework. */
export const MAX_NODE_SCORE = 100;
