import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Scenario } from '../../sim/scenario/scenario.ts';
import { loadPlugins } from './load-plugins.ts';

/**
 * Loads the plugins that a recorded scheduler ran with: a log holds the names of their modules, not their code. They are
 * looked for among the files that are named, then beside the log, then in the current folder. Answers with what is wrong.
 */
export function loadRecordedPlugins(
  { cluster }: Scenario,
  log: string,
  named: readonly string[] = [],
): string | undefined {
  const modules = cluster.kubernetes.kubeScheduler.configuration?.pluginModules ?? [];
  const unused = named.find((file) => !modules.some((each) => path.basename(each) === path.basename(file)));
  if (unused !== undefined) {
    const known = modules.length === 0 ? 'none' : modules.join(', ');
    return `--plugin ${unused}: the scheduler of ${log} ran with no module of this name; it ran with ${known}`;
  }
  for (const module of modules) {
    const file =
      named.find((each) => path.basename(each) === path.basename(module)) ??
      [path.resolve(path.dirname(log), module), path.resolve(module)].find((each) => existsSync(each));
    if (file === undefined)
      return `${log}: its scheduler ran with the plugins of ${module}, which is neither beside the log nor here: name it with --plugin FILE`;
    const problem = loadPlugins(file);
    if (problem !== undefined) return `${file}: ${problem}`;
  }
  return undefined;
}
