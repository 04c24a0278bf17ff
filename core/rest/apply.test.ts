import { describe, expect, test } from 'vitest';
import { at, type RestCluster, restCluster } from './testing/rest-cluster.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';

function configMap(data: Readonly<Record<string, string>>): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data };
}

interface Entry {
  readonly manager: string;
  readonly operation: string;
  readonly subresource?: string;
  readonly fieldsV1: Readonly<Record<string, unknown>>;
}

function managers(cluster: RestCluster, path: string): readonly Entry[] {
  return at(cluster.send('GET', path), 'metadata', 'managedFields') as readonly Entry[];
}

function deployment(
  spec: object = {},
  containers: readonly object[] = [{ name: 'web', image: 'web:1' }],
): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers } },
      ...spec,
    },
  };
}

describe('server-side apply', () => {
  test('creates what is not there, and says who manages what', () => {
    const cluster = restCluster();
    const created = cluster.apply('one', `${CONFIG_MAPS}/c`, configMap({ a: '1', b: '2' }));
    expect(created.code).toBe(201);
    expect(managers(cluster, `${CONFIG_MAPS}/c`)).toEqual([
      {
        apiVersion: 'v1',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { 'f:a': {}, 'f:b': {} } },
        manager: 'one',
        operation: 'Apply',
        time: '2026-01-01T00:00:02Z',
      },
    ]);
  });

  test('the same again changes nothing', () => {
    const cluster = restCluster();
    cluster.apply('one', `${CONFIG_MAPS}/c`, configMap({ a: '1' }));
    const before = cluster.events.length;
    expect(cluster.apply('one', `${CONFIG_MAPS}/c`, configMap({ a: '1' })).code).toBe(200);
    expect(cluster.events.length).toBe(before);
  });

  test('another value for a field of another manager is a conflict, in the words of the API server', () => {
    const cluster = restCluster();
    cluster.apply('one', `${CONFIG_MAPS}/c`, configMap({ a: '1', b: '2' }));
    const refused = cluster.apply('two', `${CONFIG_MAPS}/c`, configMap({ a: '9', b: '9' }));
    expect(refused.code).toBe(409);
    expect(refused.body).toMatchObject({
      reason: 'Conflict',
      message: 'Apply failed with 2 conflicts: conflicts with "one":\n- .data.a\n- .data.b',
      details: {
        causes: [
          { reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.data.a' },
          { reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.data.b' },
        ],
      },
    });
  });

  test('force takes the field over; the same value is shared', () => {
    const cluster = restCluster();
    cluster.apply('one', `${CONFIG_MAPS}/c`, configMap({ a: '1', b: '2' }));
    const forced = cluster.apply('two', `${CONFIG_MAPS}/c`, configMap({ a: '9', b: '2' }), { force: 'true' });
    expect(at(forced, 'data')).toEqual({ a: '9', b: '2' });
    expect(managers(cluster, `${CONFIG_MAPS}/c`).map(({ manager, fieldsV1 }) => [manager, fieldsV1])).toEqual(
      [
        ['one', { 'f:data': { 'f:b': {} } }],
        ['two', { 'f:data': { 'f:a': {}, 'f:b': {} } }],
      ],
    );
  });

  test('what a manager applies no more goes, unless another manages it too', () => {
    const cluster = restCluster();
    cluster.apply('one', `${CONFIG_MAPS}/c`, configMap({ a: '1', b: '2', c: '3' }));
    cluster.apply('two', `${CONFIG_MAPS}/c`, configMap({ b: '2' }));
    const left = cluster.apply('one', `${CONFIG_MAPS}/c`, configMap({ a: '1' }));
    expect(at(left, 'data')).toEqual({ a: '1', b: '2' });
  });

  test('entries of a list are managed by their keys, and taken away with what was defaulted in them', () => {
    const cluster = restCluster();
    const side = { name: 'side', image: 'side:1' };
    const web = { name: 'web', image: 'web:1', ports: [{ containerPort: 80 }] };
    cluster.apply('one', `${DEPLOYMENTS}/web`, deployment({}, [web, side]));
    const [entry] = managers(cluster, `${DEPLOYMENTS}/web`);
    expect(entry?.fieldsV1).toMatchObject({
      'f:spec': {
        'f:selector': {},
        'f:template': {
          'f:spec': {
            'f:containers': {
              'k:{"name":"web"}': {
                '.': {},
                'f:name': {},
                'f:image': {},
                'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
              },
            },
          },
        },
      },
    });
    const left = cluster.apply('one', `${DEPLOYMENTS}/web`, deployment({}, [web]));
    const containers = at(left, 'spec', 'template', 'spec', 'containers') as readonly { name: string }[];
    expect(containers.map(({ name }) => name)).toEqual(['web']);
  });

  test('a patch takes a field over, and the next apply conflicts with it', () => {
    const cluster = restCluster();
    cluster.apply('one', `${DEPLOYMENTS}/web`, deployment({ replicas: 2 }));
    cluster.send(
      'PATCH',
      `${DEPLOYMENTS}/web/scale`,
      { spec: { replicas: 5 } },
      {
        contentType: 'application/merge-patch+json',
        query: { fieldManager: 'scaler' },
      },
    );
    const refused = cluster.apply('one', `${DEPLOYMENTS}/web`, deployment({ replicas: 2 }));
    expect(at(refused, 'message')).toBe(
      'Apply failed with 1 conflict: conflict with "scaler" with subresource "scale" using apps/v1: .spec.replicas',
    );
  });

  test('what was there before managers were kept is managed by before-first-apply', () => {
    const cluster = restCluster();
    cluster.send('POST', CONFIG_MAPS, configMap({ a: '1', b: '2' }));
    const refused = cluster.apply('one', `${CONFIG_MAPS}/c`, configMap({ a: '2' }));
    expect(at(refused, 'message')).toBe(
      'Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.a',
    );
    cluster.apply('one', `${CONFIG_MAPS}/c`, configMap({ a: '1' }));
    expect(managers(cluster, `${CONFIG_MAPS}/c`).map(({ manager }) => manager)).toEqual([
      'one',
      'before-first-apply',
    ]);
  });

  test('a client that creates manages what it sent and what was defaulted', () => {
    const cluster = restCluster();
    cluster.send('POST', `${DEPLOYMENTS}?fieldManager=kubectl-create`, deployment());
    const [entry] = managers(cluster, `${DEPLOYMENTS}/web`);
    expect(entry).toMatchObject({ manager: 'kubectl-create', operation: 'Update' });
    expect(entry?.fieldsV1['f:spec']).toMatchObject({
      'f:replicas': {},
      'f:strategy': { 'f:rollingUpdate': { '.': {}, 'f:maxSurge': {} } },
      'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"web"}': { '.': {}, 'f:resources': {} } } } },
    });
  });

  test('the status is managed apart', () => {
    const cluster = restCluster();
    cluster.apply('one', `${DEPLOYMENTS}/web`, deployment());
    const status = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      status: { replicas: 3 },
    };
    expect(cluster.apply('controller', `${DEPLOYMENTS}/web/status`, status).code).toBe(200);
    const entry = managers(cluster, `${DEPLOYMENTS}/web`).find(({ manager }) => manager === 'controller');
    expect(entry).toMatchObject({ subresource: 'status', fieldsV1: { 'f:status': { 'f:replicas': {} } } });
  });

  test.each([
    [
      'without a manager',
      {},
      configMap({}),
      422,
      'fieldManager: Required value: is required for apply patch',
    ],
    ['of no object', { fieldManager: 'x' }, { data: {} }, 400, 'invalid object type: /, Kind='],
    [
      'of another name',
      { fieldManager: 'x' },
      { ...configMap({}), metadata: { name: 'd' } },
      400,
      'does not match',
    ],
    [
      'with managers',
      { fieldManager: 'x' },
      { ...configMap({}), metadata: { name: 'c', managedFields: [{ manager: 'y' }] } },
      400,
      'metadata.managedFields must be nil',
    ],
  ])('an apply %s is refused', (_name, query, body, code, message) => {
    const cluster = restCluster();
    const answer = cluster.send('PATCH', `${CONFIG_MAPS}/c`, body, {
      contentType: 'application/apply-patch+yaml',
      query,
    });
    expect([answer.code, at(answer, 'message')]).toEqual([code, expect.stringContaining(message)]);
  });

  test('what kubectl applied from its side goes over without conflicts, unless another changed it', () => {
    const cluster = restCluster();
    const config = configMap({ a: '1', b: '2' }) as { metadata: object };
    const annotation = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(config) };
    const sent = { ...config, metadata: { ...config.metadata, annotations: annotation } };
    cluster.send('POST', `${CONFIG_MAPS}?fieldManager=kubectl-client-side-apply`, sent);
    cluster.send(
      'PATCH',
      `${CONFIG_MAPS}/c`,
      { data: { b: '7' } },
      { contentType: 'application/merge-patch+json', query: { fieldManager: 'other' } },
    );
    const refused = cluster.apply('kubectl', `${CONFIG_MAPS}/c`, configMap({ a: '8', b: '9' }));
    expect(at(refused, 'message')).toBe(
      'Apply failed with 1 conflict: conflict with "other" using v1: .data.b',
    );
    const taken = cluster.apply('kubectl', `${CONFIG_MAPS}/c`, configMap({ a: '8' }));
    expect(at(taken, 'data')).toEqual({ a: '8', b: '7' });
    expect(at(taken, 'metadata', 'annotations')).toEqual({
      'kubectl.kubernetes.io/last-applied-configuration':
        '{"apiVersion":"v1","data":{"a":"8"},"kind":"ConfigMap","metadata":{"name":"c","namespace":"default"}}\n',
    });
  });

  test('a client may rewrite the managers, or take them all away', () => {
    const cluster = restCluster();
    cluster.apply('one', `${CONFIG_MAPS}/c`, configMap({ a: '1' }));
    cluster.send(
      'PATCH',
      `${CONFIG_MAPS}/c`,
      [{ op: 'replace', path: '/metadata/managedFields', value: [{}] }],
      {
        contentType: 'application/json-patch+json',
        query: { fieldManager: 'two' },
      },
    );
    expect(managers(cluster, `${CONFIG_MAPS}/c`)).toBeUndefined();
  });
});
