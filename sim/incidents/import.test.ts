import { describe, expect, test } from 'vitest';
import { parseRfc3339, rfc3339Micro, SECOND } from '../../core/time.ts';
import type { Fields } from './clean-object.ts';
import { Findings } from './findings.ts';
import { type ImportedScenario, importScenario } from './import.ts';

const T0 = '2026-03-01T10:00:00.000000Z';

interface Given {
  readonly verb: string;
  readonly resource?: string;
  readonly group?: string;
  readonly name?: string;
  readonly namespace?: string | undefined;
  readonly user?: string;
  readonly second?: number;
  readonly [field: string]: unknown;
}

function event(given: Given): Fields {
  const {
    verb,
    resource = 'deployments',
    group,
    name = 'web',
    namespace = 'shop',
    user = 'jane',
    second = 0,
    subresource,
    ...rest
  } = given;
  const apiGroup = group ?? (resource === 'deployments' ? 'apps' : '');
  const time = rfc3339Micro((parseRfc3339(T0) ?? 0) + second * SECOND);
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Request',
    stage: 'ResponseComplete',
    requestURI: '/apis',
    verb,
    user: { username: user },
    objectRef: {
      resource,
      name,
      ...('namespace' in given && given.namespace === undefined ? {} : { namespace }),
      apiGroup,
      ...(subresource === undefined ? {} : { subresource }),
    },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: time,
    ...rest,
  };
}

function web(replicas = 2, image = 'web:1'): Fields {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'web',
      namespace: 'shop',
      uid: 'u',
      resourceVersion: '7',
      creationTimestamp: T0,
      labels: { app: 'web' },
    },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [
            { name: 'main', image },
            { name: 'side', image: 'side:1' },
          ],
        },
      },
    },
    status: { replicas },
  };
}

function node(name: string, rest: { labels?: object; spec?: object; ready?: string } = {}): Fields {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'topology.kubernetes.io/zone': 'eu-1a',
        'node.kubernetes.io/instance-type': 'm5.large',
        ...rest.labels,
      },
    },
    spec: rest.spec ?? {},
    status: {
      capacity: { cpu: '2', memory: '8Gi', pods: '29', 'ephemeral-storage': '80Gi' },
      conditions: [{ type: 'Ready', status: rest.ready ?? 'True' }],
    },
  };
}

function imported(audit: readonly unknown[], dump: readonly unknown[] = []): ImportedScenario {
  return importScenario({
    audit: audit.map((raw, index) => ({ raw, where: `audit:${index + 1}` })),
    dump: dump.map((raw) => ({ raw, where: 'dump' })),
    findings: new Findings(),
  });
}

function timeline(result: ImportedScenario): readonly Fields[] {
  return ((result.scenario.spec as Fields).timeline ?? []) as readonly Fields[];
}

function found(result: ImportedScenario): readonly string[] {
  return result.findings.map(({ what, count }) => `${count} ${what}`);
}

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
