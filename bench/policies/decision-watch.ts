import { registeredPlugins } from '../../controllers/scheduling/configuration/registered-plugins.ts';
import type { PluginWatch } from '../../controllers/scheduling/framework/guarded-plugin.ts';
import { PluginFault } from '../../controllers/scheduling/framework/plugin-fault.ts';

/**
 * A plugin that never ends blocks its thread: only another one can see that. Each worker has a row in shared memory: the
 * number of its decision, and the plugin that it is in.
 */
const ROW = 2;
const DECISION = 0;
const PLUGIN = 1;
/** The first cell counts the rows that are taken. */
const HEAD = 1;
const NO_PLUGIN = 0;

export function decisionCells(workers: number): SharedArrayBuffer {
  return new SharedArrayBuffer((HEAD + workers * ROW) * Int32Array.BYTES_PER_ELEMENT);
}

/** In a worker. */
export class DecisionTeller implements PluginWatch {
  /** Where a run doesn't tell its decisions, each call of a plugin counts as one. */
  tellsEachCall = false;
  readonly #cells: Int32Array;
  readonly #row: number;
  readonly #numbers: ReadonlyMap<string, number>;

  constructor(cells: SharedArrayBuffer, plugins: readonly string[]) {
    this.#cells = new Int32Array(cells);
    this.#row = HEAD + Atomics.add(this.#cells, 0, 1) * ROW;
    this.#numbers = new Map(plugins.map((name, index) => [name, index + 1]));
  }

  decides(): void {
    Atomics.add(this.#cells, this.#row + DECISION, 1);
  }

  enter(plugin: string): void {
    if (this.tellsEachCall) this.decides();
    Atomics.store(this.#cells, this.#row + PLUGIN, this.#numbers.get(plugin) ?? NO_PLUGIN);
  }

  leave(): void {
    Atomics.store(this.#cells, this.#row + PLUGIN, NO_PLUGIN);
  }
}

interface SeenDecision {
  readonly decision: number;
  readonly since: number;
}

/** In the thread that started the workers: asked now and then, throws where a plugin takes too long. */
export class DecisionWatch {
  readonly #cells: Int32Array;
  readonly #budgetMs: number;
  readonly #seen: (SeenDecision | undefined)[] = [];

  constructor(cells: SharedArrayBuffer, budgetMs: number) {
    this.#cells = new Int32Array(cells);
    this.#budgetMs = budgetMs;
  }

  look(nowMs: number): void {
    for (let row = 0; HEAD + row * ROW < this.#cells.length; row += 1) {
      const decision = Atomics.load(this.#cells, HEAD + row * ROW + DECISION);
      const plugin = Atomics.load(this.#cells, HEAD + row * ROW + PLUGIN);
      const seen = this.#seen[row];
      if (seen?.decision !== decision) this.#seen[row] = { decision, since: nowMs };
      else if (plugin !== NO_PLUGIN && nowMs - seen.since > this.#budgetMs) this.#tell(plugin);
    }
  }

  #tell(number: number): never {
    const known = registeredPlugins()[number - 1];
    const seconds = this.#budgetMs / 1000;
    throw new PluginFault(
      known?.source ?? 'a module',
      known?.plugin.name ?? '',
      `takes more than ${seconds} s for one decision, or never ends: make it faster, or raise spec.decisionBudget`,
    );
  }
}
