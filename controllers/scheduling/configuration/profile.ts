import { SECOND } from '../../../core/time.ts';
import type { Plugin, Profile, WeightedPlugin } from '../framework/extension-points.ts';
import type { SchedulerOptions } from '../options.ts';
import { fragmentationSelection } from '../plugins/research/fragmentation-gradient-descent.ts';
import { type GpuSelection, gpuShareWith, namedSelection } from '../plugins/research/gpu-share.ts';
import type {
  ExtensionPoint,
  KubeSchedulerConfiguration,
  PluginSets,
  ProfileConfiguration,
} from './configuration.ts';
import { defaultOf, extensionPointsOf, PARTS, pluginWith } from './known-plugins.ts';
import { type EnabledPlugins, enabledPlugins, multiPointPlugins } from './plugin-sets.ts';

/**
 * Plugins run in one order here. At the filters it decides which refusal is told, and there it is the real one's; at
 * the other points no outcome depends on it.
 */
function orderOf(sets: PluginSets, { filter, ...others }: EnabledPlugins): readonly string[] {
  const names = new Set(multiPointPlugins(sets).map(({ name }) => name));
  for (const list of [filter, ...Object.values(others)]) for (const { name } of list) names.add(name);
  const filtering = new Set(filter.map(({ name }) => name));
  const inOrder = filter.map(({ name }) => name);
  return [...names].map((name) => (filtering.has(name) ? inOrder.shift()! : name));
}

/** The plugin without its parts at extension points where it is off; a step that the real one doesn't have stays. */
function onlyAt(plugin: Plugin, isOn: (point: ExtensionPoint) => boolean): Plugin | undefined {
  const points = extensionPointsOf(plugin.name);
  const has = points.filter((point) => plugin[PARTS[point]] !== undefined);
  const off = has.filter((point) => !isOn(point));
  if (off.length === has.length) return undefined;
  if (off.length === 0) return plugin;
  const rest = { ...plugin };
  for (const point of off) delete rest[PARTS[point]];
  return rest;
}

/** As `GPUShare` is told; else as the plugin that scores chooses nodes. */
function gpuSelectionOf({ pluginConfig }: ProfileConfiguration, { score }: EnabledPlugins): GpuSelection {
  const own = pluginConfig.find((config) => config.name === 'GPUShare')?.args.gpuSelection;
  if (own !== undefined) return namedSelection(own);
  const scores = (name: string): boolean => score.some((each) => each.name === name);
  const fgd = pluginConfig.find((config) => config.name === 'FGD');
  if (scores('FGD') && fgd !== undefined) return fragmentationSelection(fgd.args);
  if (scores('FirstFit')) return namedSelection('first');
  return namedSelection(scores('Random') ? 'random' : 'tightest');
}

export function profileOf(configuration: ProfileConfiguration): Profile {
  const { schedulerName, percentageOfNodesToScore, plugins: sets, pluginConfig } = configuration;
  const enabled = enabledPlugins(sets);
  const plugins: WeightedPlugin[] = [];
  for (const name of orderOf(sets, enabled)) {
    const known = defaultOf(name);
    if (known === undefined) continue;
    const config = pluginConfig.find((each) => each.name === name);
    const configured =
      name === 'GPUShare'
        ? gpuShareWith(gpuSelectionOf(configuration, enabled))
        : pluginWith(known.plugin, config);
    const plugin = onlyAt(configured, (point) => enabled[point].some((each) => each.name === name));
    if (plugin === undefined) continue;
    // A weight of 0 counts as none given: a plugin is switched off by disabling it (`scorePluginWeight`).
    const weight = enabled.score.find((each) => each.name === name)?.weight ?? 0;
    plugins.push({ plugin, weight: plugin.score === undefined ? 0 : weight || 1 });
  }
  return {
    schedulerName,
    plugins,
    ...(percentageOfNodesToScore === undefined ? {} : { percentageOfNodesToScore }),
  };
}

/** The settings that a configuration makes; what it leaves out stays as it is. */
export function optionsOf(
  configuration: KubeSchedulerConfiguration,
): Pick<SchedulerOptions, 'profiles'> &
  Partial<Pick<SchedulerOptions, 'percentageOfNodesToScore' | 'podInitialBackoff' | 'podMaxBackoff'>> {
  const { percentageOfNodesToScore, podInitialBackoffSeconds, podMaxBackoffSeconds } = configuration;
  return {
    profiles: configuration.profiles.map(profileOf),
    ...(percentageOfNodesToScore === undefined ? {} : { percentageOfNodesToScore }),
    ...(podInitialBackoffSeconds === undefined
      ? {}
      : { podInitialBackoff: podInitialBackoffSeconds * SECOND }),
    ...(podMaxBackoffSeconds === undefined ? {} : { podMaxBackoff: podMaxBackoffSeconds * SECOND }),
  };
}
