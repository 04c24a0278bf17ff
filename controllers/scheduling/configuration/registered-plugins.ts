import type { Plugin } from '../framework/extension-points.ts';

/** A plugin that somebody else wrote, and where it comes from. */
export interface RegisteredPlugin {
  readonly plugin: Plugin;
  /** As people are told of it. */
  readonly source: string;
}

/**
 * The plugins that were loaded from outside, by name. Whoever reads files fills it before a configuration that names them
 * is read, in each thread: code can't travel in the plain JSON that configurations are.
 */
const registered = new Map<string, RegisteredPlugin>();

/** By name: their order can't depend on which file was read first. */
export function registeredPlugins(): readonly RegisteredPlugin[] {
  return [...registered.values()].sort((a, b) => (a.plugin.name < b.plugin.name ? -1 : 1));
}

/** Takes the place of what the same source registered before. Answers with the other source that has the name. */
export function registerPlugin(plugin: Plugin, source: string): string | undefined {
  const known = registered.get(plugin.name);
  if (known !== undefined && known.source !== source) return known.source;
  registered.set(plugin.name, { plugin, source });
  return undefined;
}

export function forgetRegisteredPlugins(): void {
  registered.clear();
}
