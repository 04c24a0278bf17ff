import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectRefused, folder, isBuilt, wavetank, write } from './testing/command.ts';

/** A benchmark whose first policy ranks by a plugin of `module`. */
function benchmark(module: string, plugin = 'Own', more = ''): string {
  return `apiVersion: wavetank.dev/v1alpha1
kind: PolicyBenchmark
metadata: { name: own }
spec:
  seeds: 2
  decisionBudget: 1s
  policies:
    - name: own
      configuration:
        apiVersion: kubescheduler.config.k8s.io/v1
        kind: KubeSchedulerConfiguration
        pluginModules: [${module}]
        profiles: [{ plugins: { score: { disabled: [{ name: '*' }], enabled: [{ name: ${plugin} }] } } }]
    - name: default
      configuration: { apiVersion: kubescheduler.config.k8s.io/v1, kind: KubeSchedulerConfiguration }
  workloads:
    - name: some
      generator:
        nodeGroups: [{ name: node, count: 3 }]
        pods: 6
        classes: [{ cpu: 500m, memory: 1Gi }]
${more}`;
}

/** Writes a module and a benchmark of it, and runs this. */
function ranWith(module: string, text: string, plugin?: string): ReturnType<typeof wavetank> {
  writeFileSync(path.join(folder, module), text);
  write('own.yaml', benchmark(module, plugin));
  return wavetank(['bench', 'own.yaml', '--workers', '2']);
}

const plugin = (parts: string): string => `export default { name: 'Own', dependsOn: 'load', ${parts} };\n`;

describe.skipIf(!isBuilt)('a plugin of one’s own', () => {
  test('ranks nodes', () => {
    const ended = ranWith('own.mjs', plugin('score: (_state, _pod, node) => Math.min(100, node.pods.size)'));
    expect(ended.err).toBe('');
    expect(ended.code).toBe(0);
    // Packed by the number of pods: one machine of 4 CPUs holds all.
    expect(ended.out).toContain('against own, default leaves 2.00 [2.00, 2.00] fewer nodes empty');
  });

  test.each<readonly [string, string, string, string | RegExp]>([
    [
      'throws at a decision',
      'throws.mjs',
      plugin("score: () => { throw new Error('boom'); }"),
      'throws.mjs: the plugin "Own" throws at score: boom',
    ],
    [
      'changes a pod',
      'pod.mjs',
      plugin('score: (_state, { pod }) => { pod.spec.priority = 5; return 1; }'),
      'pod.mjs: the plugin "Own" changes "priority" at score: a plugin only reads what it is given',
    ],
    [
      'never ends',
      'loops.mjs',
      plugin('score: () => { for (;;); }'),
      'loops.mjs: the plugin "Own" takes more than 1 s for one decision, or never ends: make it faster, or raise spec.decisionBudget',
    ],
    [
      'gives no number',
      'nan.mjs',
      plugin('score: () => 0 / 0'),
      /nan\.mjs: the plugin "Own" gives the node node-\d the score NaN: expected an integer from 0 to 100/,
    ],
    [
      'exports nothing',
      'e.mjs',
      'export const a = 1;\n',
      'own.yaml:12:25: spec.policies[0].configuration.pluginModules[0]: e.mjs: expected a default export of a plugin, or of a list',
    ],
  ])('that %s ends the run', { timeout: 60_000 }, (_what, module, text, message) => {
    expectRefused(ranWith(module, text), message);
  });

  test('that does not exist, or is not named, is refused', () => {
    write('own.yaml', benchmark('nope.mjs'));
    expectRefused(
      wavetank(['bench', 'own.yaml']),
      'own.yaml:12:25: spec.policies[0].configuration.pluginModules[0]: nope.mjs: does not exist: check the path',
    );
    write('own.mjs', plugin('score: () => 1'));
    write('own.yaml', benchmark('own.mjs', 'Onw'));
    expectRefused(wavetank(['bench', 'own.yaml']), 'there is no plugin "Onw", did you mean "Own"?');
    write('own.yaml', benchmark('[3]').replace('pluginModules: [[3]]', 'pluginModules: 3'));
    expectRefused(
      wavetank(['bench', 'own.yaml']),
      'own.yaml:12:24: spec.policies[0].configuration.pluginModules: expected a list of files',
    );
  });

  test('serves a scenario, and its log re-executes with the module beside it', () => {
    write('own.mjs', plugin("score: (_state, _pod, node) => (node.name.endsWith('2') ? 100 : 0)"));
    write(
      'scenario.yaml',
      `apiVersion: wavetank.dev/v1alpha1
kind: Scenario
metadata: { name: own }
spec:
  duration: 1m
  cluster:
    kubernetes:
      kubeScheduler:
        configuration:
          apiVersion: kubescheduler.config.k8s.io/v1
          kind: KubeSchedulerConfiguration
          pluginModules: [own.mjs]
          profiles: [{ plugins: { score: { disabled: [{ name: '*' }], enabled: [{ name: Own }] } } }]
    nodeGroups: [{ name: node, count: 3 }]
  manifests:
    - apiVersion: v1
      kind: Pod
      metadata: { name: one }
      spec: { containers: [{ name: one, image: nginx }] }
  expect:
    - { eventually: "phase(pod/one) == 'Running'" }
`,
    );
    const run = wavetank(['run', 'scenario.yaml', '--out', 'own.jsonl']);
    expect(run.err).toBe('');
    expect(run.code).toBe(0);
    expect(wavetank(['get', 'pods', '-o', 'wide', '--log', 'own.jsonl']).out).toMatch(/one .* node-2 /);
    expect(wavetank(['replay', 'own.jsonl', '--verify']).out).toContain('re-executed bit for bit');
    write('elsewhere/own.mjs', plugin("score: (_state, _pod, node) => (node.name.endsWith('1') ? 100 : 0)"));
    expectRefused(
      wavetank(['replay', 'own.jsonl', '--verify', '--plugin', 'other.mjs']),
      '--plugin other.mjs: the scheduler of own.jsonl ran with no module of this name; it ran with own.mjs',
    );
    expect(wavetank(['replay', 'own.jsonl', '--verify', '--plugin', 'elsewhere/own.mjs']).code).toBe(1);
  });
});
