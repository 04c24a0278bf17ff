import type { NodeAffinity, TopologySpreadConstraint } from '../../../core/schema/types.generated.ts';

/**
 * What plugins are given under `pluginConfig`, with defaults filled in
 * (https://kubernetes.io/docs/reference/config-api/kube-scheduler-config.v1/).
 */
export interface ResourceWeight {
  /** `cpu`, `memory`, `ephemeral-storage` or an extended resource. */
  readonly name: string;
  readonly weight: number;
}

/** A point of the function from utilisation (0…100) to a score (0…10); straight lines lie between points. */
export interface ShapePoint {
  readonly utilization: number;
  readonly score: number;
}

export type ScoringStrategy =
  | { readonly type: 'LeastAllocated' | 'MostAllocated'; readonly resources: readonly ResourceWeight[] }
  | {
      readonly type: 'RequestedToCapacityRatio';
      readonly resources: readonly ResourceWeight[];
      readonly requestedToCapacityRatio: { readonly shape: readonly ShapePoint[] };
    };

export interface NodeResourcesFitArgs {
  readonly scoringStrategy: ScoringStrategy;
  /** Extended resources that the filter passes over. */
  readonly ignoredResources: readonly string[];
  /** The same for all whose name has this before the `/`. */
  readonly ignoredResourceGroups: readonly string[];
}

export interface NodeResourcesBalancedAllocationArgs {
  readonly resources: readonly ResourceWeight[];
}

export interface VolumeBindingArgs {
  /** How long a pod waits for its volumes; ten minutes unless given. */
  readonly bindTimeoutSeconds?: number;
}

export interface InterPodAffinityArgs {
  /** What another pod's required affinity to this one adds to a score. */
  readonly hardPodAffinityWeight: number;
  readonly ignorePreferredTermsOfExistingPods: boolean;
}

export interface NodeAffinityArgs {
  /** Holds for every pod of the profile, besides the pod's own. */
  readonly addedAffinity?: NodeAffinity;
}

/** Of pods that have no constraints of their own, but belong to a Service or a workload. */
export interface PodTopologySpreadArgs {
  /** `System`: by host and zone, as built in. `List`: as `defaultConstraints` says. */
  readonly defaultingType: 'System' | 'List';
  /** Without selectors: these come from what a pod belongs to. */
  readonly defaultConstraints: readonly TopologySpreadConstraint[];
}

/** How many nodes preemption compares before it takes the best: a share of those in question, and at least so many. */
export interface DefaultPreemptionArgs {
  readonly minCandidateNodesPercentage: number;
  readonly minCandidateNodesAbsolute: number;
}

/** What amounts are taken as shares of, by plugins of wavetank's own. */
export interface LargestNodeArgs {
  readonly largestNode: { readonly cpu: string; readonly gpus: number };
}

export const GPU_SELECTIONS = ['tightest', 'first', 'random'] as const;
export type GpuSelectionName = (typeof GPU_SELECTIONS)[number];

/** Which GPU a pod that shares one gets; absent: as the plugin that scores has it, else the tightest. */
export interface GpuShareArgs {
  readonly gpuSelection?: GpuSelectionName;
}

/** A size of task, as it is written. */
export interface TaskArgs {
  readonly cpu: string;
  readonly gpus: number;
  /** Of each GPU. */
  readonly gpuMilli: number;
  readonly models: readonly string[];
  readonly popularity: number;
}

/** The tasks that fragmentation is measured by; absent: a benchmark gives those of its workload. */
export interface FgdArgs {
  readonly tasks?: readonly TaskArgs[];
}

/** The largest machines of the openb trace. */
export const DEFAULT_LARGEST_NODE: LargestNodeArgs = { largestNode: { cpu: '128', gpus: 8 } };

const CPU_AND_MEMORY: readonly ResourceWeight[] = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];

export const DEFAULT_FIT_ARGS: NodeResourcesFitArgs = {
  scoringStrategy: { type: 'LeastAllocated', resources: CPU_AND_MEMORY },
  ignoredResources: [],
  ignoredResourceGroups: [],
};

export const DEFAULT_BALANCE_ARGS: NodeResourcesBalancedAllocationArgs = { resources: CPU_AND_MEMORY };

export const DEFAULT_POD_AFFINITY_ARGS: InterPodAffinityArgs = {
  hardPodAffinityWeight: 1,
  ignorePreferredTermsOfExistingPods: false,
};

export const DEFAULT_PREEMPTION_ARGS: DefaultPreemptionArgs = {
  minCandidateNodesPercentage: 10,
  minCandidateNodesAbsolute: 100,
};

export const DEFAULT_SPREAD_ARGS: PodTopologySpreadArgs = {
  defaultingType: 'System',
  defaultConstraints: [],
};

/** Resources that every node is asked for by name, without being extended ones. */
const NATIVE = ['cpu', 'memory', 'ephemeral-storage'];

/** Of an extended resource counts only what asks for it (`IsScalarResourceName`). */
export function isExtended(resource: string): boolean {
  return !NATIVE.includes(resource);
}
