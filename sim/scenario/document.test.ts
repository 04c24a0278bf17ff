import { describe, expect, test } from 'vitest';
import { DEFAULT_START, HOUR, MINUTE, SECOND } from '../../core/time.ts';
import { readDocument } from './document.ts';
import { pathText } from './problem.ts';
import { readScenario } from './resolve.ts';

type Spec = Readonly<Record<string, unknown>>;

function scenario(spec: Spec): unknown {
  return { apiVersion: 'wavetank.dev/v1alpha1', kind: 'Scenario', metadata: { name: 'test' }, spec };
}

function read(spec: Spec) {
  const result = readScenario(scenario(spec));
  if (!result.ok)
    throw new Error(result.problems.map(({ path, message }) => `${pathText(path)}: ${message}`).join('\n'));
  return result.scenario;
}

/** What is wrong, a line each. */
function problems(spec: Spec): readonly string[] {
  const result = readScenario(scenario(spec));
  return result.ok ? [] : result.problems.map(({ path, message }) => `${pathText(path)}: ${message}`);
}

describe('a scenario', () => {
  test('of nothing has every default', () => {
    const made = read({});
    expect(made).toMatchObject({
      name: 'test',
      seed: 1,
      startTime: DEFAULT_START,
      duration: 10 * MINUTE,
      manifests: [],
      behaviors: [],
      timeline: [],
      expect: [],
    });
    expect(made.cluster.nodeGroups).toEqual([
      {
        name: 'node',
        count: 3,
        min: 3,
        max: 3,
        zones: ['a', 'b', 'c'],
        machine: { cpu: '4', memory: '16Gi', ephemeralStorage: '100Gi', pods: 110 },
        labels: {},
        taints: [],
        bootTime: 90 * SECOND,
        pricePerHour: 0,
      },
    ]);
    expect(made.cluster.kubernetes).toMatchObject({
      events: true,
      kubeControllerManager: { 'kube-api-qps': 20, 'node-monitor-grace-period': 50 * SECOND },
      kubeScheduler: { 'kube-api-qps': 50, percentageOfNodesToScore: 100 },
      kubelet: { 'node-status-update-frequency': 10 * SECOND, nodeLeaseDurationSeconds: 40 },
    });
  });

  test('is plain JSON', () => {
    const made = read({
      manifests: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { x: '1' } }],
      behaviors: [{ match: { app: 'web' }, exit: { after: '5s', code: 3 } }],
      timeline: [{ at: 5, fault: 'node-crash', node: { any: {} } }],
      expect: [{ always: 'exists(configmap/a)' }],
    });
    expect(JSON.parse(JSON.stringify(made))).toEqual(made);
  });

  test('has durations in microseconds, quantities in their canonical text, sorted labels', () => {
    const made = read({
      duration: '1h30m',
      startTime: '2026-03-01T12:00:00+01:00',
      cluster: {
        kubernetes: {
          version: '1.33',
          events: false,
          kubeControllerManager: { 'node-monitor-grace-period': '40s', 'kube-api-qps': 'unlimited' },
        },
        nodeGroups: [
          {
            name: 'big',
            count: 2,
            max: 9,
            machine: { cpu: 1.5, memory: '1024Mi' },
            labels: { b: '1', a: '2' },
          },
        ],
      },
    });
    expect(made.duration).toBe(1.5 * HOUR);
    expect(made.startTime - DEFAULT_START).toBe((31 + 28) * 24 * HOUR + 11 * HOUR);
    expect(made.cluster.kubernetes).toMatchObject({
      version: 'v1.33.0',
      events: false,
      kubeControllerManager: { 'node-monitor-grace-period': 40 * SECOND, 'kube-api-qps': 0 },
    });
    const [group] = made.cluster.nodeGroups;
    expect(group).toMatchObject({ min: 2, max: 9, machine: { cpu: '1500m', memory: '1Gi', pods: 110 } });
    expect(Object.keys(group?.labels ?? {})).toEqual(['a', 'b']);
  });

  test('has behaviours with what was given alone', () => {
    const [first, second] = read({
      behaviors: [
        { match: { app: 'order' }, container: 'main', startup: { p50: '4s', p99: '20s' } },
        { image: 'busybox:*', shutdown: '1s', exit: { after: 5 }, unready: [{ after: '1m', for: '10s' }] },
      ],
    }).behaviors;
    expect(first).toStrictEqual({
      match: { labels: { app: 'order' }, container: 'main' },
      startup: { p50: 4 * SECOND, p99: 20 * SECOND },
    });
    expect(second).toStrictEqual({
      match: { image: 'busybox:*' },
      shutdown: { p50: SECOND, p99: SECOND },
      exit: { after: { p50: 5 * SECOND, p99: 5 * SECOND }, code: 0 },
      unready: [{ after: MINUTE, for: 10 * SECOND }],
    });
  });

  test('has its timeline in the order of time, and of the file', () => {
    const entries = read({
      timeline: [
        { at: '2m', scale: 'deployment/web', replicas: 5, namespace: 'shop' },
        { at: '1m', cordon: 'node/node-1' },
        { at: '2m', delete: 'pod/shop/web-1', gracePeriodSeconds: 0 },
        { at: '1m', restart: 'deploy/web' },
        { at: 0, patch: 'node/node-1', with: { spec: { unschedulable: true } } },
        { at: '3m', setImage: 'deployment/web', container: 'web', image: 'web:2' },
        { at: '3m', uncordon: 'node-1' },
      ],
    }).timeline;
    expect(entries.map(({ at, action }) => [at / MINUTE, action])).toEqual([
      [
        0,
        {
          op: 'patch',
          target: { resource: 'nodes', name: 'node-1' },
          patch: { spec: { unschedulable: true } },
        },
      ],
      [1, { op: 'cordon', node: 'node-1' }],
      [1, { op: 'restart', target: { resource: 'deployments.apps', namespace: 'default', name: 'web' } }],
      [
        2,
        {
          op: 'scale',
          target: { resource: 'deployments.apps', namespace: 'shop', name: 'web' },
          replicas: 5,
        },
      ],
      [
        2,
        {
          op: 'delete',
          target: { resource: 'pods', namespace: 'shop', name: 'web-1' },
          propagationPolicy: 'Background',
          gracePeriodSeconds: 0,
        },
      ],
      [
        3,
        {
          op: 'setImage',
          target: { resource: 'deployments.apps', namespace: 'default', name: 'web' },
          container: 'web',
          image: 'web:2',
        },
      ],
      [3, { op: 'uncordon', node: 'node-1' }],
    ]);
  });

  test('has every fault', () => {
    const entries = read({
      timeline: [
        { at: 1, fault: 'node-crash', node: 'node-1', for: '5m' },
        {
          at: 2,
          fault: 'node-partition',
          node: { hosting: { namespace: 'shop', selector: { app: 'web' } } },
        },
        { at: 3, fault: 'container-crash', pods: { name: 'web-1' }, exitCode: 137 },
        { at: 4, fault: 'image-pull-failure', image: 'web:*', for: '1m' },
        { at: 5, fault: 'controller-crash', controller: 'kube-scheduler', for: '1m' },
      ],
    }).timeline;
    expect(entries.map(({ action }) => action)).toStrictEqual([
      { op: 'fault', fault: 'node-crash', node: { name: 'node-1' }, for: 5 * MINUTE },
      {
        op: 'fault',
        fault: 'node-partition',
        node: { hosting: { namespace: 'shop', selector: { matchLabels: { app: 'web' } } } },
      },
      { op: 'fault', fault: 'container-crash', pods: { namespace: 'default', name: 'web-1' }, exitCode: 137 },
      { op: 'fault', fault: 'image-pull-failure', image: 'web:*', for: MINUTE },
      { op: 'fault', fault: 'controller-crash', controller: 'kube-scheduler', for: MINUTE },
    ]);
  });

  test('applies objects that stand in it, each in its namespace', () => {
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
    const made = read({
      manifests: [map],
      timeline: [{ at: 5, namespace: 'shop', apply: [map, { ...map, metadata: { name: 'b' } }] }],
    });
    expect(made.manifests).toEqual([
      { source: 'spec.manifests.0', object: { ...map, metadata: { name: 'a', namespace: 'default' } } },
    ]);
    const [entry] = made.timeline;
    expect(entry?.action.op === 'apply' && entry.action.objects.map(({ object }) => object.metadata)).toEqual(
      [
        { name: 'a', namespace: 'shop' },
        { name: 'b', namespace: 'shop' },
      ],
    );
  });

  test('names its expectations', () => {
    expect(
      read({
        expect: [
          { always: 'nodes() > 0', from: '1m' },
          { eventually: 'nodes() > 5', name: 'grows' },
        ],
      }).expect,
    ).toEqual([
      { type: 'always', name: 'always nodes() > 0', expression: 'nodes() > 0', from: MINUTE },
      { type: 'eventually', name: 'grows', expression: 'nodes() > 5', after: 0 },
    ]);
  });
});

