import { describe, expect, test } from 'vitest';
import type { KindRef } from '../../core/kinds/kind-ref.ts';
import { kindFor, POD } from '../../core/kinds/registry.ts';
import type { EventRecord, LogRecord, Stimulus } from '../../core/log/record.ts';
import { DEFAULT_START, SECOND } from '../../core/time.ts';
import { TestCluster, type TestObject } from '../scenario/testing/test-cluster.ts';
import { indexRecords } from './record-source.ts';
import { type WhyChain, why } from './why.ts';

/** A log that a test writes: who did what, and because of which record. */
class TestLog {
  readonly records: LogRecord[] = [];
  private readonly cluster = new TestCluster();

  private take<R extends LogRecord>(record: R): number {
    this.records.push(record);
    return record.rv;
  }

  private get next(): number {
    return this.records.length + 1;
  }

  stimulus(second: number, action: Stimulus, actor = 'user'): number {
    const t = at(second);
    return this.take({ type: 'stimulus', rv: this.next, t, cause: 0, actor, action });
  }

  put(second: number, actor: string, cause: number, object: TestObject, reason?: string): number {
    return this.event(this.cluster.put(object, at(second)), actor, cause, reason);
  }

  remove(second: number, actor: string, cause: number, object: TestObject): number {
    return this.event(this.cluster.remove(object, at(second)), actor, cause);
  }

  private event(event: EventRecord, actor: string, cause: number, reason?: string): number {
    return this.take({ ...event, rv: this.next, actor, cause, reason });
  }
}

function at(second: number): number {
  return DEFAULT_START + second * SECOND;
}

function chainOf(log: TestLog, name: string, second: number, kind: KindRef = POD): WhyChain {
  const answer = why(indexRecords(log.records), { kind, namespace: 'default', name }, at(second));
  if (!answer.ok) throw new Error(answer.error);
  return answer.chain;
}

const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'rs', controller: true };

function pod(name: string, rest: Partial<TestObject> = {}, metadata: object = {}): TestObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', ownerReferences: [owner], ...metadata },
    spec: { containers: [] },
    status: { phase: 'Pending' },
    ...rest,
  };
}

const node: TestObject = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-2' },
  spec: {},
  status: { conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }] },
};

function lease(spec: object): TestObject {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'node-2', namespace: 'kube-node-lease' },
    spec,
  };
}

const UNREACHABLE = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' };

