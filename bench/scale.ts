import { POD } from '../core/kinds/registry.ts';
import type { RecordSink } from '../core/log/record.ts';
import type { Pod } from '../core/schema/types.generated.ts';
import { SECOND } from '../core/time.ts';
import { Simulation } from '../sim/simulation.ts';
import { type Benchmark, type Measurement, timed } from './benchmark.ts';
import { measuringLogSink } from './log-sink.ts';
import { scaleScenario } from './scale-scenario.ts';

/** Virtual time is given in steps, so that the run stops soon after the last pod is Running. */
const STEP = SECOND;
/** A run that needs more virtual time than this has gone wrong. */
const LIMIT = 3600 * SECOND;

export interface ScaleResult {
  readonly seconds: number;
  readonly pods: number;
  readonly records: number;
  readonly virtualSeconds: number;
}

/** Counts Running pods as their events pass, so that looking costs nothing. */
function runningCounter(): { readonly sink: RecordSink; count(): number } {
  let running = 0;
  return {
    sink: (record) => {
      if (record.type !== 'event' || record.kind !== POD) return;
      const before = (record.previous as Pod | undefined)?.status.phase === 'Running';
      const after = (record.next as Pod | undefined)?.status.phase === 'Running';
      if (after && !before) running += 1;
      if (before && !after) running -= 1;
    },
    count: () => running,
  };
}

/** From nothing to every pod Running. */
function runScale(nodes: number, events: boolean, sink?: RecordSink): ScaleResult {
  const pods = nodes * 30;
  const scenario = scaleScenario(nodes, events);
  const start = scenario.startTime;
  let records = 0;
  let virtualSeconds = 0;
  const seconds = timed(() => {
    const running = runningCounter();
    const sinks = sink === undefined ? [running.sink] : [running.sink, sink];
    const simulation = new Simulation(scenario, { sinks });
    simulation.boot();
    let until = start;
    while (running.count() < pods) {
      if (until - start > LIMIT) {
        throw new Error(`after ${LIMIT / SECOND} virtual seconds not every pod of ${pods} was Running`);
      }
      until += STEP;
      simulation.runUntil(until);
    }
    records = simulation.journal.lastNumber;
    virtualSeconds = (simulation.now - start) / SECOND;
  });
  return { seconds, pods, records, virtualSeconds };
}

function peakMebibytes(): number {
  // `maxRSS` is in kibibytes.
  return process.resourceUsage().maxRSS / 1024;
}

function note({ pods, records, virtualSeconds, seconds }: ScaleResult): string {
  const rate = Math.round(records / seconds).toLocaleString('en');
  return `${pods} pods Running after ${virtualSeconds} virtual seconds, ${records} records, ${rate} records/s`;
}

const GROWTH = [1, 2, 4, 8];

/** The same at an eighth, a quarter, a half of the size, and what eight times the work costs. */
const scale1000: Benchmark = {
  name: 'scale-1000',
  about: '1,000 nodes and 30,000 pods from nothing to Running, no Event objects; and its growth',
  run: ({ say }) => {
    const results = GROWTH.map((factor) => {
      const result = runScale(125 * factor, false);
      say(`  ${factor}×: ${result.seconds.toFixed(2)} s, ${note(result)}`);
      return result;
    });
    const first = results[0] as ScaleResult;
    const last = results[results.length - 1] as ScaleResult;
    const growth = results.map((result) => (result.seconds / first.seconds).toFixed(1)).join(' : ');
    return { name: 'scale-1000', value: last.seconds, unit: 's', note: `${note(last)}; growth ${growth}` };
  },
};

const scale5000: Benchmark = {
  name: 'scale-5000',
  about: '5,000 nodes and 150,000 pods from nothing to Running, no Event objects',
  run: (): readonly Measurement[] => {
    const result = runScale(5000, false);
    return [
      { name: 'scale-5000', value: result.seconds, unit: 's', note: note(result) },
      { name: 'memory-5000', value: peakMebibytes(), unit: 'MiB', note: 'peak of the process' },
    ];
  },
};

const scale5000Full: Benchmark = {
  name: 'scale-5000-full',
  about: 'the same with Event objects, and the log written',
  run: (): readonly Measurement[] => {
    const log = measuringLogSink();
    const result = runScale(5000, true, log.sink);
    const megabytes = (log.finish() / 1e6).toFixed(0);
    return [
      {
        name: 'scale-5000-full',
        value: result.seconds,
        unit: 's',
        note: `${note(result)}, a log of ${megabytes} MB`,
      },
      { name: 'memory-5000-full', value: peakMebibytes(), unit: 'MiB', note: 'peak of the process' },
    ];
  },
};

export const scaleBenchmarks: readonly Benchmark[] = [scale1000, scale5000, scale5000Full];
