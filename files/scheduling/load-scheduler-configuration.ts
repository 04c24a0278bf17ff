import path from 'node:path';
import type { KubeSchedulerConfiguration } from '../../controllers/scheduling/configuration/configuration.ts';
import { readSchedulerConfiguration } from '../../sim/scenario/scheduler-configuration.ts';
import { loadPluginModules } from '../plugins/plugin-modules.ts';
import type { FileProblem } from '../problem.ts';
import { readText } from '../read-text.ts';
import { problemIn } from '../yaml/document-problem.ts';
import { parseYaml } from '../yaml/parse-yaml.ts';

export type LoadedSchedulerConfiguration =
  | {
      readonly ok: true;
      readonly configuration: KubeSchedulerConfiguration;
      /** Modules of plugins that it names, absolute. */
      readonly modules: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly FileProblem[] };

/** Modules as they are found from the folder of whoever names the configuration. */
function withModules(
  configuration: KubeSchedulerConfiguration,
  base: string,
  files: readonly string[],
): KubeSchedulerConfiguration {
  if (files.length === 0) return configuration;
  const pluginModules = files.map((file) => path.relative(base, file).replaceAll('\\', '/'));
  return { ...configuration, pluginModules };
}

/** Reads a KubeSchedulerConfiguration, looked for in the folder `base`. */
export function loadSchedulerConfiguration(reference: string, base = '.'): LoadedSchedulerConfiguration {
  const file = path.isAbsolute(reference) ? reference : path.join(base, reference);
  const text = readText(file);
  if ('problem' in text) return { ok: false, problems: [text.problem] };
  const { documents, problems } = parseYaml(text.text, file);
  if (problems.length > 0) return { ok: false, problems };
  const [document, second] = documents;
  if (document === undefined || second !== undefined) {
    const what = document === undefined ? 'is empty' : 'holds several documents';
    return { ok: false, problems: [{ file, message: `${what}: expected one KubeSchedulerConfiguration` }] };
  }
  const modules = loadPluginModules(document.value, [], path.dirname(file));
  if (modules.problems.length > 0)
    return { ok: false, problems: modules.problems.map((problem) => problemIn(file, document, problem)) };
  const read = readSchedulerConfiguration(document.value);
  if (read.ok)
    return { ok: true, configuration: withModules(read.value, base, modules.files), modules: modules.files };
  return { ok: false, problems: read.problems.map((problem) => problemIn(file, document, problem)) };
}
