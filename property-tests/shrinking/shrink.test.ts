import { expect, test } from 'vitest';
import { drawn } from '../arbitraries/draw.ts';
import { scenario as anyScenario } from '../arbitraries/scenario.ts';
import { runCase } from '../campaign/case.ts';
import { scenarioOf } from '../campaign/work.ts';
import { mutantControllers } from '../mutants/list.ts';
import { shrinkFailure } from './failing.ts';
import { shrink } from './shrink.ts';

const setup = { seed: 1, mutants: ['terminating-endpoint-ready'], controllers: [] };
const NAME = 'terminating-endpoint';

function failing() {
  for (let index = 0; ; index += 1) {
    const scenario = scenarioOf(setup, index);
    const controllers = mutantControllers(scenario.cluster.kubernetes);
    if (runCase(scenario, { controllers }).failures.some(({ name }) => name === NAME)) return scenario;
  }
}

/** A case in which much is done. */
function eventful() {
  for (let seed = 1; ; seed += 1) {
    const scenario = drawn(anyScenario, seed);
    if (scenario.timeline.length > 5) return scenario;
  }
}

test('a shrunk scenario fails by itself, and nothing simpler does', () => {
  const scenario = failing();
  const first = shrinkFailure(scenario, NAME);
  expect(first?.complete).toBe(true);
  const small = first!.scenario;
  const { failures, refusals } = runCase(small, {
    controllers: mutantControllers(small.cluster.kubernetes),
  });
  expect(failures.map(({ name }) => name)).toContain(NAME);
  expect(refusals).toEqual([]);
  expect(JSON.stringify(small).length).toBeLessThan(JSON.stringify(scenario).length);
  // Once more, nothing is left to shrink; and the same comes out of the same.
  expect(shrinkFailure(small, NAME)?.scenario).toEqual(small);
  expect(shrinkFailure(scenario, NAME)).toEqual(first);
}, 60_000);

test('it stops where it is told to, with the smallest by then', () => {
  const scenario = eventful();
  const stopped = shrink(scenario, ({ timeline }) => timeline.length > 2, { attemptsMax: 3 });
  expect([stopped.attempts, stopped.complete]).toEqual([3, false]);
  const whole = shrink(scenario, ({ timeline }) => timeline.length > 2);
  expect([whole.scenario.timeline.length, whole.complete]).toEqual([3, true]);
});

test('what does not fail is not shrunk', () => {
  expect(shrinkFailure(drawn(anyScenario, 1), NAME)).toBeUndefined();
});

test('an expectation of a user shrinks like an invariant', () => {
  const scenario = {
    ...eventful(),
    expect: [{ type: 'always' as const, name: 'small', expression: 'count(pods) < 2' }],
  };
  const shrunk = shrinkFailure(scenario, 'small');
  expect(shrunk?.scenario.timeline).toEqual([]);
  expect(shrunk?.scenario.manifests.length).toBe(1);
}, 60_000);
