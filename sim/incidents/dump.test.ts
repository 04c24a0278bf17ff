import { describe, expect, test } from 'vitest';
import type { Fields } from './clean-object.ts';
import { event, found, imported, node, timeline, web } from './testing/given.ts';

describe('a dump', () => {
  test('nodes that are alike become a group, each in its zone', () => {
    const result = imported(
      [],
      [
        {
          apiVersion: 'v1',
          kind: 'List',
          items: [
            node('ip-10-0-1-17', { labels: { 'cloud.example/node-id': '1', pool: 'a' } }),
            node('ip-10-0-1-39', {
              labels: { 'cloud.example/node-id': '3', pool: 'a', 'topology.kubernetes.io/zone': 'eu-1b' },
              spec: { unschedulable: true },
            }),
            node('ip-10-0-1-28', { labels: { 'cloud.example/node-id': '2', pool: 'a' }, ready: 'Unknown' }),
            node('master-1', {
              spec: {
                taints: [
                  { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' },
                  { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' },
                ],
              },
            }),
          ],
        },
      ],
    );
    expect((result.scenario.spec as Fields).cluster).toEqual({
      nodeGroups: [
        {
          name: 'm5-large',
          count: 3,
          zones: ['eu-1a', 'eu-1a', 'eu-1b'],
          machine: { cpu: '2', memory: '8Gi', ephemeralStorage: '80Gi', pods: 29 },
          labels: { pool: 'a' },
        },
        {
          name: 'master',
          count: 1,
          zones: ['eu-1a'],
          machine: { cpu: '2', memory: '8Gi', ephemeralStorage: '80Gi', pods: 29 },
          taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }],
        },
      ],
    });
    expect(timeline(result)).toEqual([{ at: '1s', cordon: 'm5-large-3' }]);
    expect(found(result)).toEqual([
      '1 labels of nodes that say which machine it is',
      '1 nodes that were not ready, and are here from the start',
    ]);
  });

  test('what people wrote is kept without what the cluster has set; what it makes again is left out', () => {
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1', uid: 'r', controller: true };
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        clusterIP: '10.96.0.9',
        clusterIPs: ['10.96.0.9'],
        type: 'NodePort',
        selector: { app: 'web' },
        ports: [{ port: 80, nodePort: 30000 }],
      },
    };
    const lone = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'lone', namespace: 'shop' },
      spec: {
        nodeName: 'n',
        serviceAccountName: 'robot',
        containers: [
          { name: 'a', image: 'b', volumeMounts: [{ name: 'kube-api-access-x', mountPath: '/t' }] },
        ],
        volumes: [{ name: 'kube-api-access-x', emptyDir: {} }],
      },
      status: { phase: 'Running' },
    };
    const result = imported(
      [],
      [
        {
          apiVersion: 'apps/v1',
          kind: 'DeploymentList',
          items: [{ ...web(), kind: undefined, apiVersion: undefined }],
        },
        service,
        lone,
        { ...lone, metadata: { name: 'web-1-x', namespace: 'shop', ownerReferences: [owner] } },
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system' } },
        { apiVersion: 'mongodb.com/v1', kind: 'MongoDB', metadata: { name: 'db' } },
        { apiVersion: 'v1', kind: 'Event', metadata: { name: 'e' } },
        'nothing',
      ],
    );
    expect(result.files.map(({ name, objects }) => [name, objects.map(({ kind }) => kind)])).toEqual([
      ['manifests.yaml', ['Namespace', 'ServiceAccount', 'Deployment', 'Service']],
      ['pods.yaml', ['Pod']],
    ]);
    expect(result.files[0]?.objects[3]).toEqual({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { type: 'NodePort', selector: { app: 'web' }, ports: [{ port: 80 }] },
    });
    expect(result.files[1]?.objects[0]).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'lone', namespace: 'shop' },
      spec: { serviceAccountName: 'robot', containers: [{ name: 'a', image: 'b' }] },
    });
    expect(found(result)).toEqual([
      '1 Event objects, which components write',
      '1 ServiceAccounts that are not there, and were made',
      '1 entries that are no objects',
      '1 objects of a kind that is not known here: MongoDB (mongodb.com/v1)',
      '1 objects that a controller makes again',
      '1 objects that every cluster has from its start',
    ]);
  });

  test('with an audit log: a cordon and the evictions after it are a drain, a silent node is a crash', () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'web-1-x',
        namespace: 'shop',
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1', uid: 'r', controller: true },
        ],
      },
      spec: { nodeName: 'ip-17', containers: [{ name: 'a', image: 'b' }] },
    };
    const silent = { status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } };
    const result = imported(
      [
        event({
          verb: 'patch',
          resource: 'nodes',
          name: 'ip-17',
          namespace: undefined,
          requestObject: { spec: { unschedulable: true } },
        }),
        event({ verb: 'create', resource: 'pods', name: 'web-1-x', subresource: 'eviction', second: 1 }),
        event({
          verb: 'update',
          resource: 'leases',
          group: 'coordination.k8s.io',
          name: 'ip-28',
          user: 'system:node:ip-28',
          second: 100,
        }),
        event({
          verb: 'update',
          resource: 'nodes',
          name: 'ip-28',
          namespace: undefined,
          subresource: 'status',
          user: 'system:serviceaccount:kube-system:node-controller',
          requestObject: silent,
          second: 145,
        }),
        event({
          verb: 'update',
          resource: 'leases',
          group: 'coordination.k8s.io',
          name: 'ip-28',
          user: 'system:node:ip-28',
          second: 400,
        }),
        event({
          verb: 'patch',
          resource: 'nodes',
          name: 'ip-17',
          namespace: undefined,
          requestObject: { spec: { unschedulable: null } },
          second: 500,
        }),
      ],
      [{ apiVersion: 'v1', kind: 'List', items: [node('ip-17'), node('ip-28'), web(), pod] }],
    );
    expect(timeline(result)).toEqual([
      { at: '2m', drain: 'm5-large-1', ignoreDaemonSets: true, deleteEmptyDirData: true, force: true },
      { at: '3m40s', fault: 'node-crash', node: 'm5-large-2', for: '5m' },
      { at: '10m20s', uncordon: 'm5-large-1' },
    ]);
  });
});
