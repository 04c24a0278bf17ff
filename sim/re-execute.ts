import type { LogRecord, RecordSink, StimulusRecord } from '../core/log/record.ts';
import type { Micros } from '../core/time.ts';
import { type RunOptions, type RunOutcome, ScenarioRun } from './run.ts';
import type { Scenario } from './scenario/scenario.ts';

/** What a log says about its run: enough to run it again. */
export interface Recording {
  readonly scenario: Scenario;
  /** Everything that was done from outside, in order; the first is the scenario itself. */
  readonly stimuli: readonly StimulusRecord[];
  /** Where the run ended. */
  readonly endAt: Micros;
}

/** Gathers a recording from a log's records. */
export function recordingCollector(): { readonly sink: RecordSink; finish(): Recording | string } {
  const stimuli: StimulusRecord[] = [];
  let last: LogRecord | undefined;
  return {
    sink: (record) => {
      last = record;
      if (record.type === 'stimulus') stimuli.push(record);
    },
    finish: () => {
      const [first] = stimuli;
      if (first === undefined || first.action.op !== 'scenario' || last === undefined) {
        return 'the log does not begin with its scenario, so it cannot be run again';
      }
      // This program wrote the stimulus, and the chain of hashes vouches for it.
      const scenario = first.action.scenario as Scenario;
      return { scenario, stimuli, endAt: last.t };
    },
  };
}

type ReExecutionOptions = Omit<RunOptions, 'stimuli' | 'endAt'>;

/** A recording that runs again piece by piece: only its stimuli are taken from the log, all else must come out the same. */
export function reExecution(recording: Recording, options: ReExecutionOptions = {}): ScenarioRun {
  const { scenario, stimuli, endAt } = recording;
  return new ScenarioRun(scenario, { ...options, stimuli, endAt });
}

/** Run a recording again, to its end. */
export function reExecute(recording: Recording, options: ReExecutionOptions = {}): RunOutcome {
  const run = reExecution(recording, options);
  while (run.proceed());
  return run.finish();
}
