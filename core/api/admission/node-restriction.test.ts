import { describe, expect, test } from 'vitest';
import { at, type RestCluster, restCluster } from '../../rest/testing/rest-cluster.ts';

const AS_NODE = { user: 'system:node:a', groups: ['system:nodes', 'system:authenticated'] };
const PODS = '/api/v1/namespaces/default/pods';
const MERGE = { ...AS_NODE, contentType: 'application/merge-patch+json' };

function world(): RestCluster {
  const made = restCluster();
  for (const name of ['a', 'b']) made.send('POST', '/api/v1/nodes', { metadata: { name } });
  const spec = { containers: [{ name: 'c', image: 'i' }] };
  made.send('POST', PODS, { metadata: { name: 'mine' }, spec: { ...spec, nodeName: 'a' } });
  made.send('POST', PODS, { metadata: { name: 'other' }, spec: { ...spec, nodeName: 'b' } });
  return made;
}

describe('NodeRestriction', () => {
  test('a node changes itself, its labels but those of others, and no taints', () => {
    const own = world();
    const patch = (node: string, body: object): readonly unknown[] => {
      const answer = own.send('PATCH', `/api/v1/nodes/${node}`, body, MERGE);
      return [answer.code, at(answer, 'message')];
    };
    expect(patch('b', { metadata: { labels: { x: 'y' } } })).toEqual([
      403,
      'nodes "b" is forbidden: node "a" is not allowed to modify node "b"',
    ]);
    expect(patch('a', { metadata: { labels: { 'test/x': 'y', 'kubernetes.io/os': 'linux' } } })[0]).toBe(200);
    expect(patch('a', { metadata: { labels: { 'node-restriction.kubernetes.io/x': 'y' } } })).toEqual([
      403,
      'nodes "a" is forbidden: is not allowed to modify labels: node-restriction.kubernetes.io/x',
    ]);
    expect(patch('a', { metadata: { labels: { 'kubernetes.io/x': 'y' } } })[0]).toBe(403);
    expect(patch('a', { spec: { taints: [] } })[1]).toBe(
      'nodes "a" is forbidden: node "a" is not allowed to modify taints',
    );
  });

  test('a node has to do with its own pods, and makes mirrors alone', () => {
    const own = world();
    const refusedAs = (method: 'POST' | 'DELETE', path: string, body?: object): unknown =>
      at(own.send(method, path, body, AS_NODE), 'message');
    expect(refusedAs('DELETE', `${PODS}/other`)).toBe(
      'pods "other" is forbidden: node "a" can only delete pods with spec.nodeName set to itself',
    );
    expect(refusedAs('POST', `${PODS}/other/eviction`, { metadata: { name: 'other' } })).toBe(
      'pods "other" is forbidden: node a can only evict pods with spec.nodeName set to itself',
    );
    expect(own.send('DELETE', `${PODS}/mine`, undefined, AS_NODE).code).toBe(200);
    const spec = { nodeName: 'a', containers: [{ name: 'c', image: 'i' }] };
    expect(refusedAs('POST', PODS, { metadata: { name: 'x' }, spec })).toBe(
      'pods "x" is forbidden: pod does not have "kubernetes.io/config.mirror" annotation, node "a" can only create mirror pods',
    );
    const annotations = { 'kubernetes.io/config.mirror': 'x' };
    expect(refusedAs('POST', PODS, { metadata: { name: 'x', annotations }, spec })).toContain(
      'can only create pods with an owner reference set to itself',
    );
    expect(refusedAs('POST', '/api/v1/namespaces/default/serviceaccounts/default/token', {})).toBe(
      'serviceaccounts "default" is forbidden: node requested token not bound to a pod',
    );
    const status = own.send('PATCH', `${PODS}/other/status`, { status: { phase: 'Failed' } }, MERGE);
    expect(at(status, 'message')).toContain(
      'can only update pod status for pods with spec.nodeName set to itself',
    );
  });

  test('new nodes of clients take nothing before they are ready; system namespaces stay', () => {
    const own = world();
    expect(at(own.send('GET', '/api/v1/nodes/a'), 'spec', 'taints')).toEqual([
      { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' },
    ]);
    const gone = own.send('DELETE', '/api/v1/namespaces/default');
    expect([gone.code, at(gone, 'message')]).toEqual([
      403,
      'namespaces "default" is forbidden: this namespace may not be deleted',
    ]);
  });

  test('a claim grows where its class allows, once it is bound', () => {
    const own = world();
    const claims = '/api/v1/namespaces/default/persistentvolumeclaims';
    const make = (name: string, storageClassName: string): void => {
      const spec = {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
        storageClassName,
      };
      own.send('POST', claims, { metadata: { name }, spec });
      own.send(
        'PATCH',
        `${claims}/${name}/status`,
        { status: { phase: 'Bound' } },
        { contentType: MERGE.contentType },
      );
    };
    const grow = (name: string): readonly unknown[] => {
      const body = { spec: { resources: { requests: { storage: '2Gi' } } } };
      const answer = own.send('PATCH', `${claims}/${name}`, body, { contentType: MERGE.contentType });
      return [answer.code, at(answer, 'message')];
    };
    const provisioner = 'x';
    own.send('POST', '/apis/storage.k8s.io/v1/storageclasses', { metadata: { name: 'fixed' }, provisioner });
    own.send('POST', '/apis/storage.k8s.io/v1/storageclasses', {
      metadata: { name: 'growing' },
      provisioner,
      allowVolumeExpansion: true,
    });
    make('a', 'fixed');
    make('b', 'growing');
    expect(at(own.send('GET', `${claims}/a`), 'metadata', 'finalizers')).toEqual([
      'kubernetes.io/pvc-protection',
    ]);
    expect(grow('a')).toEqual([
      403,
      'persistentvolumeclaims "a" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    ]);
    expect(grow('b')[0]).toBe(200);
  });
});
