import Tinypool from 'tinypool';
import { registeredPlugins } from '../../controllers/scheduling/configuration/registered-plugins.ts';
import { loadPlugins, watchPlugins } from '../../files/plugins/load-plugins.ts';
import { type BenchmarkUnit, runUnit, type UnitOutcome } from '../../sim/policies/benchmark.ts';
import { DecisionTeller } from './decision-watch.ts';
import type { WorkerData } from './run-benchmark.ts';

// What `runBenchmark` gave to the pool.
const { benchmark, modules, decisions } = Tinypool.workerData as WorkerData;
for (const file of modules) {
  const problem = loadPlugins(file);
  // They were loaded before, in the first thread.
  if (problem !== undefined) throw new Error(`${file}: ${problem}`);
}
const teller = new DecisionTeller(
  decisions,
  registeredPlugins().map(({ plugin }) => plugin.name),
);
watchPlugins(teller);

/** Runs units of the benchmark that its pool was made for. */
export default function run(unit: BenchmarkUnit): UnitOutcome {
  teller.tellsEachCall = benchmark.workloads[unit.workload]?.kind === 'scenario';
  return runUnit(benchmark, unit, () => teller.decides());
}
