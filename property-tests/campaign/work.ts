import type { Controller } from '../../controllers/controller.ts';
import { kindByWord } from '../../sim/scenario/resource-name.ts';
import type { Scenario } from '../../sim/scenario/scenario.ts';
import { RecordIndex } from '../../sim/why/record-source.ts';
import { type WhyAnswer, why } from '../../sim/why/why.ts';
import type { Invariant } from '../invariants/invariant.ts';
import { INVARIANTS } from '../invariants/list.ts';
import { mutantControllers } from '../mutants/list.ts';
import { shrinkFailure } from '../shrinking/failing.ts';
import { type CaseOutcome, type Failure, runCase } from './case.ts';
import { type CaseSource, caseOf, seedAt } from './generate.ts';
import type { BatchResult, FailedCase, ShrinkResult, WorkSetup } from './protocol.ts';
import { SITUATIONS, SituationFinder } from './situations.ts';

/** A run that throws is a failure as well: of this program. */
export const CRASH = 'crash';

function invariantsOf({ invariants }: WorkSetup): readonly Invariant[] {
  return invariants === undefined ? INVARIANTS : INVARIANTS.filter(({ name }) => invariants.includes(name));
}

function sourceOf({ base, mutants }: WorkSetup): CaseSource {
  return base === undefined ? { mutants } : { base, mutants };
}

const sources = new WeakMap<WorkSetup, CaseSource>();

function crashOf(error: unknown): Failure {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { name: CRASH, message: `the simulation failed by its own fault: ${text}`, rv: 0, t: 0 };
}

/** The case of a seed. */
export function scenarioOf(setup: WorkSetup, index: number): Scenario {
  let source = sources.get(setup);
  if (source === undefined) {
    source = sourceOf(setup);
    sources.set(setup, source);
  }
  return caseOf(source, seedAt(setup.seed, index));
}

/** The cases number `from` to `from + count` of a campaign, one after the other. */
export function runBatch(
  setup: WorkSetup,
  own: readonly Controller[],
  from: number,
  count: number,
): BatchResult {
  const invariants = invariantsOf(setup);
  const situations = SITUATIONS.map(() => 0);
  const failed: FailedCase[] = [];
  let records = 0;
  let virtual = 0;
  for (let index = from; index < from + count; index += 1) {
    const scenario = scenarioOf(setup, index);
    const controllers = [...mutantControllers(scenario.cluster.kubernetes), ...own];
    const finder = new SituationFinder();
    let outcome: CaseOutcome | undefined;
    let failures: readonly Failure[];
    try {
      outcome = runCase(scenario, { invariants, controllers, finder });
      failures = outcome.failures;
    } catch (error) {
      failures = [crashOf(error)];
    }
    records += outcome?.records ?? 0;
    virtual += outcome?.virtual ?? 0;
    for (const [place, found] of finder.found.entries())
      if (found) situations[place] = (situations[place] ?? 0) + 1;
    if (failures.length > 0) failed.push({ seed: seedAt(setup.seed, index), failures });
  }
  return { runs: count, records, virtual, situations, failed };
}

/** The chain of causes behind a failure, by running its scenario once more. */
function whyOf(
  scenario: Scenario,
  failure: Failure,
  invariants: readonly Invariant[],
  own: readonly Controller[],
): WhyAnswer | undefined {
  const { object, namespace } = failure;
  const [word = '', name = ''] = (object ?? '').split('/');
  const kind = kindByWord(word);
  if (kind === undefined) return undefined;
  const index = new RecordIndex();
  const controllers = [...mutantControllers(scenario.cluster.kubernetes), ...own];
  runCase(scenario, { invariants, controllers, sinks: [(record) => index.add(record)] });
  return why(index, { kind, name, ...(namespace === undefined ? {} : { namespace }) }, failure.t);
}

/** The smallest scenario that fails as this one does. */
export function shrinkCase(
  setup: WorkSetup,
  own: readonly Controller[],
  scenario: Scenario,
  name: string,
  attemptsMax: number | undefined,
): ShrinkResult | undefined {
  const invariants = invariantsOf(setup);
  const shrunk = shrinkFailure(scenario, name, {
    invariants,
    controllers: own,
    ...(attemptsMax === undefined ? {} : { attemptsMax }),
  });
  if (shrunk === undefined) return undefined;
  const chain = whyOf(shrunk.scenario, shrunk.failure, invariants, own);
  const { failure, attempts, complete, refusals } = shrunk;
  return {
    scenario: shrunk.scenario,
    failure,
    attempts,
    complete,
    refusals,
    ...(chain === undefined ? {} : { why: chain }),
  };
}
