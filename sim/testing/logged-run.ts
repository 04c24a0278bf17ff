import { LogEncoder } from '../../core/log/encoder.ts';
import { type LogHeader, snapshotOf } from '../../core/log/format.ts';
import type { RecordSink } from '../../core/log/record.ts';
import type { View } from '../../core/store/view.ts';
import { type Recording, recordingCollector, reExecute } from '../re-execute.ts';
import { type RunOptions, type RunOutcome, runScenario } from '../run.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Simulation } from '../simulation.ts';

/** A run whose log was written to memory. */
export interface LoggedRun {
  readonly outcome: RunOutcome;
  readonly sha256: string;
  /** The whole log. */
  readonly text: string;
  /** What a re-execution takes from it. */
  readonly recording: Recording;
}

type Runner = (sinks: readonly RecordSink[], onStart: (simulation: Simulation) => void) => RunOutcome;

function logged(scenario: Scenario, run: Runner): LoggedRun {
  const header: LogHeader = {
    version: 'test',
    start: scenario.startTime,
    scenario: scenario.name,
    seed: scenario.seed,
  };
  const pieces: string[] = [];
  let view: View | undefined;
  const encoder = new LogEncoder(header, {
    write: (text) => pieces.push(text),
    snapshot: () => {
      if (view === undefined) throw new Error('the log asked for the state before there was one');
      return snapshotOf(view);
    },
  });
  const collector = recordingCollector();
  const outcome = run([(record) => encoder.append(record), collector.sink], (simulation) => {
    view = simulation.view;
  });
  const { sha256 } = encoder.close();
  const recording = collector.finish();
  if (typeof recording === 'string') throw new Error(recording);
  return { outcome, sha256, text: pieces.join(''), recording };
}

/** Runs a scenario and keeps its log. */
export function loggedRun(scenario: Scenario, options: RunOptions = {}): LoggedRun {
  return logged(scenario, (sinks, onStart) =>
    runScenario(scenario, {
      ...options,
      sinks: [...sinks, ...(options.sinks ?? [])],
      onStart: (simulation) => {
        onStart(simulation);
        options.onStart?.(simulation);
      },
    }),
  );
}

/** Runs again from the stimuli of a log alone; the log of that. */
export function reExecuted(run: LoggedRun): LoggedRun {
  return logged(run.recording.scenario, (sinks, onStart) => reExecute(run.recording, { sinks, onStart }));
}
