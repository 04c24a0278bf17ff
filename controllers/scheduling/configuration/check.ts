import { closest } from '../../../core/text/closest.ts';
import {
  EXTENSION_POINTS,
  type ExtensionPoint,
  type KubeSchedulerConfiguration,
  PLUGIN_SET_NAMES,
  type PluginReference,
  type PluginSets,
} from './configuration.ts';
import { defaultOf, extensionPointsOf, KUBERNETES_PLUGIN_NAMES, pluginNames } from './known-plugins.ts';
import { enabledPlugins } from './plugin-sets.ts';

/** What is wrong with the plugins of a profile, by the path below its `plugins`. */
export interface PluginProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export function unknownPlugin(name: string): string {
  const meant = closest(name, pluginNames());
  return meant === undefined
    ? `there is no plugin "${name}" here; there are ${pluginNames().join(', ')}`
    : `there is no plugin "${name}", did you mean "${meant}"?`;
}

/** Steps that hand on to a later one: without them it has nothing to go by. */
const PREPARED_BY: readonly (readonly [ExtensionPoint, ExtensionPoint])[] = [
  ['preFilter', 'filter'],
  ['preScore', 'score'],
];

function referenceProblems(
  set: string,
  list: 'enabled' | 'disabled',
  references: readonly PluginReference[],
): readonly PluginProblem[] {
  return references.flatMap(({ name }, index) => {
    const path = [set, list, index, 'name'];
    if (name === '*' && list === 'disabled') return [];
    if (!pluginNames().includes(name)) return [{ path, message: unknownPlugin(name) }];
    if (references.findIndex((other) => other.name === name) !== index)
      return [{ path, message: `"${name}" is there twice` }];
    const points = extensionPointsOf(name);
    const isElsewhere = list === 'enabled' && set !== 'multiPoint' && !points.includes(set as ExtensionPoint);
    const message = `"${name}" has no part at ${set}; it has ${points.join(', ')}`;
    return isElsewhere ? [{ path, message }] : [];
  });
}

/** Whether fragmentation is to be measured by tasks that nobody told of. */
export function lacksTasks({ profiles }: KubeSchedulerConfiguration): boolean {
  return profiles.some(
    ({ plugins, pluginConfig }) =>
      enabledPlugins(plugins).score.some(({ name }) => name === 'FGD') &&
      pluginConfig.find((config) => config.name === 'FGD')?.args.tasks === undefined,
  );
}

export const LACKS_TASKS =
  'FGD needs the tasks that fragments are measured by: expected pluginConfig: [{ name: FGD, args: { tasks: [{ cpu, gpus, gpuMilli, popularity }, …] } }]';

/** Whether what the configuration says of plugins can be done. */
export function pluginProblems(sets: PluginSets): readonly PluginProblem[] {
  const problems = PLUGIN_SET_NAMES.flatMap((name) => [
    ...referenceProblems(name, 'enabled', sets[name]?.enabled ?? []),
    ...referenceProblems(name, 'disabled', sets[name]?.disabled ?? []),
  ]);
  return problems.length > 0 ? problems : combinationProblems(sets);
}

function combinationProblems(sets: PluginSets): readonly PluginProblem[] {
  const enabled = enabledPlugins(sets);
  const isOn = (point: ExtensionPoint, plugin: string): boolean =>
    enabled[point].some(({ name }) => name === plugin);
  const problems: PluginProblem[] = [];
  for (const point of ['queueSort', 'bind'] as const) {
    if (enabled[point].length > 0) continue;
    const needed = KUBERNETES_PLUGIN_NAMES.find((name) => extensionPointsOf(name).includes(point));
    const path = sets[point] === undefined ? [] : [point];
    problems.push({ path, message: `no plugin is left at ${point}: ${needed} is needed there` });
  }
  for (const name of pluginNames()) {
    const plugin = defaultOf(name)?.plugin;
    for (const [before, after] of PREPARED_BY) {
      const needs =
        extensionPointsOf(name).includes(before) &&
        plugin?.[before as 'preFilter'] !== undefined &&
        plugin[after as 'filter'] !== undefined;
      if (!needs || !isOn(after, name) || isOn(before, name)) continue;
      const path = [EXTENSION_POINTS.find((point) => point === before && sets[point] !== undefined) ?? after];
      problems.push({ path, message: `${after} of "${name}" needs its ${before}: disable both, or neither` });
    }
  }
  return problems;
}
