import { expect, test } from 'vitest';
import type { MetricsSource } from '../api/metrics.ts';
import { DEFAULT_START, SECOND } from '../time.ts';
import { serveMetrics } from './metrics.ts';
import { at, restCluster } from './testing/rest-cluster.ts';

const ROOT = '/apis/metrics.k8s.io/v1beta1';

function answers(path: string, query: Readonly<Record<string, string>> = {}) {
  const cluster = restCluster();
  cluster.send('POST', '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } });
  for (const name of ['a', 'b']) {
    const metadata = { name, labels: { name } };
    const spec = { nodeName: 'n', containers: [{ name: 'c', image: 'web' }] };
    cluster.send('POST', '/api/v1/namespaces/default/pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec,
    });
  }
  const usage = {
    timestamp: DEFAULT_START,
    window: 15 * SECOND,
    containers: [{ name: 'c', cpu: 250, memory: 2048 }],
  };
  const source: MetricsSource = {
    usage: (namespace, fits) =>
      namespace === 'default'
        ? ['a', 'b'].filter((name) => fits({ name })).map((podName) => ({ podName, ...usage }))
        : [],
    values: () => undefined,
  };
  const answer = serveMetrics(
    { method: 'GET', path: `${ROOT}/${path}`, query, user: 'u' },
    cluster.server.state,
    source,
  );
  if (answer === undefined) throw new Error('no path of the metrics API');
  return answer;
}

test('pods, of a namespace, of all, and one', () => {
  expect(at(answers('namespaces/default/pods/a'), 'containers')).toEqual([
    { name: 'c', usage: { cpu: '250m', memory: '2Ki' } },
  ]);
  expect(at(answers('pods'), 'items')).toHaveLength(2);
  expect(at(answers('namespaces/default/pods', { labelSelector: 'name=b' }), 'items')).toMatchObject([
    { metadata: { name: 'b' }, window: '15s', timestamp: '2026-01-01T00:00:00Z' },
  ]);
  expect(at(answers('namespaces/other/pods'), 'items')).toEqual([]);
  expect(answers('namespaces/default/pods/x').code).toBe(404);
});

test('a node uses what its pods use', () => {
  expect(at(answers('nodes/n'), 'usage')).toEqual({ cpu: '500m', memory: '4Ki' });
  expect(at(answers('nodes'), 'kind')).toBe('NodeMetricsList');
  expect(answers('nodes/x').code).toBe(404);
});
