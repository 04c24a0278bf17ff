import { describe, expect, test } from 'vitest';
import { readDocument } from './document.ts';
import { pathText } from './problem.ts';
import { readScenario } from './resolve.ts';
import { FAULTS } from './schema/faults.ts';

type Spec = Readonly<Record<string, unknown>>;

function scenario(spec: Spec): unknown {
  return { apiVersion: 'wavetank.dev/v1alpha1', kind: 'Scenario', metadata: { name: 'test' }, spec };
}

/** What is wrong, a line each. */
function problems(spec: Spec): readonly string[] {
  const result = readScenario(scenario(spec));
  return result.ok ? [] : result.problems.map(({ path, message }) => `${pathText(path)}: ${message}`);
}

describe('a scenario that is refused', () => {
  const group = { name: 'g', count: 1 };
  const cases: readonly (readonly [what: string, spec: Spec, problem: string])[] = [
    ['unknown field', { sed: 1 }, 'spec.sed: unknown field "sed", did you mean "seed"?'],
    [
      '__proto__',
      JSON.parse('{"__proto__": 1}'),
      'spec.__proto__: unknown field "__proto__"; there are seed, duration, startTime, cluster, manifests, behaviors, traffic, metrics, timeline, expect',
    ],
    ['wrong type', { seed: 'three' }, 'spec.seed: expected a whole number of at least 0, got "three"'],
    ['fraction', { seed: 1.5 }, 'spec.seed: expected a whole number of at least 0, got 1.5'],
    ['negative', { seed: -1 }, 'spec.seed: expected a whole number of at least 0, got -1'],
    ['negative duration', { duration: '-5m' }, `spec.duration: a duration can't be negative, got "-5m"`],
    ['no duration', { duration: 0 }, 'spec.duration: a run must last longer than 0s'],
    [
      'odd duration',
      { duration: 'soon' },
      'spec.duration: expected a duration such as 90s, 5m30s or 1.5h (a plain number is seconds), got "soon"',
    ],
    [
      'start time',
      { startTime: 'today' },
      'spec.startTime: expected a time such as 2026-01-01T00:00:00Z, got "today"',
    ],
    [
      'metrics',
      { metrics: [{ name: 'jobs', of: 'webs/a', values: [{ value: 1 }] }] },
      `spec.metrics[0].of: the server doesn't have a resource type "webs"`,
    ],
    [
      'traffic',
      { traffic: [{ to: 'deployment/web', shape: { constant: '5rps' } }] },
      'spec.traffic[0].to: expected the name of a Service, such as service/web or service/shop/web, got "deployment/web"',
    ],
    [
      'requests',
      { behaviors: [{ request: { cpu: 'much' } }] },
      'spec.behaviors[0].request.cpu: expected a duration such as 90s, 5m30s or 1.5h (a plain number is seconds), got "much"',
    ],
    [
      'no count',
      { cluster: { nodeGroups: [{ name: 'g' }] } },
      'spec.cluster.nodeGroups[0].count: is missing: expected a whole number from 0 to 100000',
    ],
    [
      'null',
      { cluster: { nodeGroups: [{ ...group, labels: null }] } },
      'spec.cluster.nodeGroups[0].labels: expected labels such as { app: web }, got nothing',
    ],
    [
      'no zones',
      { cluster: { nodeGroups: [{ ...group, zones: [] }] } },
      'spec.cluster.nodeGroups[0].zones: expected at least one zone, got an empty list',
    ],
    [
      'quantity',
      { cluster: { nodeGroups: [{ ...group, machine: { cpu: 'lots' } }] } },
      'spec.cluster.nodeGroups[0].machine.cpu: expected a quantity such as 500m, 4 or 16Gi, got "lots"',
    ],
    [
      'negative quantity',
      { cluster: { nodeGroups: [{ ...group, machine: { memory: '-1Gi' } }] } },
      `spec.cluster.nodeGroups[0].machine.memory: a quantity can't be negative here, got "-1Gi"`,
    ],
    [
      'bounds',
      { cluster: { nodeGroups: [{ ...group, min: 2 }] } },
      'spec.cluster.nodeGroups[0].min: is 2, more than the count of 1',
    ],
    [
      'bounds',
      { cluster: { nodeGroups: [{ ...group, max: 0 }] } },
      'spec.cluster.nodeGroups[0].max: is 0, less than the count of 1',
    ],
    [
      'two groups',
      { cluster: { nodeGroups: [group, group] } },
      'spec.cluster.nodeGroups[1].name: there is another node group called "g"',
    ],
    [
      'number as label',
      { behaviors: [{ match: { version: 2 } }] },
      'spec.behaviors[0].match.version: expected a text (in quotes, where YAML would take it for something else), got 2',
    ],
    [
      'p99',
      { behaviors: [{ startup: { p50: '2s', p99: '1s' } }] },
      'spec.behaviors[0].startup.p99: is shorter than p50',
    ],
    [
      'flag',
      { cluster: { kubernetes: { kubelet: { 'node-status-update-freqency': '5s' } } } },
      'spec.cluster.kubernetes.kubelet.node-status-update-freqency: unknown field "node-status-update-freqency", did you mean "node-status-update-frequency"?',
    ],
    [
      'flag value',
      { cluster: { kubernetes: { kubeScheduler: { 'kube-api-qps': -1 } } } },
      'spec.cluster.kubernetes.kubeScheduler.kube-api-qps: expected requests a second (a number of at least 0), or unlimited, got -1',
    ],
    [
      'no action',
      { timeline: [{ at: 5 }] },
      'spec.timeline[0]: expected one of apply, delete, scale, setImage, patch, restart, cordon, uncordon, drain, fault',
    ],
    [
      'action',
      { timeline: [{ at: 5, aply: 'x' }] },
      'spec.timeline[0]: expected one of apply, delete, scale, setImage, patch, restart, cordon, uncordon, drain, fault, did you mean "apply"?',
    ],
    [
      'two actions',
      { timeline: [{ at: 5, cordon: 'a', uncordon: 'a' }] },
      'spec.timeline[0]: does two things, cordon and uncordon: make it two entries',
    ],
    [
      'drain',
      { timeline: [{ at: 5, drain: 'a', ignoreDaemonsets: true }] },
      'spec.timeline[0].ignoreDaemonsets: unknown field "ignoreDaemonsets", did you mean "ignoreDaemonSets"?',
    ],
    [
      'no time',
      { timeline: [{ cordon: 'a' }] },
      'spec.timeline[0].at: is missing: expected a duration such as 90s, 5m30s or 1.5h (a plain number is seconds)',
    ],
    [
      'kind',
      { timeline: [{ at: 5, delete: 'podd/x' }] },
      `spec.timeline[0].delete: the server doesn't have a resource type "podd", did you mean "pod"?`,
    ],
    [
      'name',
      { timeline: [{ at: 5, delete: 'x' }] },
      'spec.timeline[0].delete: expected kind/name or kind/namespace/name, such as deployment/web, got "x"',
    ],
    [
      'scale',
      { timeline: [{ at: 5, scale: 'pod/x', replicas: 1 }] },
      'spec.timeline[0].scale: is not possible for pods, only for deployments.apps, replicasets.apps, statefulsets.apps, replicationcontrollers',
    ],
    [
      'fault',
      { timeline: [{ at: 5, fault: 'node-crsh' }] },
      `spec.timeline[0]: expected a fault (${Object.keys(FAULTS).join(', ')}), got "node-crsh", did you mean "node-crash"?`,
    ],
    [
      'a boot that is slow in no way',
      { timeline: [{ at: 5, fault: 'slow-boot' }] },
      'spec.timeline[0].x: expected either x, such as 5, or bootTime, such as 10m',
    ],
    [
      'a boot that is slow in two ways',
      { timeline: [{ at: 5, fault: 'slow-boot', x: 2, bootTime: '5m' }] },
      'spec.timeline[0].x: expected either x, such as 5, or bootTime, such as 10m, got both',
    ],
    [
      'an outage of no zone',
      { timeline: [{ at: 5, fault: 'zone-outage' }] },
      "spec.timeline[0].zone: is missing: expected a name of lower-case letters, digits and '-' (at most 63)",
    ],
    [
      'an expander that there is not',
      { cluster: { kubernetes: { clusterAutoscaler: { expander: 'priority' } } } },
      'spec.cluster.kubernetes.clusterAutoscaler.expander: expected one of least-waste, most-pods, price, random, got "priority"',
    ],
    [
      'node',
      { timeline: [{ at: 5, fault: 'node-crash', node: { any: {}, hosting: { name: 'x' } } }] },
      'spec.timeline[0].node: expected the name of a node, { any: labels of nodes } or { hosting: pods }',
    ],
    [
      'pods',
      { timeline: [{ at: 5, fault: 'container-crash', pods: {} }] },
      'spec.timeline[0].pods: expected pods: { name } or { selector }, with their namespace where it is not default',
    ],
    [
      'object',
      { manifests: [{ apiVersion: 'v1', kind: 'Podd', metadata: {} }] },
      'spec.manifests[0].kind: no matches for kind "Podd" in version "v1", did you mean "Pod"?',
    ],
    [
      'field of an object',
      {
        timeline: [
          {
            at: 1,
            apply: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { nodName: 'x' } }],
          },
        ],
      },
      'spec.timeline[0].apply[0].spec.nodName: unknown field "nodName", did you mean "nodeName"?',
    ],
    [
      'twice',
      { manifests: [1, 2].map(() => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } })) },
      'spec.manifests[1]: Namespace a is there twice: spec.manifests.0 and spec.manifests.1',
    ],
    [
      'expression',
      { expect: [{ always: 'availabel(deployment/x) >= 2' }] },
      'spec.expect[0].always: there is no function availabel, did you mean "available"? (in "availabel(deployment/x) >= 2", character 1)',
    ],
    [
      'expectation',
      { expect: [{ never: 'x' }] },
      'spec.expect[0]: expected { always: EXPRESSION } or { eventually: EXPRESSION }, got an object',
    ],
    [
      'until',
      { expect: [{ always: 'nodes() > 0', from: 5, until: 5 }] },
      'spec.expect[0].until: is not later than from',
    ],
    [
      'within of always',
      { expect: [{ always: 'nodes() > 0', within: 5 }] },
      'spec.expect[0].within: unknown field "within"; there are always, name, from, until',
    ],
  ];

  test.each(cases)('%s', (_what, spec, problem) => {
    expect(problems(spec)).toEqual([problem]);
  });

  test.each([
    [5, ': expected a scenario, got 5'],
    [
      { kind: 'Scenario', metadata: { name: 'x' }, spec: {} },
      'apiVersion: is missing: expected wavetank.dev/v1alpha1',
    ],
    [
      { apiVersion: 'wavetank.dev/v1', kind: 'Scenario', metadata: { name: 'x' }, spec: {} },
      'apiVersion: expected wavetank.dev/v1alpha1, got "wavetank.dev/v1"',
    ],
    [
      { apiVersion: 'wavetank.dev/v1alpha1', kind: 'Scenario', metadata: {}, spec: {} },
      `metadata.name: is missing: expected a name of lower-case letters, digits, '-' and '.'`,
    ],
  ])('%j', (raw, problem) => {
    const read = readDocument(raw);
    expect(read.ok ? [] : read.problems.map(({ path, message }) => `${pathText(path)}: ${message}`)).toEqual([
      problem,
    ]);
  });

  test('all problems are told at once', () => {
    expect(problems({ seed: 'a', duration: 'b', traffic: 1 })).toHaveLength(3);
  });

  test('a file, where there are none, is a defect of the caller', () => {
    expect(() => readScenario(scenario({ manifests: ['web.yaml'] }))).toThrow('read without files');
  });
});
