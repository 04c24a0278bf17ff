import type { Controller } from '../../controllers/controller.ts';
import type { LogRecord, RecordSink } from '../../core/log/record.ts';
import type { Micros } from '../../core/time.ts';
import { MeasureCollector } from '../measures/collector.ts';
import type { Measures } from '../measures/measure.ts';
import { type Recording, reExecution } from '../re-execute.ts';
import type { RunOutcome, ScenarioRun } from '../run.ts';
import type { ExpectationResult } from '../scenario/expectations.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Refusal, Simulation } from '../simulation.ts';
import { type Moment, Story } from '../story/story.ts';

/** What is compared of a run. */
export interface Observation {
  readonly start: Micros;
  readonly endedAt: Micros;
  /** Empty where only the measures were asked for. */
  readonly records: readonly LogRecord[];
  readonly moments: readonly Moment[];
  readonly measures: Measures;
  readonly expectations: readonly ExpectationResult[];
  readonly refusals: readonly Refusal[];
}

export interface ObserveOptions {
  readonly sinks?: readonly RecordSink[];
  readonly onStart?: (simulation: Simulation) => void;
  readonly onProgress?: (now: Micros) => void;
  /** Its numbers alone: of many seeds nobody reads the histories. */
  readonly measuresOnly?: boolean;
  readonly controllers?: readonly Controller[];
}

/** A recording that runs again and is watched, piece by piece. */
export class ObservedRun {
  readonly run: ScenarioRun;
  private readonly start: Micros;
  private readonly records: LogRecord[] = [];
  private readonly story = new Story();
  private readonly measures: MeasureCollector;

  constructor(recording: Recording, options: ObserveOptions = {}) {
    this.start = recording.scenario.startTime;
    this.measures = new MeasureCollector(recording.scenario);
    const history: RecordSink = (record) => {
      this.records.push(record);
      this.story.observe(record);
    };
    this.run = reExecution(recording, {
      sinks: [
        this.measures.sink,
        ...(options.measuresOnly === true ? [] : [history]),
        ...(options.sinks ?? []),
      ],
      ...(options.onStart === undefined ? {} : { onStart: options.onStart }),
      ...(options.controllers === undefined ? {} : { controllers: options.controllers }),
      onProgress: (now) => {
        options.onProgress?.(now);
        return false;
      },
    });
  }

  /** What it came to; `outcome` is what the run gave at its end. */
  observation({ simulation, expectations }: RunOutcome): Observation {
    return {
      start: this.start,
      endedAt: simulation.now,
      records: this.records,
      moments: this.story.moments().moments,
      measures: this.measures.measures(simulation.now),
      expectations,
      refusals: simulation.refusals,
    };
  }
}

/** What a log tells of its run, without running it again. Nothing where it does not begin with its scenario. */
export function observationOf(records: readonly LogRecord[], endedAt: Micros): Observation | undefined {
  const [first] = records;
  if (first?.type !== 'stimulus' || first.action.op !== 'scenario') return undefined;
  // This program wrote the stimulus, and the chain of hashes vouches for it.
  const scenario = first.action.scenario as Scenario;
  const measures = new MeasureCollector(scenario);
  const story = new Story();
  for (const record of records) {
    measures.sink(record);
    story.observe(record);
  }
  return {
    start: scenario.startTime,
    endedAt,
    records,
    moments: story.moments().moments,
    measures: measures.measures(endedAt),
    expectations: [],
    refusals: [],
  };
}

/** The same recording with another seed: every draw is another one. */
export function withSeed(recording: Recording, seed: number): Recording {
  const scenario = { ...recording.scenario, seed };
  const [first, ...rest] = recording.stimuli;
  if (first === undefined) throw new Error('a recording begins with its scenario');
  return { ...recording, scenario, stimuli: [{ ...first, action: { op: 'scenario', scenario } }, ...rest] };
}
