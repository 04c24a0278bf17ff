import type { Plugin } from '../framework/extension-points.ts';
import { DEFAULT_PROFILE } from '../plugins/default-plugins.ts';
import { defaultPreemptionWith } from '../plugins/default-preemption.ts';
import { interPodAffinityWith } from '../plugins/inter-pod-affinity.ts';
import { nodeAffinityWith } from '../plugins/node-affinity.ts';
import { nodeResourcesBalancedAllocationWith } from '../plugins/node-resources-balanced-allocation.ts';
import { nodeResourcesFitWith } from '../plugins/node-resources-fit.ts';
import { podTopologySpreadWith } from '../plugins/pod-topology-spread.ts';
import type { ExtensionPoint, PluginConfig } from './configuration.ts';

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
export const PLUGIN_NAMES: readonly string[] = Object.keys(POINTS);

export function extensionPointsOf(name: string): readonly ExtensionPoint[] {
  return Object.hasOwn(POINTS, name) ? POINTS[name]! : [];
}

/** What of a plugin runs here, with the default weight of its scores; `undefined` where nothing does. */
export function defaultOf(name: string): { readonly plugin: Plugin; readonly weight: number } | undefined {
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
    case undefined:
      return plugin;
  }
}
