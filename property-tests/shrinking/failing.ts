import type { Controller } from '../../controllers/controller.ts';
import type { Scenario } from '../../sim/scenario/scenario.ts';
import { type CaseOutcome, type Failure, runCase } from '../campaign/case.ts';
import type { Invariant } from '../invariants/invariant.ts';
import { mutantControllers } from '../mutants/list.ts';
import { type ShrinkOptions, type Shrunk, shrink } from './shrink.ts';

export interface FailingOptions extends ShrinkOptions {
  readonly invariants?: readonly Invariant[];
  /** Besides the mutants that the scenario names. */
  readonly controllers?: readonly Controller[];
}

/** A failure and the smallest scenario that shows it. */
export interface ShrunkFailure extends Shrunk {
  readonly failure: Failure;
  /** Actions that were refused even so: `wavetank run` would stop there. */
  readonly refusals: readonly string[];
}

function runWith(scenario: Scenario, { invariants, controllers = [] }: FailingOptions): CaseOutcome {
  const own = [...mutantControllers(scenario.cluster.kubernetes), ...controllers];
  return runCase(scenario, {
    ...(invariants === undefined ? {} : { invariants }),
    ...(own.length === 0 ? {} : { controllers: own }),
  });
}

/** Without the entries that came to nothing because their target was not there. */
function withoutRefused(scenario: Scenario, outcome: CaseOutcome): Scenario {
  const times = new Set(outcome.refusals.map(({ t }) => t - scenario.startTime));
  return { ...scenario, timeline: scenario.timeline.filter(({ at }) => !times.has(at)) };
}

/**
 * The smallest scenario in which the same thing fails, and in which nothing is refused, so that it runs by itself.
 * `undefined` where `name` does not fail to begin with.
 */
export function shrinkFailure(
  scenario: Scenario,
  name: string,
  options: FailingOptions = {},
): ShrunkFailure | undefined {
  const failureIn = (outcome: CaseOutcome): Failure | undefined =>
    outcome.failures.find((failure) => failure.name === name);
  const first = runWith(scenario, options);
  if (failureIn(first) === undefined) return undefined;
  const failsAtAll = (candidate: Scenario): boolean => failureIn(runWith(candidate, options)) !== undefined;
  const failsAlone = (candidate: Scenario): boolean => {
    const outcome = runWith(candidate, options);
    return outcome.refusals.length === 0 && failureIn(outcome) !== undefined;
  };
  let start = scenario;
  let attempts = 0;
  if (first.refusals.length > 0) {
    start = withoutRefused(scenario, first);
    if (!failsAlone(start)) {
      // The refused actions matter, if only by the numbers that they took: look among smaller ones for one without.
      const smaller = shrink(scenario, failsAtAll, options);
      attempts = smaller.attempts;
      start = smaller.scenario;
    }
  }
  const fails = failsAlone(start) ? failsAlone : failsAtAll;
  const shrunk = shrink(start, fails, options);
  const outcome = runWith(shrunk.scenario, options);
  const failure = failureIn(outcome);
  if (failure === undefined)
    throw new Error(`the shrunk scenario does not fail ${name} any more: runs differ`);
  return {
    ...shrunk,
    attempts: attempts + shrunk.attempts,
    failure,
    refusals: outcome.refusals.map(({ message }) => message),
  };
}
