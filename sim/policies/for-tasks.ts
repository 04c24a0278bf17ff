import type {
  ExtensionPoint,
  KubeSchedulerConfiguration,
  PluginConfig,
  PluginSet,
  PluginSets,
  ProfileConfiguration,
} from '../../controllers/scheduling/configuration/configuration.ts';
import type { TaskArgs } from '../../controllers/scheduling/configuration/plugin-args.ts';
import { enabledPlugins } from '../../controllers/scheduling/configuration/plugin-sets.ts';
import { GPU_MILLI } from '../../controllers/scheduling/gpu/gpu-request.ts';
import { DEFAULT_SCHEDULER_NAME } from '../../controllers/scheduling/plugins/default-plugins.ts';
import { shapeOf, type TaskClass, type Tasks } from './tasks.ts';

const GPU_SHARE = 'GPUShare';
const GPU_SHARE_POINTS: readonly ExtensionPoint[] = ['preFilter', 'filter', 'reserve', 'preBind'];
const NONE: PluginSet = { enabled: [], disabled: [] };

/** The pods of a workload name no scheduler: where no profile has the default name, the first one serves them. */
export function servingEveryPod(configuration: KubeSchedulerConfiguration): KubeSchedulerConfiguration {
  const { profiles } = configuration;
  if (profiles.some(({ schedulerName }) => schedulerName === DEFAULT_SCHEDULER_NAME)) return configuration;
  const [first, ...rest] = profiles;
  if (first === undefined) return configuration;
  return { ...configuration, profiles: [{ ...first, schedulerName: DEFAULT_SCHEDULER_NAME }, ...rest] };
}

/** Where tasks share GPUs, no policy may add up what lies in pieces: the plugin is on whatever the profile says. */
function sharingGpus(sets: PluginSets): PluginSets {
  const enabled = enabledPlugins(sets);
  const missing = GPU_SHARE_POINTS.filter((point) => !enabled[point].some(({ name }) => name === GPU_SHARE));
  const added = missing.map((point): readonly [ExtensionPoint, PluginSet] => {
    const { enabled: on, disabled } = sets[point] ?? NONE;
    return [
      point,
      { enabled: [...on, { name: GPU_SHARE }], disabled: disabled.filter(({ name }) => name !== GPU_SHARE) },
    ];
  });
  return { ...sets, ...Object.fromEntries(added) };
}

function taskArgs(taskClass: TaskClass, gpuResource: string | undefined): TaskArgs {
  const { milliCpu, gpus, gpuMilli, models, popularity } = shapeOf(taskClass, gpuResource);
  return { cpu: `${milliCpu}m`, gpus, gpuMilli, models, popularity };
}

/** `FGD` measures by the workload's own tasks unless its arguments name others. */
function knowingTasks(
  { plugins, pluginConfig }: ProfileConfiguration,
  { classes, gpuResource }: Tasks,
): readonly PluginConfig[] {
  if (!enabledPlugins(plugins).score.some(({ name }) => name === 'FGD')) return pluginConfig;
  const given = pluginConfig.find((config) => config.name === 'FGD');
  if (given?.args.tasks !== undefined) return pluginConfig;
  const tasks = classes
    .filter(({ popularity }) => popularity > 0)
    .map((taskClass) => taskArgs(taskClass, gpuResource));
  return [...pluginConfig.filter((config) => config !== given), { name: 'FGD', args: { tasks } }];
}

/** A policy's configuration as it serves the tasks of a workload. */
export function forTasks(
  configuration: KubeSchedulerConfiguration,
  tasks: Tasks,
): KubeSchedulerConfiguration {
  const serving = servingEveryPod(configuration);
  return {
    ...serving,
    profiles: serving.profiles.map((profile) => ({
      ...profile,
      plugins: tasks.gpuResource === GPU_MILLI ? sharingGpus(profile.plugins) : profile.plugins,
      pluginConfig: knowingTasks(profile, tasks),
    })),
  };
}
