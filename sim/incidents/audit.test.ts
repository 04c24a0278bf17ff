import { describe, expect, test } from 'vitest';
import type { Fields } from './clean-object.ts';
import { event, found, imported, timeline, web } from './testing/given.ts';

const created = event({ verb: 'create', requestObject: web() });

describe('an audit log', () => {
  test('what people write becomes the timeline; what components write is left to the simulation', () => {
    const result = imported([
      created,
      event({
        verb: 'create',
        resource: 'pods',
        name: 'web-x',
        user: 'system:serviceaccount:kube-system:replicaset-controller',
        second: 1,
      }),
      event({
        verb: 'patch',
        resource: 'pods',
        name: 'web-x',
        subresource: 'status',
        user: 'system:node:node-1',
        second: 2,
      }),
      event({
        verb: 'update',
        resource: 'leases',
        group: 'coordination.k8s.io',
        user: 'system:kube-scheduler',
        second: 3,
      }),
      event({ verb: 'get', second: 4 }),
      event({ verb: 'update', subresource: 'scale', requestObject: { spec: { replicas: 5 } }, second: 60 }),
    ]);
    expect(timeline(result)).toEqual([
      { at: '2s', apply: 'timeline/0001-deployment-web.yaml' },
      { at: '1m2s', scale: 'deployment/shop/web', replicas: 5 },
    ]);
    expect(result.files.map(({ name }) => name)).toEqual([
      'manifests.yaml',
      'timeline/0001-deployment-web.yaml',
    ]);
    // The namespace was there before the log begins; what the server sets is gone.
    expect(result.files[0]?.objects).toEqual([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
    ]);
    expect(result.files[1]?.objects[0]).toMatchObject({
      metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' } },
    });
    expect(Object.keys(result.files[1]?.objects[0] ?? {})).not.toContain('status');
    expect(found(result)).toEqual([
      '3 requests of components, which the simulation makes by itself',
      '1 requests that read',
    ]);
    expect((result.scenario.spec as Fields).startTime).toBe('2026-03-01T09:59:58.000000Z');
  });

  test('a strategic patch of a list is found by patching what is known', () => {
    const patch = {
      spec: {
        template: {
          spec: {
            '$setElementOrder/containers': [{ name: 'main' }, { name: 'side' }],
            containers: [{ name: 'main', image: 'web:2' }],
          },
        },
      },
    };
    const result = imported([created, event({ verb: 'patch', requestObject: patch, second: 5 })]);
    expect(timeline(result)[1]).toEqual({
      at: '7s',
      patch: 'deployment/shop/web',
      with: {
        spec: {
          template: {
            spec: {
              containers: [
                { image: 'web:2', name: 'main' },
                { name: 'side', image: 'side:1' },
              ],
            },
          },
        },
      },
    });
  });

  test('… or taken from the answer, where the log has it', () => {
    const patch = { spec: { template: { spec: { containers: [{ name: 'main', image: 'web:3' }] } } } };
    const answer = web(2, 'web:3');
    const result = imported([
      created,
      event({ verb: 'patch', requestObject: patch, responseObject: answer, second: 5 }),
    ]);
    expect(timeline(result)[1]).toMatchObject({
      with: { spec: { template: { spec: { containers: [{ image: 'web:3' }, { image: 'side:1' }] } } } },
    });
  });

  test('a JSON patch, an update and a merge patch come to merge patches', () => {
    const result = imported([
      created,
      event({
        verb: 'patch',
        requestObject: [{ op: 'replace', path: '/metadata/labels/app', value: 'x' }],
        second: 1,
      }),
      event({
        verb: 'update',
        requestObject: { ...web(4), metadata: { name: 'web', namespace: 'shop', labels: { app: 'x' } } },
        second: 2,
      }),
      event({
        verb: 'patch',
        requestObject: {
          metadata: { annotations: { note: 'n', 'kubectl.kubernetes.io/last-applied-configuration': '{}' } },
        },
        second: 3,
      }),
      event({
        verb: 'patch',
        requestObject: {
          metadata: { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' } },
        },
        second: 4,
      }),
    ]);
    expect(timeline(result).slice(1)).toEqual([
      { at: '3s', patch: 'deployment/shop/web', with: { metadata: { labels: { app: 'x' } } } },
      { at: '4s', scale: 'deployment/shop/web', replicas: 4 },
      { at: '5s', patch: 'deployment/shop/web', with: { metadata: { annotations: { note: 'n' } } } },
    ]);
    expect(found(result)).toEqual(['1 requests that change nothing of what people write']);
  });

  test('deletions, alone and of a collection, and what they take with them', () => {
    const other = { ...web(), metadata: { name: 'other', namespace: 'shop', labels: { app: 'other' } } };
    const result = imported([
      created,
      event({ verb: 'create', name: 'other', requestObject: other, second: 1 }),
      event({
        verb: 'deletecollection',
        name: '',
        requestURI: '/apis/apps/v1/namespaces/shop/deployments?labelSelector=app%3Dother',
        second: 2,
      }),
      event({
        verb: 'delete',
        level: 'Metadata',
        requestObject: { propagationPolicy: 'Foreground' },
        second: 3,
      }),
      event({ verb: 'delete', second: 4 }),
    ]);
    expect(timeline(result).slice(2)).toEqual([
      { at: '4s', delete: 'deployment/shop/other' },
      { at: '5s', delete: 'deployment/shop/web', propagationPolicy: 'Foreground' },
    ]);
    expect(found(result)).toEqual([
      '1 requests for objects that are not known: give a dump from before the log',
    ]);
  });

  test('broken events, unknown kinds, refusals and clocks out of order: counted, named, the rest used', () => {
    const result = imported([
      event({ verb: 'create', requestObject: web(), second: 100 }),
      'no object',
      { kind: 'Pod' },
      event({ verb: 'create', requestReceivedTimestamp: 'noon', requestObject: web() }),
      event({ verb: 'create', resource: 'mongodbs', group: 'mongodb.com', name: 'db', second: 101 }),
      event({ verb: 'create', resource: 'mongodbs', group: 'mongodb.com', name: 'db2', second: 101 }),
      event({ verb: 'create', level: 'Metadata', name: 'bodyless', second: 102 }),
      event({ verb: 'create', requestObject: web(), responseStatus: { code: 409 }, second: 103 }),
      event({ verb: 'create', requestObject: web(), stage: 'RequestReceived', second: 103 }),
      event({ verb: 'create', requestURI: '/apis?dryRun=All', requestObject: web(), second: 103 }),
      event({ verb: 'create', name: 'bad', requestObject: { ...web(), spec: { replicaz: 1 } }, second: 104 }),
      event({ verb: 'delete', resource: 'pods', name: 'web-abc-xyz', second: 105 }),
      event({
        verb: 'patch',
        resource: 'nodes',
        name: 'ip-10',
        namespace: undefined,
        requestObject: { spec: { unschedulable: true } },
        second: 106,
      }),
      // Written before the first one, told after it.
      event({
        verb: 'create',
        resource: 'configmaps',
        name: 'early',
        requestObject: {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'early', namespace: 'shop' },
        },
        second: 40,
      }),
    ]);
    expect(timeline(result)).toEqual([
      { at: '2s', apply: 'timeline/0001-configmap-early.yaml' },
      { at: '1m2s', apply: 'timeline/0002-deployment-web.yaml' },
    ]);
    expect(found(result)).toEqual([
      '2 requests for a kind that is not known here: mongodbs.mongodb.com',
      '1 dry runs',
      '1 earlier stages of a request',
      '1 events out of order, which were put into it',
      '1 events without a time (requestReceivedTimestamp)',
      '1 lines that are no audit event (audit.k8s.io/v1, kind Event)',
      '1 lines that hold no object',
      '1 objects that are not valid: spec.replicaz unknown field "replicaz", did you mean "replicas"?',
      '1 requests for nodes that are not known from a dump',
      '1 requests for pods of controllers, which have other names in a simulation',
      '1 requests that the API server refused',
      '1 requests without a body (level Metadata)',
    ]);
    expect(result.findings[0]?.examples).toEqual(['audit:5', 'audit:6']);
  });
});
