import { describe, expect, test } from 'vitest';
import { DEFAULT_START, MINUTE } from '../../../core/time.ts';
import { TestCluster, type TestObject } from '../testing/test-cluster.ts';
import { compileCondition, compileExpression, concerns, formatValue } from './expression.ts';

const NOW = DEFAULT_START + 5 * MINUTE;

const web: TestObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'web',
    namespace: 'default',
    uid: 'u-web',
    generation: 2,
    creationTimestamp: '2026-01-01T00:01:00Z',
  },
  spec: { replicas: 4 },
  status: {
    observedGeneration: 2,
    replicas: 4,
    readyReplicas: 3,
    availableReplicas: 2,
    updatedReplicas: 4,
    conditions: [{ type: 'Available', status: 'True' }],
  },
};

function pod(
  name: string,
  phase: string,
  restarts: number,
  namespace = 'default',
  owner = 'u-rs',
): TestObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: { app: 'web' },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1', uid: owner, controller: true },
      ],
    },
    spec: {},
    status: {
      phase,
      conditions: [{ type: 'Ready', status: phase === 'Running' ? 'True' : 'False' }],
      containerStatuses: [{ name: 'web', restartCount: restarts }],
    },
  };
}

function cluster(): TestCluster {
  const made = new TestCluster();
  const objects: readonly TestObject[] = [
    web,
    {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: 'web-1',
        namespace: 'default',
        uid: 'u-rs',
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'u-web', controller: true },
        ],
      },
      spec: {},
    },
    pod('a', 'Running', 2),
    pod('b', 'Pending', 1),
    pod('c', 'Running', 7, 'shop', 'u-other'),
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'import', namespace: 'default' },
      spec: {},
      status: { succeeded: 3, failed: 1 },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'agent', namespace: 'default', generation: 1 },
      spec: {},
      status: {
        observedGeneration: 1,
        desiredNumberScheduled: 2,
        currentNumberScheduled: 2,
        numberReady: 2,
        numberAvailable: 2,
        updatedNumberScheduled: 2,
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'n1', labels: { zone: 'a' } },
      spec: {},
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    },
    {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'n2', labels: { zone: 'b' } },
      spec: {},
      status: { conditions: [{ type: 'Ready', status: 'Unknown' }] },
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'web-x', namespace: 'default', labels: { 'kubernetes.io/service-name': 'web' } },
      endpoints: [{ conditions: { ready: true } }, { conditions: { ready: false } }, {}],
    },
  ];
  for (const object of objects) made.put(object, DEFAULT_START);
  return made;
}

function evaluate(text: string): string {
  const compiled = compileExpression(text);
  if (!compiled.ok) throw new Error(`${compiled.offset}: ${compiled.message}`);
  const { expression } = compiled;
  return formatValue(expression.evaluate(cluster().state, NOW), expression.type);
}

describe('a value', () => {
  test.each([
    ['available(deployment/web)', '2'],
    ['ready(deploy/default/web)', '3'],
    ['desired(deployments.apps/web)', '4'],
    ['replicas(deployment/web)', '4'],
    ['updated(deployment/web)', '4'],
    ['rolledOut(deployment/web)', 'false'],
    ['restarts(deployment/web)', '3'],
    ['restarts(pod/shop/c)', '7'],
    ['succeeded(job/import) - failed(job/import)', '2'],
    ['desired(daemonset/agent)', '2'],
    ['ready(ds/agent) + available(ds/agent) + updated(ds/agent) + replicas(ds/agent)', '8'],
    ['rolledOut(daemonset/agent)', 'true'],
    ['ready(pod/a)', '1'],
    ['ready(pod/b)', '0'],
    ['ready(node/n1)', '1'],
    ['phase(pod/a)', '"Running"'],
    ['exists(pod/a)', 'true'],
    ['exists(pod/z)', 'false'],
    ['count(pods)', '3'],
    ['count(pods, "app=web,app!=x", "shop")', '1'],
    ['count(pods, "app in (a,b)")', '0'],
    ['count(pods, "", "default")', '2'],
    ['running()', '2'],
    ['running("app=web", "shop")', '1'],
    ['pending()', '1'],
    ['nodes()', '2'],
    ['nodes("zone=a")', '1'],
    ['nodesReady()', '1'],
    ['endpoints(service/web)', '2'],
    ['endpoints(service/nobody)', '0'],
    ['condition(deployment/web, Available)', '"True"'],
    ['condition(deployment/web, "Progressing")', '""'],
    ['age(deployment/web)', '4m'],
    ['1 + 2 * 3 - 4', '3'],
    ['(1 + 2) * 3', '9'],
    ['-2 + 5', '3'],
    ['2 * 30s + 1m', '2m'],
    ['!exists(pod/z) && 1 < 2 || false', 'true'],
    ['true || false && false', 'true'],
    ['\'a\' == "a"', 'true'],
    ['age(deployment/web) >= 4m', 'true'],
  ])('%s is %s', (text, value) => {
    expect(evaluate(text)).toBe(value);
  });

  test.each([
    ['available(deployment/none)', 'unknown'],
    ['available(deployment/none) == 0', 'unknown'],
    ['available(deployment/none) != 0', 'unknown'],
    ['!(available(deployment/none) == 0)', 'unknown'],
    ['phase(pod/none) == ""', 'unknown'],
    ['age(pod/none) < 1h', 'unknown'],
    ['ready(pod/none) == 1 && false', 'false'],
    ['false && ready(pod/none) == 1', 'false'],
    ['ready(pod/none) == 1 || true', 'true'],
    ['ready(pod/none) == 1 || false', 'unknown'],
  ])('of an object that is not there: %s is %s', (text, value) => {
    expect(evaluate(text)).toBe(value);
  });
});

