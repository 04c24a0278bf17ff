import { expect, test } from 'vitest';
import { restCluster } from '../rest/testing/rest-cluster.ts';
import { decide } from './access.ts';
import type { ResourceAccess } from './rule.ts';

const NODE = { name: 'system:node:n1', groups: ['system:nodes', 'system:authenticated'] };

function withPod() {
  const cluster = restCluster();
  const pods = '/api/v1/namespaces/default/pods';
  const spec = {
    nodeName: 'n1',
    serviceAccountName: 'default',
    imagePullSecrets: [{ name: 'pull' }],
    containers: [
      { name: 'a', image: 'a', env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'key', key: 'k' } } }] },
    ],
    volumes: [
      { name: 's', secret: { secretName: 'vol' } },
      { name: 'c', projected: { sources: [{ configMap: { name: 'conf' } }] } },
      { name: 'p', persistentVolumeClaim: { claimName: 'data' } },
    ],
  };
  const made = cluster.send('POST', pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec });
  expect(made.code).toBe(201);
  return cluster.server.state;
}

const view = withPod();
const NO_PATH = "no relationship found between node 'n1' and this object";
const on = (text: string): ResourceAccess => {
  const [verb = '', resource = '', name = '-', namespace = 'default', group = ''] = text.split(' ');
  const place = namespace === '-' ? '' : namespace;
  return { verb, resource, name: name === '-' ? '' : name, namespace: place, group };
};

test.each([
  ['get secrets vol', true, ''],
  ['get secrets key', true, ''],
  ['watch secrets pull', true, ''],
  ['get secrets other', false, NO_PATH],
  ['get secrets vol kube-system', false, NO_PATH],
  ['list secrets', false, 'No Object name found'],
  ['delete secrets vol', false, 'can only read resources of this type'],
  ['get configmaps conf', true, ''],
  ['get configmaps vol', false, NO_PATH],
  ['get persistentvolumeclaims data', true, ''],
  ['list persistentvolumeclaims data', false, 'can only get individual resources of this type'],
  ['patch persistentvolumeclaims/status data', true, ''],
  ['create serviceaccounts/token default', true, ''],
  ['create serviceaccounts/token robot', false, NO_PATH],
  ['get nodes n1 -', true, ''],
  ['get nodes n2 -', false, "node 'n1' cannot read 'n2', only its own Node object"],
  ['list nodes - -', false, "node 'n1' cannot read all nodes, only its own Node object"],
  ['patch nodes/status n1 -', true, ''],
  ['update leases n1 kube-node-lease coordination.k8s.io', true, ''],
  [
    'update leases n2 kube-node-lease coordination.k8s.io',
    false,
    'can only access node lease with the same name as the requesting node',
  ],
  [
    'update leases n1 default coordination.k8s.io',
    false,
    'can only access leases in the "kube-node-lease" system namespace',
  ],
  ['list pods', true, ''],
  ['create pods/eviction p', true, ''],
  ['list runtimeclasses - - node.k8s.io', true, ''],
  ['list deployments - default apps', false, ''],
])('%s', (text, allowed, reason) => {
  expect(decide(view, NODE, on(text))).toEqual({ allowed, reason });
});

test('a node by name alone is nobody', () => {
  const who = { name: 'system:node:n1', groups: ['system:authenticated'] };
  expect(decide(view, who, on('get secrets vol')).allowed).toBe(false);
});
