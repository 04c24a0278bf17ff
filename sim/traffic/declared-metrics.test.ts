import { expect, test } from 'vitest';
import { serveRead } from '../../core/rest/rest.ts';
import { SECOND } from '../../core/time.ts';
import { SCENARIO_API_VERSION, SCENARIO_KIND } from '../scenario/document.ts';
import { readScenario } from '../scenario/resolve.ts';
import { writtenScenario } from '../scenario/written-scenario.ts';
import { Simulation } from '../simulation.ts';

const METRICS = [
  {
    name: 'queue_messages_ready',
    labels: { queue: 'mail' },
    values: [
      { at: '10s', value: '30' },
      { at: '20s', value: '1500m' },
    ],
  },
  { name: 'queue_messages_ready', labels: { queue: 'other' }, values: [{ value: 7 }] },
  { name: 'orders_per_minute', of: 'service/shop/web', values: [{ value: '2k' }] },
  { name: 'height', of: 'node/node-1', values: [{ at: '15s', value: 3 }] },
];

function scenarioOf(metrics: unknown) {
  const read = readScenario({
    apiVersion: SCENARIO_API_VERSION,
    kind: SCENARIO_KIND,
    metadata: { name: 'metrics' },
    spec: { cluster: { nodeGroups: [{ name: 'node', count: 1 }] }, metrics },
  });
  if (!read.ok) throw new Error(read.problems.map(({ message }) => message).join('\n'));
  return read.scenario;
}

function reader(metrics: unknown) {
  const scenario = scenarioOf(metrics);
  const simulation = new Simulation(scenario);
  simulation.boot();
  return (path: string, at: number, query: Readonly<Record<string, string>> = {}) => {
    simulation.runUntil(scenario.startTime + at * SECOND);
    const { view, now, server } = simulation;
    const context = { view, now, snapshots: { get: () => undefined, keep: () => '' } as never };
    const source = server.metrics === undefined ? {} : { metrics: server.metrics };
    return serveRead({ method: 'GET', path, query, user: 'me' }, { ...context, ...source });
  };
}

const EXTERNAL = '/apis/external.metrics.k8s.io/v1beta1';
const CUSTOM = '/apis/custom.metrics.k8s.io/v1beta2';

function values({ body }: { readonly body: unknown }): readonly unknown[] {
  return (body as { items: readonly { value: string }[] }).items.map(({ value }) => value);
}

test('an external metric has the value of its time, and is chosen by its labels', () => {
  const read = reader(METRICS);
  const path = `${EXTERNAL}/namespaces/default/queue_messages_ready`;
  expect(values(read(path, 5))).toEqual(['7']);
  expect(values(read(path, 12))).toEqual(['30', '7']);
  expect(values(read(path, 25, { labelSelector: 'queue=mail' }))).toEqual(['1500m']);
  expect(values(read(path, 25, { labelSelector: 'queue=none' }))).toEqual([]);
  expect(read(`${EXTERNAL}/namespaces/default/nothing`, 25).code).toBe(404);
  expect(read(path, 25, { labelSelector: '=' }).code).toBe(400);
});

test('a metric of an object is of that object alone', () => {
  const read = reader(METRICS);
  const path = `${CUSTOM}/namespaces/shop/services/web/orders_per_minute`;
  expect(read(path, 5)).toMatchObject({
    code: 200,
    body: {
      kind: 'MetricValueList',
      items: [
        {
          describedObject: { kind: 'Service', namespace: 'shop', name: 'web', apiVersion: 'v1' },
          metric: { name: 'orders_per_minute' },
          value: '2k',
        },
      ],
    },
  });
  const missing = read(`${CUSTOM}/namespaces/default/services/web/orders_per_minute`, 5);
  expect(missing).toMatchObject({
    code: 404,
    body: { message: 'the server could not find the metric orders_per_minute for services web' },
  });
  // Nobody knows it before its first value; of a kind without namespaces, it has none.
  expect(read(`${CUSTOM}/nodes/node-1/height`, 10).code).toBe(404);
  expect(values(read(`${CUSTOM}/nodes/*/height`, 16))).toEqual(['3']);
  expect(read(`${CUSTOM}/namespaces/default/nodes/node-1/height`, 16).code).toBe(404);
  expect(read(`${CUSTOM}/namespaces/default/pods/*/requests_per_second`, 16).code).toBe(200);
});

test('discovery names the metrics, and external ones only where there are some', () => {
  const read = reader(METRICS);
  const names = (path: string): unknown =>
    (read(path, 1).body as { resources: readonly { name: string }[] }).resources.map(({ name }) => name);
  expect(names(EXTERNAL)).toEqual(['queue_messages_ready']);
  expect(names(CUSTOM)).toContain('services/orders_per_minute');
  expect(names(CUSTOM)).toContain('pods/requests_per_second');
  const groups = (answer: { readonly body: unknown }): readonly string[] =>
    (answer.body as { groups: readonly { name: string }[] }).groups.map(({ name }) => name);
  expect(groups(read('/apis', 1))).toContain('external.metrics.k8s.io');
  const without = reader([])('/apis', 1);
  expect(groups(without)).not.toContain('external.metrics.k8s.io');
  expect(groups(without)).toContain('custom.metrics.k8s.io');
});

test('a scenario that is written out is read back the same', () => {
  const scenario = scenarioOf(METRICS);
  const again = readScenario(writtenScenario(scenario));
  expect(again.ok && again.scenario.metrics).toEqual(scenario.metrics);
});
