import path from 'node:path';
import { isJsonObject } from '../../core/schema/decoding.ts';
import type { Path, ScenarioProblem } from '../../sim/scenario/problem.ts';
import { loadPlugins } from './load-plugins.ts';

export interface LoadedModules {
  readonly problems: readonly ScenarioProblem[];
  /** Absolute. */
  readonly files: readonly string[];
}

function valueAt(document: unknown, at: Path): unknown {
  return at.reduce<unknown>((value, part) => {
    if (Array.isArray(value)) return value[Number(part)];
    return isJsonObject(value) ? value[part] : undefined;
  }, document);
}

/**
 * Loads the modules of plugins that a configuration names, before it is read: it may name their plugins. `at`: where the
 * configuration is in the document; `base`: the folder that files are looked for in.
 */
export function loadPluginModules(document: unknown, at: Path, base: string): LoadedModules {
  const problems: ScenarioProblem[] = [];
  const files: string[] = [];
  const modules = valueAt(document, [...at, 'pluginModules']);
  if (!Array.isArray(modules)) return { problems, files };
  modules.forEach((reference: unknown, index) => {
    // The reader of the document tells of what is no text.
    if (typeof reference !== 'string' || reference === '') return;
    const file = path.resolve(base, reference);
    const problem = loadPlugins(file);
    if (problem === undefined) files.push(file);
    else problems.push({ path: [...at, 'pluginModules', index], message: `${reference}: ${problem}` });
  });
  return { problems, files };
}
