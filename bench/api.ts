import type { NewObject } from '../core/api/object.ts';
import { ApiServer } from '../core/api/server.ts';
import { NAMESPACE, POD, REPLICA_SET, SERVICE_ACCOUNT } from '../core/kinds/registry.ts';
import { Journal } from '../core/log/journal.ts';
import type { RecordSink } from '../core/log/record.ts';
import type { Pod, ReplicaSet } from '../core/schema/types.generated.ts';
import { State } from '../core/store/state.ts';
import { DEFAULT_START, MILLISECOND } from '../core/time.ts';
import { randomStream } from '../sim/random/keyed.ts';
import { timed } from './benchmark.ts';

const INFORMERS = 3;
const REPLICA_SETS = 100;
const NODES = 1000;

const REPLICA_SET_TEMPLATE = {
  metadata: { labels: { app: 'web', tier: 'front' } },
  spec: {
    containers: [
      {
        name: 'web',
        image: 'registry.example/web:1.4',
        ports: [{ containerPort: 8080 }],
        resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
        readinessProbe: { httpGet: { path: '/ready', port: 8080 } },
      },
    ],
  },
};

/**
 * The life of `pods` pods against the API server alone, with admission, defaulting and validation on: create,
 * bind, two status updates, delete. Three informers follow. Returns mutations a second.
 */
export function apiMutationRate(pods: number, sink?: RecordSink): number {
  const journal = new Journal();
  const server = new ApiServer(journal, randomStream(1, 'api').draw);
  const informers = Array.from({ length: INFORMERS }, () => new State());
  journal.subscribe((record) => {
    if (record.type !== 'event') return;
    for (const informer of informers) informer.apply(record);
  });
  if (sink !== undefined) journal.subscribe(sink);
  let now = DEFAULT_START;
  const context = () => {
    now += MILLISECOND;
    return { now, actor: 'bench', cause: 0 };
  };
  const namespace: NewObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } };
  server.execute({ verb: 'create', kind: NAMESPACE, object: namespace }, context());
  const account: NewObject = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: 'default' },
  };
  server.execute({ verb: 'create', kind: SERVICE_ACCOUNT, object: account }, context());
  const sets: NewObject<Pod>[] = [];
  for (let i = 0; i < REPLICA_SETS; i += 1) {
    const object: NewObject<ReplicaSet> = {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: `web-${i}`, namespace: 'default' },
      spec: { replicas: 1, selector: { matchLabels: { app: 'web' } }, template: REPLICA_SET_TEMPLATE },
    };
    const created = server.execute({ verb: 'create', kind: REPLICA_SET, object }, context());
    if (!created.ok) throw new Error(created.status.message);
    const set = created.object as ReplicaSet;
    const template = set.spec.template;
    sets.push({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        generateName: `web-${i}-`,
        namespace: 'default',
        labels: template?.metadata?.labels,
        ownerReferences: [
          {
            apiVersion: 'apps/v1',
            kind: 'ReplicaSet',
            name: set.metadata.name,
            uid: set.metadata.uid,
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
      spec: template?.spec,
    });
  }
  const created: Pod[] = [];
  let mutations = 0;
  const seconds = timed(() => {
    for (let i = 0; i < pods; i += 1) {
      const object = sets[i % REPLICA_SETS] as NewObject<Pod>;
      const result = server.execute({ verb: 'create', kind: POD, object }, context());
      if (!result.ok) throw new Error(result.status.message);
      created.push(result.object as Pod);
    }
    for (const [i, pod] of created.entries()) {
      const { name, uid } = pod.metadata;
      const nodeName = `node-${i % NODES}`;
      server.execute({ verb: 'bind', namespace: 'default', name, uid, nodeName }, context());
    }
    for (const phase of ['Pending', 'Running']) {
      for (const pod of created) {
        const { name } = pod.metadata;
        const startTime = '2026-01-01T00:00:00Z';
        server.execute(
          {
            verb: 'patch',
            kind: POD,
            namespace: 'default',
            name,
            subresource: 'status',
            change: (stored) => {
              const { status } = stored as Pod;
              return { ...stored, status: { ...status, phase, startTime, hostIP: '10.0.0.1' } } as Pod;
            },
          },
          context(),
        );
      }
    }
    for (const pod of created) {
      const { name } = pod.metadata;
      const options = { gracePeriodSeconds: 0 };
      server.execute({ verb: 'delete', kind: POD, namespace: 'default', name, options }, context());
    }
    mutations = journal.lastNumber - REPLICA_SETS - 2;
  });
  return mutations / seconds;
}
