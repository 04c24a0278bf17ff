import { describe, expect, test } from 'vitest';
import { at, type RestCluster, restCluster } from './testing/rest-cluster.ts';

const PODS = '/api/v1/namespaces/default/pods';
const EVENTS = '/api/v1/namespaces/default/events';
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

function withPods(): RestCluster {
  const cluster = restCluster();
  for (const [name, tier] of [
    ['a', 'front'],
    ['b', 'back'],
    ['c', 'back'],
  ]) {
    const spec = { containers: [{ name: 'c', image: 'web' }] };
    const metadata = { name, labels: { tier } };
    expect(cluster.send('POST', PODS, { apiVersion: 'v1', kind: 'Pod', metadata, spec }).code).toBe(201);
  }
  return cluster;
}

function names(answer: ReturnType<RestCluster['send']>): readonly string[] {
  const items = at(answer, 'items') as readonly { readonly metadata: { readonly name: string } }[];
  return items.map(({ metadata }) => metadata.name);
}

describe('reading', () => {
  test.each([
    ['', ['a', 'b', 'c']],
    ['?labelSelector=tier%3Dback', ['b', 'c']],
    ['?labelSelector=tier%20notin%20(back)', ['a']],
    ['?fieldSelector=metadata.name%3Db', ['b']],
    ['?fieldSelector=metadata.name!%3Db,spec.nodeName%3D', ['a', 'c']],
  ])('a list of pods%s', (query, expected) => {
    expect(names(withPods().send('GET', `${PODS}${query}`))).toEqual(expected);
  });

  test('a table, and metadata alone', () => {
    const cluster = withPods();
    const table = cluster.send('GET', `${PODS}/a`, undefined, { accept: TABLE });
    expect(at(table, 'kind')).toBe('Table');
    expect((at(table, 'rows') as readonly { cells: readonly unknown[] }[])[0]?.cells.slice(0, 3)).toEqual([
      'a',
      '0/1',
      'Pending',
    ]);
    const accept = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';
    const partial = cluster.send('GET', PODS, undefined, { accept });
    expect(at(partial, 'kind')).toBe('PartialObjectMetadataList');
    expect(Object.keys((at(partial, 'items') as readonly object[])[0] ?? {})).toEqual([
      'kind',
      'apiVersion',
      'metadata',
    ]);
  });

  test('an autoscaler in both of its versions', () => {
    const cluster = restCluster();
    const path = '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers';
    const spec = {
      maxReplicas: 3,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      targetCPUUtilizationPercentage: 70,
    };
    const body = {
      apiVersion: 'autoscaling/v1',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'h' },
      spec,
    };
    const created = cluster.send('POST', path, body);
    expect([created.code, at(created, 'apiVersion'), at(created, 'spec')]).toEqual([
      201,
      'autoscaling/v1',
      { ...spec, minReplicas: 1 },
    ]);
    const metrics = [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { averageUtilization: 70, type: 'Utilization' } },
      },
    ];
    const v2 = path.replace('/v1/', '/v2/');
    expect(at(cluster.send('GET', `${v2}/h`), 'spec', 'metrics')).toEqual(metrics);
    // What v1 has no field for goes through it unharmed.
    const memory = {
      type: 'Resource',
      resource: { name: 'memory', target: { averageUtilization: 50, type: 'Utilization' } },
    };
    const contentType = 'application/merge-patch+json';
    cluster.send('PATCH', `${v2}/h`, { spec: { metrics: [...metrics, memory] } }, { contentType });
    const patched = cluster.send('PATCH', `${path}/h`, { spec: { maxReplicas: 9 } }, { contentType });
    expect(at(patched, 'spec', 'maxReplicas')).toBe(9);
    expect(at(cluster.send('GET', `${v2}/h`), 'spec', 'metrics')).toEqual([memory, ...metrics]);
  });

  test('an event under both of its names', () => {
    const cluster = restCluster();
    const path = '/apis/events.k8s.io/v1/namespaces/default/events';
    const body = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: 'e', namespace: 'default' },
      action: 'Binding',
      eventTime: '2026-01-01T00:00:00.000000Z',
      note: 'it happened',
      reason: 'Happened',
      regarding: { kind: 'Pod', name: 'p', namespace: 'default' },
      reportingController: 'a.example/b',
      reportingInstance: 'b-1',
      type: 'Normal',
    };
    expect(cluster.send('POST', path, body).code).toBe(201);
    expect(at(cluster.send('GET', `${EVENTS}/e`), 'message')).toBe('it happened');
    expect(at(cluster.send('GET', `${path}/e`), 'note')).toBe('it happened');
    expect(at(cluster.send('GET', `${path}/e`), 'regarding')).toMatchObject({ name: 'p' });
  });

  test('discovery lists the metrics where somebody answers for them, and nowhere else', () => {
    const cluster = restCluster();
    expect(cluster.send('GET', '/apis/metrics.k8s.io/v1beta1').code).toBe(404);
    const groups = at(cluster.send('GET', '/apis'), 'groups') as readonly { name: string }[];
    expect(groups.map(({ name }) => name)).toContain('autoscaling');
    expect(groups.map(({ name }) => name)).not.toContain('metrics.k8s.io');
  });

  test('what needs a program is refused, and not as if the pod were gone', () => {
    const cluster = withPods();
    const answer = cluster.send('POST', `${PODS}/a/exec`);
    expect([answer.code, at(answer, 'reason')]).toEqual([405, 'MethodNotAllowed']);
    expect(at(answer, 'message')).toMatch(/^pods\/exec of "a" is not supported/);
    expect(cluster.send('GET', `${PODS}/a/nothing`).code).toBe(404);
  });
});

describe('subresources', () => {
  test('a dry run keeps nothing, and shows no new version', () => {
    const cluster = withPods();
    const version = at(cluster.send('GET', `${PODS}/a`), 'metadata', 'resourceVersion');
    const contentType = 'application/merge-patch+json';
    const patched = cluster.send(
      'PATCH',
      `${PODS}/a?dryRun=All`,
      { metadata: { labels: { x: 'y' } } },
      { contentType },
    );
    expect(at(patched, 'metadata', 'labels')).toEqual({ tier: 'front', x: 'y' });
    expect(at(patched, 'metadata', 'resourceVersion')).toBe(version);
    expect(at(cluster.send('GET', `${PODS}/a`), 'metadata', 'labels')).toEqual({ tier: 'front' });
  });
});
