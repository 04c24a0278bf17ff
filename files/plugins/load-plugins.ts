import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { isBuiltIn } from '../../controllers/scheduling/configuration/known-plugins.ts';
import { registerPlugin } from '../../controllers/scheduling/configuration/registered-plugins.ts';
import type { Plugin } from '../../controllers/scheduling/framework/extension-points.ts';
import {
  guardedPlugin,
  OWN_PARTS,
  type PluginWatch,
} from '../../controllers/scheduling/framework/guarded-plugin.ts';
import { isJsonObject } from '../../core/schema/decoding.ts';

/**
 * Plugins of one's own: a module whose default export is a plugin of the scheduling framework, or a list of them. It is
 * the user's own code, named by the user for that reason alone; it is loaded before the configuration that names its
 * plugins is read, and in each thread.
 */

const require = createRequire(import.meta.url);
const FORM =
  'expected a default export of a plugin, or of a list of plugins: { name, dependsOn, filter, score, … }';
const NAME = /^[A-Za-z][-A-Za-z0-9]{0,62}$/;
const DEPENDENCIES = ['node', 'load', 'cluster'];
const KEYS: readonly string[] = ['name', 'dependsOn', 'tieBreak', ...OWN_PARTS];
/** What a plugin is for: the others only prepare these. */
const DOING: readonly string[] = ['preEnqueue', 'less', 'preFilter', 'filter', 'score'];
const TYPESCRIPT = /\.[cm]?ts$/;

/** Whoever watches the time of plugins takes this over. */
let watch: PluginWatch = { enter: () => undefined, leave: () => undefined };

export function watchPlugins(watcher: PluginWatch): void {
  watch = watcher;
}

const heard: PluginWatch = {
  enter: (plugin) => watch.enter(plugin),
  leave: () => watch.leave(),
};

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'function') return 'a function';
  return (JSON.stringify(value) ?? typeof value).slice(0, 60);
}

/** What is wrong with one plugin, in a sentence without its file. */
function pluginProblem(plugin: unknown, index: number | undefined): string | undefined {
  const which = index === undefined ? 'the default export' : `the plugin ${index + 1} of the default export`;
  if (!isJsonObject(plugin)) return `${FORM}; ${which} is ${shown(plugin)}`;
  const { name, dependsOn, tieBreak } = plugin;
  if (typeof name !== 'string' || !NAME.test(name))
    return `${which} needs a name of letters, digits and "-", and has ${shown(name)}`;
  if (isBuiltIn(name)) return `the plugin "${name}" is called as a built-in one: give it another name`;
  if (!DEPENDENCIES.includes(String(dependsOn)))
    return `the plugin "${name}" needs dependsOn: 'node', 'load' or 'cluster' (what its outcome depends on), and has ${shown(dependsOn)}`;
  if (tieBreak !== undefined && tieBreak !== 'draw' && tieBreak !== 'first')
    return `the plugin "${name}" has tieBreak ${shown(tieBreak)}: expected 'draw' or 'first'`;
  for (const key of Object.keys(plugin)) {
    if (!KEYS.includes(key))
      return `the plugin "${name}" has "${key}", which a plugin of one's own can't have; it may have ${OWN_PARTS.join(', ')}`;
    if ((OWN_PARTS as readonly string[]).includes(key) && typeof plugin[key] !== 'function')
      return `the plugin "${name}" has ${shown(plugin[key])} as its ${key}: expected a function`;
  }
  if (!DOING.some((part) => plugin[part] !== undefined))
    return `the plugin "${name}" does nothing: expected one of ${DOING.join(', ')}`;
  if (plugin.normalizeScore !== undefined && (dependsOn === 'load' || plugin.score === undefined))
    return `the plugin "${name}" normalises scores: expected a score beside it, and dependsOn: 'node' or 'cluster'`;
  return undefined;
}

function firstLine(error: unknown): string {
  const text =
    error instanceof Error
      ? `${error.name === 'Error' ? '' : `${error.name}: `}${error.message}`
      : String(error);
  return text.split('\n')[0] ?? '';
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

/** `file:12` at the head of the stack of a syntax error. */
function lineOf(file: string, error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const at = stack.indexOf(`${path.basename(file)}:`);
  const line = at < 0 ? undefined : /^\d+/.exec(stack.slice(at + path.basename(file).length + 1))?.[0];
  return line === undefined ? '' : ` (line ${line})`;
}

function loadProblem(file: string, error: unknown): string {
  if (codeOf(error) === 'ERR_REQUIRE_ASYNC_MODULE')
    return 'waits at its top level ("await"), which a module of plugins may not: do it before, or not at all';
  const cannotRead =
    TYPESCRIPT.test(file) && (process.features as { readonly typescript?: unknown }).typescript === undefined;
  if (codeOf(error) === 'ERR_UNKNOWN_FILE_EXTENSION' || cannotRead)
    return `is no JavaScript that Node.js ${process.versions.node} can load: compile it first, or run TypeScript with Node.js 22.18 or later`;
  if (error instanceof SyntaxError)
    return `can't be read as JavaScript: ${firstLine(error)}${lineOf(file, error)}`;
  return `fails when it is loaded: ${firstLine(error)}${lineOf(file, error)}`;
}

/** As people are told of a file: from where they are. */
function shownPath(file: string): string {
  const relative = path.relative('.', path.resolve(file));
  return relative.startsWith('..') ? path.resolve(file) : relative;
}

/** Loads a module and registers its plugins. Answers with what is wrong, in a sentence without the file. */
export function loadPlugins(file: string): string | undefined {
  if (!existsSync(file)) return 'does not exist: check the path';
  let exported: unknown;
  try {
    const loaded: unknown = require(path.resolve(file));
    // A CommonJS module is its own default export; an ECMAScript module has one by that name.
    exported = loaded;
    if (
      typeof loaded === 'object' &&
      loaded !== null &&
      ('default' in loaded || Symbol.toStringTag in loaded)
    )
      exported = (loaded as { readonly default?: unknown }).default;
  } catch (error) {
    return loadProblem(file, error);
  }
  const list: readonly unknown[] = Array.isArray(exported) ? exported : [exported];
  if (list.length === 0) return `${FORM}; the list is empty`;
  for (const [index, plugin] of list.entries()) {
    const problem = pluginProblem(plugin, Array.isArray(exported) ? index : undefined);
    if (problem !== undefined) return problem;
  }
  const source = shownPath(file);
  // Checked above.
  const plugins = list as readonly Plugin[];
  for (const [index, plugin] of plugins.entries()) {
    if (plugins.findIndex(({ name }) => name === plugin.name) !== index)
      return `the plugin "${plugin.name}" is there twice`;
    const other = registerPlugin(guardedPlugin(plugin, source, heard), source);
    if (other !== undefined)
      return `the plugin "${plugin.name}" is called as one of ${other}: give it another name`;
  }
  return undefined;
}
