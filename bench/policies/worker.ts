import Tinypool from 'tinypool';
import {
  type BenchmarkUnit,
  type PolicyBenchmark,
  runUnit,
  type UnitOutcome,
} from '../../sim/policies/benchmark.ts';

/** Runs units of the benchmark that its pool was made for. */
export default function run(unit: BenchmarkUnit): UnitOutcome {
  // What `runBenchmark` gave to the pool.
  return runUnit(Tinypool.workerData as PolicyBenchmark, unit);
}