describe('an expression that is refused', () => {
  test.each([
    ['', 0, 'the expression is empty'],
    ['available(deployment/web) >=', 28, 'expected a value, got the end'],
    ['availabel(deployment/web)', 0, 'there is no function availabel, did you mean "available"?'],
    [
      'available(deploymnt/web)',
      10,
      `the server doesn't have a resource type "deploymnt", did you mean "deployment"?`,
    ],
    ['available(web)', 10, 'expected an object such as deployment/web, got web'],
    ['available("deployment/web")', 10, 'write the object without quotes'],
    ['available()', 0, 'available(workload) is missing an object such as deployment/web'],
    [
      'available(deployment/web, 2)',
      26,
      'expected an object such as deployment/web, a word or a text in quotes, got 2',
    ],
    ['available(deployment/web, x)', 26, 'available(workload) takes no more arguments'],
    [
      'available(pod/web)',
      10,
      'available(workload) can be asked of deployments.apps, replicasets.apps, statefulsets.apps, replicationcontrollers, daemonsets.apps, not of pods',
    ],
    ['available(deployment/web', 24, 'expected , or ), got the end'],
    [
      'deployment/web == 1',
      0,
      'deployment/web is an object, not a value: ask something of it, as ready(deployment/web)',
    ],
    ['ready == 1', 6, 'expected ( after ready, got =='],
    ['1 = 1', 2, 'unexpected =: write == to compare, and labels in quotes'],
    ['1 & 1', 2, 'unexpected &: write && for and'],
    [
      '50% * 2',
      2,
      'unexpected %: there are no percentages: write available(deployment/web) * 100 >= 80 * desired(deployment/web)',
    ],
    ['"a', 0, 'unexpected ": the text has no closing quote'],
    ['1 < 2 < 3', 6, 'comparisons do not chain: write a < b && b < c'],
    ['1 == "a"', 2, `a number can't be compared with a text`],
    ['age(pod/a) > 5', 11, `a duration can't be compared with a number`],
    ['"a" < "b"', 4, '< compares numbers and durations; a text takes == and !='],
    ['1 && true', 0, 'expected true or false, got a number'],
    ['!5', 1, 'expected true or false, got a number'],
    ['1 + 5m', 2, '+ needs two numbers or two durations, not a number and a duration'],
    ['5m * 5m', 3, `a duration can't be multiplied with a duration`],
    ['5x', 0, 'expected a number or a duration, got 5x'],
    ['1 1', 2, 'expected an operator or the end, got 1'],
    ['count(podz)', 6, `the server doesn't have a resource type "podz", did you mean "pod"?`],
    ['count(pods, app=web)', 15, 'unexpected =: write == to compare, and labels in quotes'],
    ['count(pods, "app in web")', 12, expect.stringContaining('"app in web" is no label selector: ')],
    ['ready(node/shop/n1)', 6, 'nodes have no namespace: write node/n1'],
    [`${'('.repeat(100)}1`, 64, 'nested more than 64 levels deep'],
    [`${'!'.repeat(100)}true`, 63, 'nested more than 64 levels deep'],
    ['1 '.repeat(3000), 0, 'expected at most 4000 characters, got 6000'],
  ])('%s', (text, offset, message) => {
    expect(compileExpression(text)).toEqual({ ok: false, offset, message });
  });

  test('a condition must be true or false', () => {
    expect(compileCondition('ready(pod/a)')).toEqual({
      ok: false,
      offset: 0,
      message: 'is a number: compare it with something, as in ready(pod/a) >= 1',
    });
  });
});

describe('dependencies', () => {
  function dependenciesOf(text: string) {
    const compiled = compileExpression(text);
    if (!compiled.ok) throw new Error(compiled.message);
    return compiled.expression.dependencies;
  }

  test('name what can change the value', () => {
    expect(dependenciesOf('ready(deployment/web) > 1').map(({ kind, key }) => [kind.resource, key])).toEqual([
      ['deployments.apps', 'default/web'],
    ]);
    expect(
      dependenciesOf('restarts(deployment/web)').map(({ kind, namespace }) => [kind.resource, namespace]),
    ).toEqual([
      ['deployments.apps', undefined],
      ['pods', 'default'],
      ['replicasets.apps', 'default'],
    ]);
  });

  test('an event concerns an expression by kind, key and namespace', () => {
    const made = new TestCluster();
    const webChanged = made.put(web, 0);
    const podInShop = made.put(pod('c', 'Running', 0, 'shop'), 0);
    expect(concerns(dependenciesOf('ready(deployment/web)'), webChanged)).toBe(true);
    expect(concerns(dependenciesOf('ready(deployment/other)'), webChanged)).toBe(false);
    expect(concerns(dependenciesOf('running()'), podInShop)).toBe(true);
    expect(concerns(dependenciesOf('running("", "shop")'), podInShop)).toBe(true);
    expect(concerns(dependenciesOf('running("", "default")'), podInShop)).toBe(false);
    expect(concerns(dependenciesOf('running()'), webChanged)).toBe(false);
  });
});
