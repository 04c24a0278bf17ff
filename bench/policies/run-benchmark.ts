import { setTimeout } from 'node:timers/promises';
import Tinypool from 'tinypool';
import {
  type BenchmarkUnit,
  type PolicyBenchmark,
  runUnit,
  type UnitOutcome,
  unitsOf,
} from '../../sim/policies/benchmark.ts';
import { DecisionWatch, decisionCells } from './decision-watch.ts';

export interface RunBenchmarkOptions {
  /** Threads; 0 runs everything in this one. */
  readonly workers: number;
  /** Files of plugins that each thread loads. */
  readonly modules?: readonly string[];
  /** Called with each result. */
  readonly onResult: (unit: BenchmarkUnit, outcome: UnitOutcome, total: number) => void;
  /** Called now and then; ends the run by throwing. */
  readonly look: () => Promise<void>;
}

/** What a worker is started with. */
export interface WorkerData {
  readonly benchmark: PolicyBenchmark;
  readonly modules: readonly string[];
  readonly decisions: SharedArrayBuffer;
}

const LOOK_MS = 100;
const MICROS_PER_MS = 1000;

/** Runs every unit. Results come in any order; what is made of them does not depend on it. */
export async function runBenchmark(benchmark: PolicyBenchmark, options: RunBenchmarkOptions): Promise<void> {
  const units = unitsOf(benchmark);
  const { workers, onResult, look } = options;
  if (workers === 0) {
    for (const unit of units) {
      onResult(unit, runUnit(benchmark, unit), units.length);
      await look();
    }
    return;
  }
  const threads = Math.min(workers, units.length);
  const decisions = decisionCells(threads);
  const workerData: WorkerData = { benchmark, modules: options.modules ?? [], decisions };
  const watch = new DecisionWatch(decisions, benchmark.decisionBudget / MICROS_PER_MS);
  const pool = new Tinypool({
    filename: new URL('./worker.js', import.meta.url).href,
    runtime: 'worker_threads',
    minThreads: threads,
    maxThreads: threads,
    workerData,
  });
  try {
    await inPool(pool, units, {
      ...options,
      look: async () => {
        watch.look(performance.now());
        await look();
      },
    });
  } finally {
    await pool.destroy();
  }
}

async function inPool(
  pool: Tinypool,
  units: readonly BenchmarkUnit[],
  { onResult, look }: RunBenchmarkOptions,
): Promise<void> {
  let isOver = false;
  const all = Promise.all(
    units.map(async (unit) => {
      const outcome = (await pool.run(unit)) as UnitOutcome;
      if (!isOver) onResult(unit, outcome, units.length);
    }),
  );
  // A failure is thrown by the race below; after an interruption nobody waits any more.
  all.catch(() => undefined);
  const done = all.then(() => true);
  done.catch(() => undefined);
  try {
    while (!(await Promise.race([done, setTimeout(LOOK_MS, false)]))) await look();
  } finally {
    isOver = true;
  }
}
