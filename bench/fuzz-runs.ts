import { runBatch } from '../property-tests/campaign/work.ts';
import { type Benchmark, timed } from './benchmark.ts';

const WARM_UP = 300;
const RUNS = 300;
const REPEATS = 3;

const setup = { seed: 1, mutants: [], controllers: [] };

/** Small cases of `wavetank fuzz`, generated, run and checked against every invariant, on one core. */
export const fuzzRunsBenchmark: Benchmark = {
  name: 'fuzz-runs',
  about:
    'generated cases a second and core: 3 nodes, 2 workloads, until they are at rest, every invariant checked',
  run: ({ bareLoop }) => {
    runBatch(setup, [], 0, WARM_UP);
    let best = 0;
    let records = 0;
    for (let i = 0; i < REPEATS; i += 1) {
      const seconds = timed(() => {
        ({ records } = runBatch(setup, [], WARM_UP, RUNS));
      });
      best = Math.max(best, RUNS / seconds);
    }
    return {
      name: 'fuzz-runs',
      value: best,
      unit: 'runs/s',
      ratioToBareLoop: (best * records) / RUNS / bareLoop(),
      note: `${Math.round(records / RUNS)} records a run; the ratio is that of records`,
    };
  },
};
