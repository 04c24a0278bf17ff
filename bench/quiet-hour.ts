import { HOUR, MINUTE } from '../core/time.ts';
import { Simulation } from '../sim/simulation.ts';
import { type Benchmark, timed } from './benchmark.ts';
import { scaleScenario } from './scale-scenario.ts';

/** An hour in which nothing happens: heartbeats and probes that change nothing make no event. */
export const quietHourBenchmark: Benchmark = {
  name: 'quiet-hour-1000',
  about: 'a virtual hour of 1,000 nodes and 3,000 pods at rest',
  run: () => {
    const scenario = scaleScenario(1000, false, 3000);
    const simulation = new Simulation(scenario);
    simulation.boot();
    const settled = scenario.startTime + 10 * MINUTE;
    simulation.runUntil(settled);
    const before = simulation.journal.lastNumber;
    const seconds = timed(() => simulation.runUntil(settled + HOUR));
    const records = simulation.journal.lastNumber - before;
    return { name: 'quiet-hour-1000', value: seconds, unit: 's', note: `${records} records` };
  },
};
