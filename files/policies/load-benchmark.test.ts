import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { Measures } from '../../sim/measures/measure.ts';
import { runUnit } from '../../sim/policies/benchmark.ts';
import { formatProblems } from '../problem.ts';
import { loadScenario } from '../scenario/load-scenario.ts';
import { loadBenchmark } from './load-benchmark.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'wavetank-policies-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const CONFIGURATION = `apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
profiles:
  - plugins:
      score:
        disabled:
          - name: ImageLocality
`;
const UNKNOWN = `${CONFIGURATION}        enabled: [{ name: NodeResourceFit }]\n`;

const BENCHMARK = `apiVersion: wavetank.dev/v1alpha1
kind: PolicyBenchmark
metadata: { name: b }
spec:
  seeds: 2
  policies:
    - { name: a, configuration: policies/a.yaml }
    - { name: b, configuration: policies/b.yaml }
  workloads:
    - name: w
      generator:
        nodeGroups: [{ name: node, count: 2 }]
        pods: 10
        classes: [{ cpu: 1, memory: 1Gi }]
`;

function problems(file: string): string {
  const loaded = loadBenchmark(file);
  if (loaded.ok) throw new Error('nothing was found to be wrong');
  return formatProblems(loaded.problems).replaceAll(`${folder}${path.sep}`, '');
}

describe('a benchmark and its files', () => {
  write('policies/a.yaml', CONFIGURATION);
  const file = write('bench.yaml', BENCHMARK);

  it('are looked for beside it', () => {
    write('policies/b.yaml', CONFIGURATION);
    const loaded = loadBenchmark(file);
    expect(loaded.ok && loaded.benchmark.policies.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(loaded.ok && loaded.files.map((each) => path.relative(folder, each))).toEqual([
      'bench.yaml',
      path.join('policies', 'a.yaml'),
      path.join('policies', 'b.yaml'),
    ]);
  });

  it('are told with their lines where something is wrong', () => {
    write('policies/b.yaml', UNKNOWN);
    expect(problems(file)).toBe(
      'policies/b.yaml:8:27: profiles[0].plugins.score.enabled[0].name: ' +
        'there is no plugin "NodeResourceFit", did you mean "NodeResourcesFit"?',
    );
    rmSync(path.join(folder, 'policies/b.yaml'));
    expect(problems(file)).toBe('policies/b.yaml: does not exist: check the path');
    expect(problems(write('c.yaml', BENCHMARK.replace('seeds: 2', 'seed: 2')))).toBe(
      'c.yaml:5:3: spec.seed: unknown field "seed", did you mean "seeds"?',
    );
    expect(problems(write('d.yaml', ''))).toBe('d.yaml: is empty: expected one PolicyBenchmark');
    expect(problems(write('e.yaml', 'a: [1'))).toMatch(/^e\.yaml:\d+:\d+: can't be read as YAML/);
  });
});

describe('a scenario that names a configuration', () => {
  const SCENARIO = `apiVersion: wavetank.dev/v1alpha1
kind: Scenario
metadata: { name: s }
spec:
  cluster:
    kubernetes: { kubeScheduler: { configuration: scheduler.yaml } }
`;

  it('has it in itself', () => {
    write('scheduler.yaml', CONFIGURATION);
    const loaded = loadScenario(write('s.yaml', SCENARIO));
    expect(
      loaded.ok && loaded.scenario.cluster.kubernetes.kubeScheduler.configuration?.profiles[0]?.plugins,
    ).toEqual({
      score: { enabled: [], disabled: [{ name: 'ImageLocality' }] },
    });
  });

  it('is told what is wrong there', () => {
    write('scheduler.yaml', UNKNOWN);
    const loaded = loadScenario(write('s.yaml', SCENARIO));
    expect(!loaded.ok && formatProblems(loaded.problems).replaceAll(`${folder}${path.sep}`, '')).toBe(
      'scheduler.yaml:8:27: profiles[0].plugins.score.enabled[0].name: ' +
        'there is no plugin "NodeResourceFit", did you mean "NodeResourcesFit"?',
    );
  });
});

const OPENB = fileURLToPath(new URL('../../../shared/data/traces/openb', import.meta.url));

describe.skipIf(!existsSync(OPENB))('the published trace', () => {
  it('is run by both policies', () => {
    const strategy = (type: string): string =>
      `apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nprofiles:\n` +
      `  - pluginConfig: [{ name: NodeResourcesFit, args: { scoringStrategy: { type: ${type} } } }]\n`;
    write('policies/a.yaml', strategy('LeastAllocated'));
    write('policies/b.yaml', strategy('MostAllocated'));
    const [head] = BENCHMARK.split('      generator:');
    const loaded = loadBenchmark(write('openb.yaml', `${head}      openb: { folder: ${OPENB} }\n`));
    if (!loaded.ok) throw new Error(formatProblems(loaded.problems));
    const measuresOf = (policy: number): Measures => {
      const outcome = runUnit(loaded.benchmark, { workload: 0, policy, seed: 1 });
      if ('refusal' in outcome) throw new Error(outcome.refusal);
      return outcome.measures;
    };
    const [least, most] = [measuresOf(0), measuresOf(1)];
    const difference = (name: string): number => most[name]!.value - least[name]!.value;
    expect(difference('nodes/empty-mean')).toBeGreaterThan(400);
    expect(difference('gpu/fragmented-mean')).toBeGreaterThan(1);
    expect(difference('pods/pending')).toBeGreaterThan(500);
    // 120 % of the GPUs are asked for: at most five in six can be given.
    expect(least['gpu/allocated']!.value).toBeGreaterThan(90);
    expect(least['gpu/allocated']!.value).toBeLessThanOrEqual(100);
  });
});
