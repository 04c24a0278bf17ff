import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MINUTE } from '../../core/time.ts';
import { formatProblem, formatProblems } from '../problem.ts';
import { loadInput, loadScenario } from './load-scenario.ts';
import type { Overrides } from './overrides.ts';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'wavetank-scenario-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, text: string): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

function load(paths: readonly string[], overrides: Overrides = {}) {
  const loaded = loadInput(paths, overrides);
  if (!loaded.ok) throw new Error(formatProblems(loaded.problems));
  return loaded.scenario;
}

/** What is wrong, a line each, without the test's own folder. */
function problems(paths: readonly string[], overrides: Overrides = {}): readonly string[] {
  const loaded = loadInput(paths, overrides);
  return loaded.ok
    ? []
    : loaded.problems.map((problem) => formatProblem(problem).replaceAll(`${folder}/`, ''));
}

const HEAD = 'apiVersion: wavetank.dev/v1alpha1\nkind: Scenario\nmetadata: { name: shop }\nspec:\n';
const WEB = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec: { replicas: 2 }\n';

describe('a scenario', () => {
  test('takes its manifests from beside it, and is whole without them', () => {
    write('whole/shop/web.yaml', WEB);
    write('whole/v2.yaml', `# the next version\n${WEB}`);
    const file = write(
      'whole/shop.yaml',
      `${HEAD}  manifests: [./shop/]\n  timeline:\n    - { at: 5m, apply: v2.yaml }\n    - { at: 1m, cordon: node-1 }\n`,
    );
    const scenario = load([file]);
    expect(scenario.manifests.map(({ source }) => source)).toEqual(['shop/web.yaml:1']);
    expect(scenario.timeline.map(({ source, at }) => [source, at])).toEqual([
      ['shop.yaml:8', MINUTE],
      ['shop.yaml:7', 5 * MINUTE],
    ]);
    expect(JSON.stringify(scenario)).not.toContain(folder);
    expect(JSON.parse(JSON.stringify(scenario))).toEqual(scenario);
  });

  test('is made of plain manifests', () => {
    write('plain/My Shop/web.yaml', WEB);
    const scenario = load([path.join(folder, 'plain/My Shop')], { seed: '9', for: '30m', nodes: '5' });
    expect(scenario).toMatchObject({
      name: 'my-shop',
      seed: 9,
      duration: 30 * MINUTE,
      cluster: { nodeGroups: [{ name: 'node', count: 5, min: 5, max: 5 }] },
      manifests: [{ source: 'My Shop/web.yaml:1' }],
    });
  });
});

describe('the command line', () => {
  const groups = (count: number): string =>
    `${HEAD}  cluster:\n    nodeGroups:\n${Array.from({ length: count }, (_, index) => `      - { name: g${index}, count: 3, max: 4, zones: [a] }\n`).join('')}`;

  test('changes the number of nodes, and bounds that would forbid it', () => {
    const file = write('one.yaml', groups(1));
    expect(load([file], { nodes: 7 }).cluster.nodeGroups[0]).toMatchObject({
      count: 7,
      min: 7,
      max: 7,
      zones: ['a'],
    });
    expect(problems([write('two.yaml', groups(2))], { nodes: 7 })).toEqual([
      '--nodes 7: the scenario has 2 node groups: say which one with --set spec.cluster.nodeGroups[0].count=7',
    ]);
  });

  test('sets any value, last of all', () => {
    const file = write('set.yaml', groups(1));
    const set = [
      'spec.cluster.nodeGroups[0].machine.cpu=2',
      'spec.cluster.nodeGroups.0.labels={ pool: big }',
      'spec.cluster.kubernetes.kubeControllerManager.node-monitor-grace-period=10s',
      'spec.expect[0]={ always: nodes() > 0 }',
      'spec.seed=5',
    ];
    const scenario = load([file], { seed: 4, set });
    expect(scenario.seed).toBe(5);
    expect(scenario.cluster.nodeGroups[0]).toMatchObject({ machine: { cpu: '2' }, labels: { pool: 'big' } });
    expect(scenario.cluster.kubernetes.kubeControllerManager['node-monitor-grace-period']).toBe(10_000_000);
    expect(scenario.expect).toHaveLength(1);
  });

  test.each<[Overrides, string]>([
    [{ seed: 'x' }, '--seed x: spec.seed: expected a whole number of at least 0, got "x"'],
    [{ for: '-5m' }, `--for -5m: spec.duration: a duration can't be negative, got "-5m"`],
    [
      { nodes: '1.5' },
      '--nodes 1.5: spec.cluster.nodeGroups[0].count: expected a whole number from 0 to 100000, got 1.5',
    ],
    [{ set: ['seed'] }, '--set seed: expected path=value, such as spec.seed=7, got "seed"'],
    [
      { set: ['spec..seed=1'] },
      '--set spec..seed=1: expected a path such as spec.cluster.nodeGroups[0].count, got "spec..seed"',
    ],
    [{ set: ['spec.sed=1'] }, '--set spec.sed=1: spec.sed: unknown field "sed", did you mean "seed"?'],
    [{ set: ['spec.seed.x=1'] }, '--set spec.seed.x=1: spec.seed.x: has no fields: it is 3'],
    [
      { set: ['spec.__proto__.x=1'] },
      '--set spec.__proto__.x=1: __proto__ is not allowed as the name of a field',
    ],
    [
      { set: ['spec.constructor=1'] },
      '--set spec.constructor=1: constructor is not allowed as the name of a field',
    ],
    [
      { set: ['spec.manifests[1]=a.yaml'] },
      '--set spec.manifests[1]=a.yaml: spec.manifests[1]: has 0 entries: expected a number from 0 to 0, got 1',
    ],
    [{ set: ['spec.seed=[1'] }, `--set spec.seed=[1: can't be read as YAML: flow sequence must end with a ]`],
  ])('refused: %j', (overrides, problem) => {
    const file = write('bad.yaml', `${HEAD}  seed: 3\n  manifests: []\n`);
    expect(problems([file], overrides)).toEqual([problem]);
  });
});

