import type { Controller } from '../../controllers/controller.ts';
import type { RecordSink } from '../../core/log/record.ts';
import type { Micros } from '../../core/time.ts';
import { ScenarioRun, SETTLED_AFTER } from '../../sim/run.ts';
import type { Scenario } from '../../sim/scenario/scenario.ts';
import type { Refusal, Simulation } from '../../sim/simulation.ts';
import { InvariantChecker } from '../invariants/checker.ts';
import type { Invariant } from '../invariants/invariant.ts';
import { INVARIANTS } from '../invariants/list.ts';
import type { SituationFinder } from './situations.ts';

/** What failed in a run: an invariant, or an expectation of the scenario. */
export interface Failure {
  /** Of the invariant or the expectation. */
  readonly name: string;
  readonly message: string;
  readonly rv: number;
  readonly t: Micros;
  /** `deployment/web`; absent for an expectation. */
  readonly object?: string;
  readonly namespace?: string;
}

export interface CaseOptions {
  readonly invariants?: readonly Invariant[];
  /** Replacements and additions to the controllers of kube-controller-manager. */
  readonly controllers?: readonly Controller[];
  readonly sinks?: readonly RecordSink[];
  /** Looks at the run for what should happen in some. */
  readonly finder?: SituationFinder;
}

export interface CaseOutcome {
  readonly failures: readonly Failure[];
  readonly refusals: readonly Refusal[];
  readonly records: number;
  readonly virtual: Micros;
  readonly simulation: Simulation;
}

/**
 * Runs a scenario under the invariants: first what disturbs it, then quiet, until the cluster is at rest or its time
 * is up. It ends early where nothing more can come: at rest, or when an invariant is broken.
 */
export function runCase(scenario: Scenario, options: CaseOptions = {}): CaseOutcome {
  const checker = new InvariantChecker(options.invariants ?? INVARIANTS);
  // An expectation has a time of its own.
  const endsEarly = scenario.expect.length === 0;
  const run = new ScenarioRun(scenario, {
    ...(options.controllers === undefined ? {} : { controllers: options.controllers }),
    ...(options.sinks === undefined ? {} : { sinks: options.sinks }),
    onStart: (simulation) => {
      const { journal, server, view } = simulation;
      journal.subscribe((record) => checker.observe(record, view));
      const { finder } = options;
      if (finder === undefined) return;
      journal.subscribe((record) => finder.observe(record, view));
      // Refusals are no records: the answers themselves are listened to.
      const execute = server.execute.bind(server);
      server.execute = (command, context) => {
        const result = execute(command, context);
        if (!result.ok) finder.answered({ command, actor: context.actor, result });
        return result;
      };
    },
    onProgress: (now, simulation) => {
      if (!endsEarly) return false;
      if (checker.violations.length > 0) return true;
      const isQuiet = simulation.isScenarioOver && now - simulation.quietSince >= SETTLED_AFTER;
      return isQuiet && checker.unrest(simulation.view, now).length === 0;
    },
  });
  while (run.proceed());
  const { simulation, expectations } = run.finish();
  const violations = checker.finish(simulation.view, simulation.now);
  const unmet = expectations
    .filter(({ ok }) => !ok)
    .map(
      ({ name, message, rv, failedAt }): Failure => ({
        name,
        message,
        rv: rv ?? simulation.journal.lastNumber,
        t: failedAt ?? simulation.now,
      }),
    );
  return {
    failures: [...violations, ...unmet],
    refusals: simulation.refusals,
    records: simulation.journal.lastNumber,
    virtual: simulation.now - scenario.startTime,
    simulation,
  };
}
