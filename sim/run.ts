import type { Controller } from '../controllers/controller.ts';
import type { RecordSink, StimulusRecord } from '../core/log/record.ts';
import { type Micros, SECOND } from '../core/time.ts';
import { ExpectationChecker, type ExpectationResult } from './scenario/expectations.ts';
import type { Scenario } from './scenario/scenario.ts';
import { Simulation } from './simulation.ts';

/** A cluster counts as settled when nothing was written for this long, and the scenario has nothing left to do. */
export const SETTLED_AFTER: Micros = 30 * SECOND;
/** Progress is told, and settling looked for, in steps of this much virtual time. */
const STEP: Micros = 5 * SECOND;

export interface RunOptions {
  readonly sinks?: readonly RecordSink[];
  readonly controllers?: readonly Controller[];
  /** Take these instead of the scenario's own timeline: what a log recorded. */
  readonly stimuli?: readonly StimulusRecord[];
  /** Stop when the cluster has settled; the scenario's duration stays the limit. */
  readonly untilSettled?: boolean;
  /** End here instead of after the scenario's duration: where a recorded run ended. */
  readonly endAt?: Micros;
  /** Called once, before the first virtual moment passes: the state can be read from here on. */
  readonly onStart?: (simulation: Simulation) => void;
  /** Called now and then with the virtual time; `true` ends the run there. */
  readonly onProgress?: (now: Micros, simulation: Simulation) => boolean;
}

export interface RunOutcome {
  readonly simulation: Simulation;
  readonly expectations: readonly ExpectationResult[];
  /** When the cluster had come to rest; absent where it did not, or nobody asked. */
  readonly settledAt: Micros | undefined;
  /** Whether `onProgress` ended the run before its time. */
  readonly stopped: boolean;
}

function isSettled(simulation: Simulation): boolean {
  return simulation.isScenarioOver && simulation.now - simulation.quietSince >= SETTLED_AFTER;
}

/** A run that goes on piece by piece, for whoever has to do something else in between: listen to a signal, say. */
export class ScenarioRun {
  readonly simulation: Simulation;
  private readonly options: RunOptions;
  private readonly end: Micros;
  private readonly checker: ExpectationChecker;
  private stepEnd: Micros;
  private settledAt: Micros | undefined;
  private stopped = false;

  constructor(scenario: Scenario, options: RunOptions = {}) {
    this.options = options;
    this.end = options.endAt ?? scenario.startTime + scenario.duration;
    this.stepEnd = Math.min(this.end, scenario.startTime + STEP);
    const checker = new ExpectationChecker(scenario.expect, scenario.startTime);
    this.checker = checker;
    this.simulation = new Simulation(scenario, {
      sinks: options.sinks ?? [],
      observe: (record, view, now) => checker.observe(record, view, now),
      ...(options.controllers === undefined ? {} : { controllers: options.controllers }),
      ...(options.stimuli === undefined ? {} : { stimuli: options.stimuli }),
    });
    options.onStart?.(this.simulation);
    this.simulation.boot();
  }

  /** Go on by at most so many entries of the kernel; `false` when the run is over. What comes out is the same. */
  proceed(entriesMax: number = Number.POSITIVE_INFINITY): boolean {
    const { simulation, options } = this;
    if (this.isOver || !simulation.advance(this.stepEnd, entriesMax)) return !this.isOver;
    this.stopped = options.onProgress?.(simulation.now, simulation) === true;
    if (options.untilSettled === true && isSettled(simulation)) this.settledAt = simulation.quietSince;
    this.stepEnd = Math.min(this.end, simulation.now + STEP);
    return !this.isOver;
  }

  /** What the run came to; once, after it is over. */
  finish(): RunOutcome {
    const { simulation, settledAt, stopped } = this;
    simulation.end();
    const expectations = this.checker.finish(simulation.view, simulation.now);
    return { simulation, expectations, settledAt, stopped };
  }

  private get isOver(): boolean {
    return this.stopped || this.settledAt !== undefined || this.simulation.now >= this.end;
  }
}

/** Run a scenario to its end. The same scenario gives the same records, whatever the options that only look. */
export function runScenario(scenario: Scenario, options: RunOptions = {}): RunOutcome {
  const run = new ScenarioRun(scenario, options);
  while (run.proceed());
  return run.finish();
}
