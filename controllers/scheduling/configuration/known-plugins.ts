import type { Plugin } from '../framework/extension-points.ts';
import { DEFAULT_PROFILE } from '../plugins/default-plugins.ts';
import { defaultPreemptionWith } from '../plugins/default-preemption.ts';
import { interPodAffinityWith } from '../plugins/inter-pod-affinity.ts';
import { nodeAffinityWith } from '../plugins/node-affinity.ts';
import { nodeResourcesBalancedAllocationWith } from '../plugins/node-resources-balanced-allocation.ts';
import { nodeResourcesFitWith } from '../plugins/node-resources-fit.ts';
import { podTopologySpreadWith } from '../plugins/pod-topology-spread.ts';
import { firstFit, random } from '../plugins/research/any-fit.ts';
import { bestFit, bestFitWith } from '../plugins/research/best-fit.ts';
import { dotProduct, dotProductWith } from '../plugins/research/dot-product.ts';
import { fragmentationGradientDescentWith } from '../plugins/research/fragmentation-gradient-descent.ts';
import { gpuClustering } from '../plugins/research/gpu-clustering.ts';
import { gpuPacking } from '../plugins/research/gpu-packing.ts';
import { gpuShare } from '../plugins/research/gpu-share.ts';
import { volumeBindingWith } from '../plugins/volume-binding.ts';
import { EXTENSION_POINTS, type ExtensionPoint, type PluginConfig } from './configuration.ts';
import { registeredPlugins } from './registered-plugins.ts';

/** What a plugin's object calls its part at an extension point. */
export const PARTS: Readonly<Record<ExtensionPoint, keyof Plugin>> = {
  preEnqueue: 'preEnqueue',
  queueSort: 'less',
  preFilter: 'preFilter',
  filter: 'filter',
  postFilter: 'postFilter',
  preScore: 'preScore',
  score: 'score',
  reserve: 'reserve',
  permit: 'permit',
  preBind: 'preBind',
  bind: 'bind',
  postBind: 'postBind',
};

const ALL_STEPS: readonly ExtensionPoint[] = ['preFilter', 'filter', 'preScore', 'score'];

/**
 * The plugins of kube-scheduler that are on by default, in the order in which they run, with the extension points
 * that the real ones have (https://kubernetes.io/docs/reference/scheduling/config/#scheduling-plugins). What is
 * modelled of one may need fewer; some are known and do nothing here.
 */
const POINTS: Readonly<Record<string, readonly ExtensionPoint[]>> = {
  SchedulingGates: ['preEnqueue'],
  PrioritySort: ['queueSort'],
  NodeUnschedulable: ['filter'],
  NodeName: ['filter'],
  TaintToleration: ['filter', 'preScore', 'score'],
  NodeAffinity: ALL_STEPS,
  NodePorts: ['preFilter', 'filter'],
  NodeResourcesFit: ALL_STEPS,
  VolumeRestrictions: ['preFilter', 'filter'],
  NodeVolumeLimits: ['preFilter', 'filter'],
  VolumeBinding: ['preFilter', 'filter', 'preScore', 'score', 'reserve', 'preBind'],
  VolumeZone: ['preFilter', 'filter'],
  PodTopologySpread: ALL_STEPS,
  InterPodAffinity: ALL_STEPS,
  DynamicResources: ['preEnqueue', 'preFilter', 'filter', 'postFilter', 'reserve', 'preBind'],
  DefaultPreemption: ['postFilter'],
  NodeResourcesBalancedAllocation: ['preScore', 'score'],
  ImageLocality: ['score'],
  DefaultBinder: ['bind'],
};

/** In the order in which they run by default. */
export const KUBERNETES_PLUGIN_NAMES: readonly string[] = Object.keys(POINTS);

/** wavetank's own, for research: off unless a profile names them. */
const RESEARCH_POINTS: Readonly<Record<string, readonly ExtensionPoint[]>> = {
  GPUShare: ['preFilter', 'filter', 'reserve', 'preBind'],
  Random: ['score'],
  FirstFit: ['score'],
  BestFit: ['score'],
  DotProd: ['score'],
  Clustering: ['score'],
  Packing: ['score'],
  FGD: ['score'],
};

const RESEARCH_PLUGINS: readonly Plugin[] = [
  gpuShare,
  random,
  firstFit,
  bestFit,
  dotProduct,
  gpuClustering,
  gpuPacking,
  fragmentationGradientDescentWith({}),
];

const BUILT_IN: readonly string[] = [...KUBERNETES_PLUGIN_NAMES, ...Object.keys(RESEARCH_POINTS)];

/** All that a profile may name at present. */
export function pluginNames(): readonly string[] {
  return [...BUILT_IN, ...registeredPlugins().map(({ plugin }) => plugin.name)];
}

export function isBuiltIn(name: string): boolean {
  return BUILT_IN.includes(name);
}

export function extensionPointsOf(name: string): readonly ExtensionPoint[] {
  if (Object.hasOwn(POINTS, name)) return POINTS[name]!;
  if (Object.hasOwn(RESEARCH_POINTS, name)) return RESEARCH_POINTS[name]!;
  const own = registeredPlugins().find(({ plugin }) => plugin.name === name)?.plugin;
  return own === undefined ? [] : EXTENSION_POINTS.filter((point) => own[PARTS[point]] !== undefined);
}

/** What of a plugin runs here, with the default weight of its scores; `undefined` where nothing does. */
export function defaultOf(name: string): { readonly plugin: Plugin; readonly weight: number } | undefined {
  const own =
    RESEARCH_PLUGINS.find((plugin) => plugin.name === name) ??
    registeredPlugins().find(({ plugin }) => plugin.name === name)?.plugin;
  if (own !== undefined) return { plugin: own, weight: own.score === undefined ? 0 : 1 };
  return DEFAULT_PROFILE.plugins.find(({ plugin }) => plugin.name === name);
}

/** A plugin with its arguments. */
export function pluginWith(plugin: Plugin, config: PluginConfig | undefined): Plugin {
  switch (config?.name) {
    case 'NodeResourcesFit':
      return nodeResourcesFitWith(config.args);
    case 'NodeResourcesBalancedAllocation':
      return nodeResourcesBalancedAllocationWith(config.args);
    case 'InterPodAffinity':
      return interPodAffinityWith(config.args);
    case 'NodeAffinity':
      return nodeAffinityWith(config.args);
    case 'PodTopologySpread':
      return podTopologySpreadWith(config.args);
    case 'DefaultPreemption':
      return defaultPreemptionWith(config.args);
    case 'VolumeBinding':
      return volumeBindingWith(config.args);
    case 'BestFit':
      return bestFitWith(config.args);
    case 'DotProd':
      return dotProductWith(config.args);
    case 'FGD':
      return fragmentationGradientDescentWith(config.args);
    // Made by the profile, as it depends on the plugin that scores.
    case 'GPUShare':
    case undefined:
      return plugin;
  }
}
