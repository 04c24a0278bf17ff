import { apiBenchmarks } from './api-benchmarks.ts';
import { bareLoopRate } from './bare-loop.ts';
import type { Benchmark } from './benchmark.ts';
import { fuzzRunsBenchmark } from './fuzz-runs.ts';
import { httpBenchmarks } from './http/benchmarks.ts';
import { kernelBenchmark } from './kernel.ts';
import { quietHourBenchmark } from './quiet-hour.ts';
import { scaleBenchmarks } from './scale.ts';
import { schedulerBenchmarks } from './scheduler.ts';

const bareLoop: Benchmark = {
  name: 'bare-loop',
  about: 'the yardstick: heap-js pop and push, and a Map.set',
  run: () => ({ name: 'bare-loop', value: bareLoopRate(), unit: 'events/s', ratioToBareLoop: 1 }),
};

/** Every benchmark, in the order in which they are run and printed. */
export const BENCHMARKS: readonly Benchmark[] = [
  bareLoop,
  kernelBenchmark,
  ...apiBenchmarks,
  ...scaleBenchmarks,
  quietHourBenchmark,
  fuzzRunsBenchmark,
  ...schedulerBenchmarks,
  ...httpBenchmarks,
];