describe('a scenario that is refused', () => {
  const group = { name: 'g', count: 1 };
  const cases: readonly (readonly [what: string, spec: Spec, problem: string])[] = [
    ['unknown field', { sed: 1 }, 'spec.sed: unknown field "sed", did you mean "seed"?'],
    [
      '__proto__',
      JSON.parse('{"__proto__": 1}'),
      'spec.__proto__: unknown field "__proto__"; there are seed, duration, startTime, cluster, manifests, behaviors, timeline, expect',
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
      'traffic',
      { traffic: [] },
      'spec.traffic: this version does not model traffic yet: leave the field out',
    ],
    [
      'requests',
      { behaviors: [{ request: {} }] },
      'spec.behaviors[0].request: this version does not model requests yet: leave the field out',
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
      'spec.timeline[0]: expected one of apply, delete, scale, setImage, patch, restart, cordon, uncordon, fault',
    ],
    [
      'action',
      { timeline: [{ at: 5, aply: 'x' }] },
      'spec.timeline[0]: expected one of apply, delete, scale, setImage, patch, restart, cordon, uncordon, fault, did you mean "apply"?',
    ],
    [
      'two actions',
      { timeline: [{ at: 5, cordon: 'a', uncordon: 'a' }] },
      'spec.timeline[0]: does two things, cordon and uncordon: make it two entries',
    ],
    [
      'drain',
      { timeline: [{ at: 5, drain: 'a' }] },
      'spec.timeline[0]: this version can not drain a node in a scenario yet: cordon it and delete its pods',
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
      'spec.timeline[0]: expected a fault (node-crash, node-partition, container-crash, image-pull-failure, controller-crash), got "node-crsh", did you mean "node-crash"?',
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
