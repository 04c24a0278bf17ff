/** A plugin that somebody else wrote did what plugins may not do: told to its author, not a defect of the program. */
export class PluginFault extends Error {
  override readonly name = 'PluginFault';

  /** `source`: where the plugin comes from. `what`: `throws at score: …`. */
  constructor(source: string, plugin: string, what: string) {
    super(`${source}: the plugin "${plugin}" ${what}`);
  }
}
