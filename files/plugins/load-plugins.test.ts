import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { forgetRegisteredPlugins } from '../../controllers/scheduling/configuration/registered-plugins.ts';
import { runUnit, type UnitOutcome } from '../../sim/policies/benchmark.ts';
import { loadBenchmark } from '../policies/load-benchmark.ts';
import { formatProblems } from '../problem.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'wavetank-plugins-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(forgetRegisteredPlugins);

/** A benchmark whose first policy ranks by the plugin of a module. */
function benchmark(module: string, plugins: string): string {
  return `apiVersion: wavetank.dev/v1alpha1
kind: PolicyBenchmark
metadata: { name: own }
spec:
  policies:
    - name: own
      configuration:
        apiVersion: kubescheduler.config.k8s.io/v1
        kind: KubeSchedulerConfiguration
        pluginModules: [${module}]
        profiles: [{ plugins: { ${plugins} } }]
    - name: default
      configuration: { apiVersion: kubescheduler.config.k8s.io/v1, kind: KubeSchedulerConfiguration }
  workloads:
    - name: some
      generator:
        nodeGroups: [{ name: node, count: 3 }]
        pods: 6
        classes: [{ cpu: 500m, memory: 1Gi }]
`;
}

const SCORE = "score: { disabled: [{ name: '*' }], enabled: [{ name: Own }] }";
const EVERYWHERE = `multiPoint: { enabled: [{ name: Own }] }, ${SCORE}`;

/** What one run comes to, or what is wrong with the files. */
function ran(module: string, text: string, plugins = SCORE): UnitOutcome | string {
  writeFileSync(path.join(folder, module), text);
  const file = path.join(folder, 'own.yaml');
  writeFileSync(file, benchmark(module, plugins));
  const loaded = loadBenchmark(file);
  if (!loaded.ok) return formatProblems(loaded.problems);
  return runUnit(loaded.benchmark, { workload: 0, policy: 0, seed: 1 });
}

function told(outcome: UnitOutcome | string): string {
  if (typeof outcome === 'string') return outcome;
  return 'refusal' in outcome ? outcome.refusal : 'nothing was wrong';
}

const plugin = (parts: string): string => `export default { name: 'Own', dependsOn: 'load', ${parts} };\n`;

