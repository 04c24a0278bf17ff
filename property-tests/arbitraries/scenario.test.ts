import { expect, test } from 'vitest';
import { scenarioYaml } from '../../files/scenario/write-scenario.ts';
import { parseYaml } from '../../files/yaml/parse-yaml.ts';
import { readScenario } from '../../sim/scenario/resolve.ts';
import type { Scenario } from '../../sim/scenario/scenario.ts';
import { drawn } from './draw.ts';
import { scenario, scenarioOn } from './scenario.ts';

function withoutSources(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, field) => (key === 'source' ? undefined : field)));
}

function read(yaml: string): Scenario {
  const { documents, problems } = parseYaml(yaml, 'case.yaml');
  expect(problems).toEqual([]);
  const result = readScenario(documents[0]?.value);
  if (!result.ok) throw new Error(`${JSON.stringify(result.problems)}\n${yaml}`);
  return result.scenario;
}

test('a case is its seed, and a file: read again, it is the same scenario', () => {
  for (let seed = 0; seed < 100; seed += 1) {
    const made = drawn(scenario, seed);
    expect(drawn(scenario, seed)).toEqual(made);
    expect(withoutSources(read(scenarioYaml(made, 'A case.')))).toEqual(withoutSources(made));
  }
});

test('cases differ, and stay within their bounds', () => {
  const cases = Array.from({ length: 50 }, (_, seed) => drawn(scenario, seed));
  expect(new Set(cases.map((made) => JSON.stringify(made))).size).toBe(50);
  expect(
    new Set(cases.flatMap(({ timeline }) => timeline.map(({ action }) => action.op))).size,
  ).toBeGreaterThan(7);
  for (const { timeline } of cases) {
    expect(timeline.length).toBeLessThanOrEqual(8);
    expect(timeline.map(({ at }) => at)).toEqual(timeline.map(({ at }) => at).toSorted((a, b) => a - b));
  }
});

test('a scenario of a user keeps all but its timeline and seed', () => {
  const base = drawn(scenario, 7);
  const cases = [1, 2, 3, 4].map((seed) => drawn(scenarioOn({ ...base, name: 'mine' }), seed));
  for (const made of cases) {
    expect({ ...made, seed: 0, timeline: [] }).toEqual({ ...base, name: 'mine', seed: 0, timeline: [] });
  }
  expect(cases.flatMap(({ timeline }) => timeline).length).toBeGreaterThan(0);
});