describe('what is wrong is told with file, line and column', () => {
  test.each([
    [
      'wrong type',
      '  cluster:\n    nodeGroups:\n      - name: a\n        count: three\n',
      'bad.yaml:8:16: spec.cluster.nodeGroups[0].count: expected a whole number from 0 to 100000, got "three"',
    ],
    [
      'unknown field',
      '  duration: 5m\n  sed: 1\n',
      'bad.yaml:6:3: spec.sed: unknown field "sed", did you mean "seed"?',
    ],
    [
      'negative duration',
      '  duration: -5m\n',
      `bad.yaml:5:13: spec.duration: a duration can't be negative, got "-5m"`,
    ],
    [
      'missing field',
      '  cluster:\n    nodeGroups:\n      - name: a\n',
      'bad.yaml:7:9: spec.cluster.nodeGroups[0].count: is missing: expected a whole number from 0 to 100000',
    ],
    [
      'expression',
      '  expect:\n    - always: "nodes() >"\n',
      'bad.yaml:6:25: spec.expect[0].always: expected a value, got the end (in "nodes() >", character 10)',
    ],
    [
      'traffic',
      '  traffic:\n    - { to: service/web, shape: { constant: fast } }\n',
      'bad.yaml:6:45: spec.traffic[0].shape.constant: expected a rate such as 200rps or 0.5rps (a plain number is requests a second), got "fast"',
    ],
    [
      'object',
      '  manifests:\n    - { apiVersion: v1, kind: Pod, metadata: { nam: x } }\n',
      'bad.yaml:6:48: spec.manifests[0].metadata.nam: unknown field "nam", did you mean "name"?',
    ],
    ['no manifest', '  manifests: [nope.yaml]\n', 'nope.yaml: does not exist: check the path'],
    [
      'duplicate key',
      '  seed: 1\n  seed: 2\n',
      `bad.yaml:6:3: can't be read as YAML: the field is there twice in one object`,
    ],
    [
      '__proto__',
      '  __proto__: { seed: 2 }\n',
      'bad.yaml:5:3: __proto__ is not allowed as the name of a field',
    ],
    [
      'twice',
      '  manifests: [w.yaml, w.yaml]\n',
      'bad.yaml:5:23: spec.manifests[1]: Deployment default/web is there twice: w.yaml:1 and w.yaml:1',
    ],
    [
      'two documents',
      '  seed: 1\n---\na: 1\n',
      'bad.yaml:7:1: a scenario is one document: put objects into files of their own, and name them under spec.manifests',
    ],
  ])('%s', (_what, spec, problem) => {
    write('w.yaml', WEB);
    expect(problems([write('bad.yaml', HEAD + spec)])).toEqual([problem]);
  });

  test('of a file that a scenario names, in that file', () => {
    write('inner/web.yaml', `${WEB}speck: 1\n`);
    const file = write('inner/shop.yaml', `${HEAD}  manifests: [web.yaml]\n  sed: 1\n`);
    expect(problems([file])).toEqual([
      'inner/shop.yaml:6:3: spec.sed: unknown field "sed", did you mean "seed"?',
    ]);
    write('inner/shop.yaml', `${HEAD}  manifests: [web.yaml]\n`);
    expect(problems([file])).toEqual([
      'inner/web.yaml:5:1: speck: unknown field "speck", did you mean "spec"?',
    ]);
  });

  test('of an empty scenario, a scenario among other files, and nothing at all', () => {
    const empty = write('empty.yaml', '');
    const loaded = loadScenario(empty);
    expect(!loaded.ok && loaded.problems[0]?.message).toBe('is empty: expected a scenario');
    const file = write('first.yaml', `${HEAD}  seed: 1\n`);
    expect(problems([write('w.yaml', WEB), file])).toEqual([
      'first.yaml: is a scenario, and runs alone: name the other files under its spec.manifests',
    ]);
    expect(problems([])).toEqual(['.: expected a scenario, or files or folders of manifests']);
  });
});