/** A node crashes, and its two pods are evicted and replaced. */
function evictions(): TestLog {
  const log = new TestLog();
  const start = log.stimulus(0, { op: 'scenario', scenario: { name: 'test' } }, 'scenario');
  log.put(1, 'kubelet/node-2', start, node);
  log.put(1, 'kubelet/node-2', start, lease({ renewTime: '2026-01-01T00:00:01Z', renewEverySeconds: 10 }));
  const first = log.put(2, 'replicaset-controller', start, pod('web-a'));
  log.put(2, 'replicaset-controller', start, pod('web-b'));
  log.put(3, 'kube-scheduler', first, pod('web-a', { spec: { containers: [], nodeName: 'node-2' } }));
  const fault = log.stimulus(
    300,
    { op: 'fault', fault: 'node-crash', node: { name: 'node-2' }, source: 'test.yaml:9' },
    'fault',
  );
  const stopped = log.put(300, 'kubelet/node-2', fault, lease({ renewTime: '2026-01-01T00:04:51Z' }));
  const silent = log.put(
    345,
    'node-lifecycle-controller',
    stopped,
    {
      ...node,
      status: { conditions: [{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' }] },
    },
    'no sign of life for 50s',
  );
  const tainted = log.put(345, 'node-lifecycle-controller', silent, {
    ...node,
    spec: { taints: [UNREACHABLE] },
    status: { conditions: [{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' }] },
  });
  const marked = { deletionTimestamp: '2026-01-01T00:11:15Z', deletionGracePeriodSeconds: 30 };
  const reason = 'it tolerates the taints of its node for 300s';
  const spec = { containers: [], nodeName: 'node-2' };
  log.put(645, 'taint-eviction-controller', tainted, pod('web-a', { spec }, marked), reason);
  const second = log.put(645, 'taint-eviction-controller', tainted, pod('web-b', {}, marked), reason);
  log.put(646, 'replicaset-controller', second, pod('web-c'));
  const last = log.put(646, 'replicaset-controller', second, pod('web-d'));
  log.put(647, 'kube-scheduler', last, pod('web-d', { spec: { containers: [], nodeName: 'node-1' } }));
  log.remove(700, 'pod-garbage-collector-controller', second, pod('web-b'));
  return log;
}

describe('why', () => {
  test('leads from a replacement over the eviction and the taint to the fault', () => {
    const { steps, state, missingCause } = chainOf(evictions(), 'web-d', 800);
    expect(state).toBe('present');
    expect(missingCause).toBeUndefined();
    expect(
      steps.map(({ actor, object, changes }) => `${actor} ${object ?? '-'}: ${changes.join('; ')}`),
    ).toEqual([
      'kube-scheduler pod/web-d: bound to node-1',
      'replicaset-controller pod/web-d: created for replicaset/web',
      'taint-eviction-controller pod/web-b: marked for deletion (grace period 30s)',
      'node-lifecycle-controller node/node-2: taint node.kubernetes.io/unreachable:NoExecute added',
      'node-lifecycle-controller node/node-2: condition Ready True → Unknown (NodeStatusUnknown)',
      'kubelet/node-2 lease/node-2: renewals stop: last renewed at 2026-01-01T00:04:51Z',
      'fault -: fault node-crash on node-2',
    ]);
    expect(steps[2]?.reason).toBe('it tolerates the taints of its node for 300s');
    expect(steps.at(-1)).toMatchObject({ verb: 'stimulus', t: at(300), source: 'test.yaml:9' });
  });

  test('every step has a smaller number than the one that it caused', () => {
    const numbers = chainOf(evictions(), 'web-d', 800).steps.map(({ rv }) => rv);
    expect(numbers).toEqual([...numbers].sort((a, b) => b - a));
  });

  test('tells of a deleted pod who deleted it, and what took its place', () => {
    const chain = chainOf(evictions(), 'web-b', 800);
    expect(chain).toMatchObject({ state: 'deleted', replacedBy: 'pod/web-d' });
    expect(chain.steps[0]).toMatchObject({ actor: 'pod-garbage-collector-controller', changes: ['deleted'] });
    expect(chainOf(evictions(), 'web-a', 800).replacedBy).toBe('pod/web-c');
  });

  test('answers for the time that it is asked about', () => {
    const chain = chainOf(evictions(), 'web-b', 100);
    expect(chain).toMatchObject({ state: 'present', replacedBy: undefined });
    expect(chain.steps[0]?.changes).toEqual(['created for replicaset/web']);
  });

  test('knows an object that is yet to come', () => {
    const source = indexRecords(evictions().records);
    expect(why(source, { kind: POD, namespace: 'default', name: 'web-d' }, at(100))).toMatchObject({
      ok: false,
      createdAt: at(646),
    });
  });

  test.each([
    ['web-z', 'default', 'pod/web-a'],
    ['we', 'default', 'pod/web-d'],
    ['nothing-like-it', 'default', undefined],
  ])('suggests a name for %s', (name, namespace, suggestion) => {
    const answer = why(indexRecords(evictions().records), { kind: POD, namespace, name }, at(800));
    expect(answer).toMatchObject({ ok: false, suggestion });
  });

  test('says in which namespace a name is', () => {
    const answer = why(
      indexRecords(evictions().records),
      { kind: POD, namespace: 'other', name: 'web-d' },
      at(800),
    );
    expect(answer).toMatchObject({ ok: false, error: expect.stringContaining('in namespace default') });
  });

  test('says where a log ends before its chain does', () => {
    const log = evictions();
    const cut = indexRecords(log.records.filter(({ rv }) => rv > 10));
    const answer = why(cut, { kind: POD, namespace: 'default', name: 'web-d' }, at(800));
    expect(answer).toMatchObject({ ok: true, chain: { missingCause: 10 } });
  });

  test('gives the scheduler’s reasons for a pod without a node, one by one', () => {
    const log = new TestLog();
    const start = log.stimulus(0, { op: 'apply', objects: [] });
    const message =
      "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't match Pod's node affinity/selector. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.";
    const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
    log.put(
      1,
      'kube-scheduler',
      start,
      pod('big', { status: { phase: 'Pending', conditions: [condition] } }),
    );
    expect(chainOf(log, 'big', 2).findings).toEqual([
      `PodScheduled is False (Unschedulable): ${message}`,
      '  1 Insufficient cpu',
      "  2 node(s) didn't match Pod's node affinity/selector",
    ]);
  });
});

describe('a change in words', () => {
  const kind = kindFor('apps/v1', 'Deployment')!;
  const web = (spec: object): TestObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec,
  });

  test('names fields, and entries of lists by their names', () => {
    const log = new TestLog();
    const start = log.stimulus(0, { op: 'apply', objects: [] });
    const template = (image: string) => ({ spec: { containers: [{ name: 'c', image }] } });
    log.put(1, 'user', start, web({ replicas: 3, template: template('nginx:1') }));
    log.put(2, 'user', start, web({ replicas: 4, template: template('nginx:2') }));
    expect(chainOf(log, 'web', 3, kind).steps[0]?.changes).toEqual([
      'spec.replicas 3 → 4',
      'spec.template.spec.containers[c].image nginx:1 → nginx:2',
    ]);
  });

  test('tells containers and phases in one word each', () => {
    const log = new TestLog();
    const start = log.stimulus(0, { op: 'apply', objects: [] });
    const status = (phase: string, state: object, restartCount: number): TestObject =>
      pod('a', { status: { phase, containerStatuses: [{ name: 'c', state, restartCount }] } });
    log.put(1, 'kubelet', start, status('Pending', { waiting: { reason: 'ContainerCreating' } }, 0));
    log.put(2, 'kubelet', start, status('Running', { running: {} }, 1));
    expect(chainOf(log, 'a', 3).steps[0]?.changes).toEqual([
      'phase Pending → Running',
      'container c waiting (ContainerCreating) → running',
      'container c restarts 0 → 1',
    ]);
  });

  test('keeps the data of a Secret to itself', () => {
    const log = new TestLog();
    const start = log.stimulus(0, { op: 'apply', objects: [] });
    const secret = (data: object): TestObject => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', namespace: 'default' },
      data,
    });
    log.put(1, 'user', start, secret({ password: 'b25l' }));
    log.put(2, 'user', start, secret({ password: 'dHdv' }));
    expect(chainOf(log, 's', 3, kindFor('v1', 'Secret')).steps[0]?.changes).toEqual([
      'data.password changed',
    ]);
  });
});
