import type {
  DefaultPreemptionArgs,
  FgdArgs,
  GpuShareArgs,
  InterPodAffinityArgs,
  LargestNodeArgs,
  NodeAffinityArgs,
  NodeResourcesBalancedAllocationArgs,
  NodeResourcesFitArgs,
  PodTopologySpreadArgs,
  VolumeBindingArgs,
} from './plugin-args.ts';

/**
 * A KubeSchedulerConfiguration with its defaults filled in
 * (https://kubernetes.io/docs/reference/config-api/kube-scheduler-config.v1/). It is plain JSON and again a valid
 * file. What has no effect here (leader election, addresses, parallelism) is left out of it.
 */
export interface KubeSchedulerConfiguration {
  readonly apiVersion: typeof CONFIGURATION_API_VERSION;
  readonly kind: typeof CONFIGURATION_KIND;
  /** Absent: every node is scored. 0: Kubernetes' rule by the size of the cluster. */
  readonly percentageOfNodesToScore?: number;
  readonly podInitialBackoffSeconds?: number;
  readonly podMaxBackoffSeconds?: number;
  readonly clientConnection?: { readonly qps?: number; readonly burst?: number };
  readonly profiles: readonly ProfileConfiguration[];
  /** wavetank's own: files of plugins that profiles may name besides the built-in ones. */
  readonly pluginModules?: readonly string[];
}

export const CONFIGURATION_API_VERSION = 'kubescheduler.config.k8s.io/v1';
export const CONFIGURATION_KIND = 'KubeSchedulerConfiguration';

export interface ProfileConfiguration {
  readonly schedulerName: string;
  readonly percentageOfNodesToScore?: number;
  readonly plugins: PluginSets;
  readonly pluginConfig: readonly PluginConfig[];
}

export const EXTENSION_POINTS = [
  'preEnqueue',
  'queueSort',
  'preFilter',
  'filter',
  'postFilter',
  'preScore',
  'score',
  'reserve',
  'permit',
  'preBind',
  'bind',
  'postBind',
] as const;

export type ExtensionPoint = (typeof EXTENSION_POINTS)[number];

/** `multiPoint`: at every extension point that the plugin has. */
export const PLUGIN_SET_NAMES = ['multiPoint', ...EXTENSION_POINTS] as const;

export type PluginSets = { readonly [Name in 'multiPoint' | ExtensionPoint]?: PluginSet };

export interface PluginSet {
  readonly enabled: readonly PluginReference[];
  /** `*`: all that are on by default. */
  readonly disabled: readonly { readonly name: string }[];
}

export interface PluginReference {
  readonly name: string;
  /** Of the plugin's scores; its default weight where it has one, else 1. */
  readonly weight?: number;
}

export type PluginConfig =
  | { readonly name: 'NodeResourcesFit'; readonly args: NodeResourcesFitArgs }
  | { readonly name: 'NodeResourcesBalancedAllocation'; readonly args: NodeResourcesBalancedAllocationArgs }
  | { readonly name: 'InterPodAffinity'; readonly args: InterPodAffinityArgs }
  | { readonly name: 'NodeAffinity'; readonly args: NodeAffinityArgs }
  | { readonly name: 'PodTopologySpread'; readonly args: PodTopologySpreadArgs }
  | { readonly name: 'DefaultPreemption'; readonly args: DefaultPreemptionArgs }
  | { readonly name: 'VolumeBinding'; readonly args: VolumeBindingArgs }
  | { readonly name: 'GPUShare'; readonly args: GpuShareArgs }
  | { readonly name: 'BestFit' | 'DotProd'; readonly args: LargestNodeArgs }
  | { readonly name: 'FGD'; readonly args: FgdArgs };