describe('a module of plugins', () => {
  test.each<readonly [string, string]>([
    ['own.mjs', plugin('score: (_state, _pod, node) => Math.min(100, node.pods.size)')],
    [
      'list.mjs',
      "const other = { name: 'Other', dependsOn: 'node', score: () => 1 };\n" +
        "export default [other, { name: 'Own', dependsOn: 'cluster', score: (_s, _p, { pods }) => [...pods.keys()].length }];\n",
    ],
    [
      'own.cjs',
      "module.exports = { name: 'Own', dependsOn: 'load', score: (_s, _p, node) => node.pods.size };\n",
    ],
    [
      'class.mjs',
      "class Own { name = 'Own'; dependsOn = 'cluster'; score = (_s, _p, node) => this.#of(node); #of = (node) => node.pods.size; }\n" +
        'export default new Own();\n',
    ],
    [
      'steps.mjs',
      plugin(
        "preFilter: (_s, pod, cluster) => (cluster.nodes.length === 3 && cluster.node('node-1').label('x') === undefined ? undefined : 'skip'), " +
          'filter: (_s, _p, node) => (node.pods.size < 6 ? undefined : { code: "Unschedulable", reasons: ["full"] }), ' +
          'preScore: () => undefined, score: (_s, { facts }, { pods }) => Math.min(100, [...pods.values()].filter((each) => each.facts.requests.milliCpu === facts.requests.milliCpu).length)',
      ),
    ],
  ])('may be %s', (module, text) => {
    const outcome = ran(module, text, EVERYWHERE);
    expect(told(outcome)).toBe('nothing was wrong');
    // All on one machine of 4 CPUs.
    if (typeof outcome === 'string' || 'refusal' in outcome) throw new Error('it was not run');
    expect(outcome.measures['nodes/empty']?.value).toBe(2);
  });

  test.each<readonly [string, string, string, string | RegExp]>([
    [
      'throws at a decision',
      'throws.mjs',
      plugin("score: () => { throw new Error('boom'); }"),
      'throws.mjs: the plugin "Own" throws at score: boom',
    ],
    [
      'throws what is no error',
      'text.mjs',
      plugin("score: () => { throw 'text'; }"),
      'text.mjs: the plugin "Own" throws at score: text',
    ],
    [
      'changes a pod',
      'pod.mjs',
      plugin('score: (_state, { pod }) => { pod.spec.priority = 5; return 1; }'),
      'pod.mjs: the plugin "Own" changes "priority" at score: a plugin only reads what it is given',
    ],
    [
      'changes a label',
      'label.mjs',
      plugin('score: (_s, _p, node) => { node.node.metadata.labels.x = "y"; return 1; }'),
      'label.mjs: the plugin "Own" changes "x" at score',
    ],
    [
      'changes the table',
      'table.mjs',
      plugin('score: (_s, _p, node) => { node.table.requestedCpu[node.slot] = 0; return 1; }'),
      'table.mjs: the plugin "Own" changes "',
    ],
    [
      'takes pods off a node',
      'pods.mjs',
      plugin('score: (_s, _p, node) => { node.pods.clear(); return 1; }'),
      'pods.mjs: the plugin "Own" changes what "clear" was called on at score',
    ],
    [
      'deletes a field',
      'delete.mjs',
      plugin('score: (_s, { pod }) => { delete pod.metadata.name; return 1; }'),
      'delete.mjs: the plugin "Own" changes "name" at score',
    ],
    [
      'gives no number',
      'nan.mjs',
      plugin('score: () => 0 / 0'),
      /nan\.mjs: the plugin "Own" gives the node node-\d the score NaN: expected an integer from 0 to 100/,
    ],
    [
      'gives too much',
      'more.mjs',
      plugin('score: () => 101'),
      /the score 101: expected an integer from 0 to 100/,
    ],
    ['gives a fraction', 'half.mjs', plugin('score: () => 0.5'), /the score 0\.5: expected an integer/],
    ['gives nothing', 'nothing.mjs', plugin('score: () => {}'), /the score undefined: expected an integer/],
    [
      'filters with a boolean',
      'bool.mjs',
      plugin('filter: () => false, score: () => 1'),
      'bool.mjs: the plugin "Own" answers false at filter: expected undefined, or { code, reasons }',
    ],
  ])('that %s ends the run', (_what, module, text, message) => {
    expect(told(ran(module, text, EVERYWHERE))).toMatch(message);
  });

  test.each<readonly [string, string, string, string | RegExp]>([
    [
      'exports nothing',
      'e.mjs',
      'export const a = 1;\n',
      'e.mjs: expected a default export of a plugin, or of a list of plugins: { name, dependsOn, filter, score, … }; the default export is nothing',
    ],
    [
      'exports a function',
      'f.mjs',
      'export default () => 1;\n',
      'f.mjs: expected a default export of a plugin, or of a list of plugins: { name, dependsOn, filter, score, … }; the default export is a function',
    ],
    ['exports an empty list', 'l.mjs', 'export default [];\n', 'l.mjs: expected a default export'],
    [
      'has no name',
      'n.mjs',
      'export default { score: () => 1 };\n',
      'n.mjs: the default export needs a name of letters, digits and "-", and has nothing',
    ],
    [
      'has a built-in name',
      'b.mjs',
      "export default { name: 'ImageLocality', dependsOn: 'node', score: () => 1 };\n",
      'b.mjs: the plugin "ImageLocality" is called as a built-in one: give it another name',
    ],
    [
      'depends on nothing',
      'd.mjs',
      "export default { name: 'Own', score: () => 1 };\n",
      `d.mjs: the plugin "Own" needs dependsOn: 'node', 'load' or 'cluster' (what its outcome depends on), and has nothing`,
    ],
    [
      'has a part that is none',
      'p.mjs',
      plugin('scores: () => 1'),
      'p.mjs: the plugin "Own" has "scores", which a plugin of one\'s own can\'t have; it may have preEnqueue,',
    ],
    [
      'has a part that is no function',
      'q.mjs',
      plugin('score: 1'),
      'q.mjs: the plugin "Own" has 1 as its score: expected a function',
    ],
    [
      'does nothing',
      'z.mjs',
      plugin(''),
      'z.mjs: the plugin "Own" does nothing: expected one of preEnqueue,',
    ],
    [
      'normalises what depends on load',
      'o.mjs',
      plugin('score: () => 1, normalizeScore: (_s, all) => all'),
      "o.mjs: the plugin \"Own\" normalises scores: expected a score beside it, and dependsOn: 'node' or 'cluster'",
    ],
    [
      'is no JavaScript',
      's.mjs',
      'export default {\n  name: \n};\n',
      /s\.mjs: can't be read as JavaScript: SyntaxError: .*/,
    ],
    [
      'throws when it is loaded',
      't.mjs',
      "throw new Error('no such thing');\n",
      't.mjs: fails when it is loaded: no such thing (line 1)',
    ],
    [
      'waits',
      'w.mjs',
      'await Promise.resolve();\nexport default 1;\n',
      'w.mjs: waits at its top level ("await"), which a module of plugins may not',
    ],
    [
      'imports what is not there',
      'i.mjs',
      "import './nope.mjs';\nexport default 1;\n",
      'i.mjs: fails when it is loaded: Cannot find module',
    ],
  ])('that %s is refused with its place', (_what, module, text, message) => {
    const found = told(ran(module, text));
    expect(found).toMatch(message);
    expect(found).toContain('own.yaml:10:25: spec.policies[0].configuration.pluginModules[0]: ');
  });

  test('has names of its own', () => {
    const text = plugin('score: () => 1');
    expect(told(ran('first.mjs', text))).toBe('nothing was wrong');
    expect(told(ran('second.mjs', text))).toMatch(
      /second\.mjs: the plugin "Own" is called as one of .*first\.mjs: give it another name$/,
    );
    expect(
      told(
        ran(
          'twice.mjs',
          `const a = { name: 'Two', dependsOn: 'load', score: () => 1 };\nexport default [a, a];\n`,
        ),
      ),
    ).toContain('the plugin "Two" is there twice');
  });
});
