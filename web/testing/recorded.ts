import { fileURLToPath } from 'node:url';
import { LogEncoder } from '../../core/log/encoder.ts';
import type { LogRecord, SampleRecord } from '../../core/log/record.ts';
import { formatProblems } from '../../files/problem.ts';
import { loadInput } from '../../files/scenario/load-scenario.ts';
import type { ReportExtras } from '../../sim/report/report-extras.ts';
import { runScenario } from '../../sim/run.ts';
import type { Scenario } from '../../sim/scenario/scenario.ts';
import { type RunModel, RunReader } from '../history/run-model.ts';

export interface Recorded {
  readonly scenario: Scenario;
  readonly records: readonly LogRecord[];
}

/** What happens in an example, by the name of its folder. */
export function recordExample(name: string): Recorded {
  const file = fileURLToPath(new URL(`../../examples/${name}/scenario.yaml`, import.meta.url));
  const loaded = loadInput([file]);
  if (!loaded.ok) throw new Error(formatProblems(loaded.problems));
  const records: LogRecord[] = [];
  runScenario(loaded.scenario, { sinks: [(record) => void records.push(record)] });
  return { scenario: loaded.scenario, records };
}

export const NO_EXTRAS: ReportExtras = {
  title: 'test',
  version: '0.0.0',
  sha256: '',
  figures: [],
  expectations: [],
};

/** The model of a page for these records: written as a log, and read as the page reads it. */
export function modelOf({ scenario, records }: Recorded, extras: ReportExtras = NO_EXTRAS): RunModel {
  const pieces: string[] = [];
  const header = {
    version: '0.0.0',
    start: scenario.startTime,
    scenario: scenario.name,
    seed: scenario.seed,
  };
  const encoder = new LogEncoder(header, { write: (text) => pieces.push(text) });
  for (const record of records) encoder.append(record);
  encoder.close();
  const reader = new RunReader();
  const lines = pieces.join('').split('\n');
  const rest = lines.pop() ?? '';
  for (const line of lines) reader.feed(line);
  return reader.finish(rest, extras);
}

/** Samples after a record, which the last record causes. */
export function withSamples(
  recorded: Recorded,
  samples: readonly { readonly t: number; readonly series: string; readonly value: number }[],
): Recorded {
  const last = recorded.records.at(-1) as LogRecord;
  const added = samples.map(({ t, series, value }, index): SampleRecord => {
    return { type: 'sample', rv: last.rv + 1 + index, t: last.t + t, cause: last.rv, series, value };
  });
  return { ...recorded, records: [...recorded.records, ...added] };
}
