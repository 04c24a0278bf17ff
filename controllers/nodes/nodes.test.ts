import { describe, expect, test } from 'vitest';
import { LEASE, NODE, POD } from '../../core/kinds/registry.ts';
import type { Node, Pod } from '../../core/schema/types.generated.ts';
import { HOUR, type Micros, rfc3339, rfc3339Micro, SECOND } from '../../core/time.ts';
import { DEFAULT_CONTROLLER_SETTINGS } from '../settings.ts';
import { FrozenWorld } from '../testing/frozen-world.ts';
import { nodeLifecycleController } from './node-lifecycle.ts';
import { podGarbageCollector } from './pod-garbage-collection.ts';
import { taintEvictionController } from './taint-eviction.ts';

const { nodeLifecycle, terminatedPodsMax } = DEFAULT_CONTROLLER_SETTINGS;
const CONTROLLERS = [
  nodeLifecycleController(nodeLifecycle),
  taintEvictionController,
  podGarbageCollector(terminatedPodsMax),
];

function addNode(world: FrozenWorld, name: string, zone = 'a', ready = 'True'): void {
  const now = rfc3339(world.now);
  world.create({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'topology.kubernetes.io/zone': zone } },
  });
  const change = (stored: object) => ({
    ...(stored as Node),
    status: {
      conditions: ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) => ({
        type,
        status: type === 'Ready' ? ready : 'False',
        lastHeartbeatTime: now,
        lastTransitionTime: now,
      })),
    },
  });
  world.request(
    { verb: 'patch', kind: NODE, namespace: undefined, name, subresource: 'status', change },
    'kubelet',
  );
  world.create({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: 'kube-node-lease' },
    spec: { renewTime: rfc3339Micro(world.now), renewEverySeconds: 10 },
  } as never);
}

/** The kubelet dies: its last renewal is written down. */
function silence(world: FrozenWorld, name: string): void {
  const renewTime = rfc3339Micro(world.now);
  const change = (stored: object) => ({ ...stored, spec: { renewTime } }) as never;
  world.request({ verb: 'patch', kind: LEASE, namespace: 'kube-node-lease', name, change }, 'fault');
}

function addPod(world: FrozenWorld, name: string, nodeName: string, tolerationSeconds?: number): void {
  const tolerations =
    tolerationSeconds === undefined
      ? [{ operator: 'Exists' as const }]
      : ['not-ready', 'unreachable'].map((key) => ({
          key: `node.kubernetes.io/${key}`,
          operator: 'Exists' as const,
          effect: 'NoExecute' as const,
          tolerationSeconds,
        }));
  world.create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'i' }], tolerations, terminationGracePeriodSeconds: 30 },
  } as never);
  const pod = world.server.state.get(POD, 'default', name) as Pod;
  world.request({ verb: 'bind', namespace: 'default', name, uid: pod.metadata.uid, nodeName }, 'scheduler');
  world.setPodStatus(name, { phase: 'Running' }, true);
}

function pod(world: FrozenWorld, name: string): Pod | undefined {
  return world.server.state.get(POD, 'default', name);
}

function node(world: FrozenWorld, name: string): Node {
  return world.server.state.get(NODE, undefined, name) as Node;
}

function taints(world: FrozenWorld, name: string): readonly string[] {
  return (node(world, name).spec.taints ?? []).map(({ key, effect }) => `${key}:${effect}`);
}

function setReady(world: FrozenWorld, name: string, status: string): void {
  const now = rfc3339(world.now);
  const change = (stored: object) => {
    const old = stored as Node;
    const conditions = (old.status.conditions ?? []).map((condition) =>
      condition.type === 'Ready'
        ? { ...condition, status, lastHeartbeatTime: now, lastTransitionTime: now }
        : condition,
    );
    return { ...old, status: { ...old.status, conditions } };
  };
  world.request(
    { verb: 'patch', kind: NODE, namespace: undefined, name, subresource: 'status', change },
    'kubelet',
  );
}

function renewAgain(world: FrozenWorld, name: string): void {
  const renewTime = rfc3339Micro(world.now);
  const change = (stored: object) => ({ ...stored, spec: { renewTime, renewEverySeconds: 10 } }) as never;
  world.request({ verb: 'patch', kind: LEASE, namespace: 'kube-node-lease', name, change }, 'kubelet');
}

/** The moment, in seconds from now, at which something first holds; looked for second by second. */
function secondsUntil(world: FrozenWorld, holds: () => boolean, limit: Micros = HOUR): number | undefined {
  const start = world.now;
  while (world.now - start < limit) {
    if (holds()) return (world.now - start) / SECOND;
    world.run(SECOND);
  }
  return undefined;
}

describe('node lifecycle', () => {
  test('a silent node is unknown after 50 s, tainted for eviction a look later, and its pods are not ready', () => {
    const world = new FrozenWorld(CONTROLLERS);
    for (const name of ['n1', 'n2', 'n3']) addNode(world, name);
    addPod(world, 'p', 'n1', 300);
    world.run(60 * SECOND);
    expect(taints(world, 'n1')).toEqual([]);
    silence(world, 'n1');
    expect(secondsUntil(world, () => node(world, 'n1').status.conditions?.[0]?.status === 'Unknown')).toBe(
      51,
    );
    expect(node(world, 'n1').status.conditions).toEqual(
      ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) =>
        expect.objectContaining({
          type,
          status: 'Unknown',
          reason: 'NodeStatusUnknown',
          message: 'Kubelet stopped posting node status.',
        }),
      ),
    );
    expect(taints(world, 'n1')).toEqual(['node.kubernetes.io/unreachable:NoSchedule']);
    expect(pod(world, 'p')?.status.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('False');
    expect(secondsUntil(world, () => taints(world, 'n1').length === 2)).toBe(5);
    expect(taints(world, 'n1')).toEqual([
      'node.kubernetes.io/unreachable:NoSchedule',
      'node.kubernetes.io/unreachable:NoExecute',
    ]);
    expect(secondsUntil(world, () => pod(world, 'p')?.metadata.deletionTimestamp !== undefined)).toBe(300);
    expect(pod(world, 'p')?.status.conditions?.at(-1)).toMatchObject({
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
    });
    expect(world.events()).toEqual(
      expect.arrayContaining([
        'RegisteredNode: Registered Node n1 in Controller',
        'NodeNotReady: Node n1 status is now: NodeNotReady',
        'NodeNotReady: Node is not ready',
        'TaintManagerEviction: Marking for deletion Pod default/p',
      ]),
    );
  });

  test('a node that comes back loses its taints, and what they have set off is called off', () => {
    const world = new FrozenWorld(CONTROLLERS);
    for (const name of ['n1', 'n2', 'n3']) addNode(world, name);
    addPod(world, 'p', 'n1', 300);
    world.run(10 * SECOND);
    silence(world, 'n1');
    world.run(120 * SECOND);
    expect(taints(world, 'n1')).toHaveLength(2);
    renewAgain(world, 'n1');
    setReady(world, 'n1', 'True');
    world.run(10 * SECOND);
    expect(taints(world, 'n1')).toEqual([]);
    world.run(HOUR);
    expect(pod(world, 'p')?.metadata.deletionTimestamp).toBeUndefined();
    expect(world.events()).toContain('TaintManagerEviction: Cancelling deletion of Pod default/p');
  });

  test('not ready becomes unreachable, and back, without waiting for the turn of the zone', () => {
    const world = new FrozenWorld(CONTROLLERS);
    for (const name of ['n1', 'n2', 'n3', 'n4']) addNode(world, name);
    world.run(10 * SECOND);
    setReady(world, 'n1', 'False');
    setReady(world, 'n2', 'False');
    world.run(8 * SECOND);
    const tainted = () => ['n1', 'n2'].filter((name) => taints(world, name).length === 2);
    expect(tainted()).toEqual(['n1']);
    silence(world, 'n1');
    world.run(70 * SECOND);
    expect(taints(world, 'n1').toSorted()).toEqual([
      'node.kubernetes.io/unreachable:NoExecute',
      'node.kubernetes.io/unreachable:NoSchedule',
    ]);
  });

  test('nodes of a zone are tainted for eviction one in ten seconds (I26)', () => {
    const world = new FrozenWorld(CONTROLLERS);
    for (let i = 0; i < 10; i += 1) addNode(world, `n${i}`);
    world.run(10 * SECOND);
    for (const name of ['n1', 'n2', 'n3']) setReady(world, name, 'False');
    const when: number[] = [];
    const seen = new Set<string>();
    for (let second = 0; second < 40; second += 1) {
      world.run(SECOND);
      for (const name of ['n1', 'n2', 'n3']) {
        if (seen.has(name) || !taints(world, name).includes('node.kubernetes.io/not-ready:NoExecute'))
          continue;
        seen.add(name);
        when.push(second);
      }
    }
    expect(when).toEqual([5, 15, 25]);
  });

  test('a small zone that lost more than half stops evictions; a cluster without a ready node ends them (I27)', () => {
    const world = new FrozenWorld(CONTROLLERS);
    for (let i = 0; i < 5; i += 1) addNode(world, `n${i}`);
    world.run(10 * SECOND);
    for (const name of ['n0', 'n1', 'n2']) setReady(world, name, 'False');
    world.run(60 * SECOND);
    const evicting = () =>
      ['n0', 'n1', 'n2', 'n3', 'n4'].filter((name) =>
        taints(world, name).includes('node.kubernetes.io/not-ready:NoExecute'),
      );
    expect(evicting()).toEqual([]);
    setReady(world, 'n0', 'True');
    world.run(60 * SECOND);
    expect(evicting()).toEqual(['n1', 'n2']);
    for (const name of ['n0', 'n3', 'n4']) setReady(world, name, 'False');
    world.run(120 * SECOND);
    expect(evicting()).toEqual([]);
    setReady(world, 'n0', 'True');
    world.run(10 * SECOND);
    expect(evicting()).toEqual([]);
  });

  test('a whole zone that is lost beside a healthy one is evicted at the usual rate', () => {
    const world = new FrozenWorld(CONTROLLERS);
    for (let i = 0; i < 4; i += 1) addNode(world, `a${i}`, 'a');
    for (let i = 0; i < 4; i += 1) addNode(world, `b${i}`, 'b');
    world.run(10 * SECOND);
    for (let i = 0; i < 4; i += 1) setReady(world, `a${i}`, 'False');
    world.run(60 * SECOND);
    for (let i = 0; i < 4; i += 1) expect(taints(world, `a${i}`)).toHaveLength(2);
  });

  test('cordon and pressure become NoSchedule taints; NoSchedule ends nobody (I18)', () => {
    const world = new FrozenWorld(CONTROLLERS);
    addNode(world, 'n1');
    addPod(world, 'p', 'n1', 300);
    world.run(10 * SECOND);
    const change = (stored: object) => {
      const old = stored as Node;
      return { ...old, spec: { ...old.spec, unschedulable: true } };
    };
    world.request({ verb: 'patch', kind: NODE, namespace: undefined, name: 'n1', change });
    world.run(10 * SECOND);
    expect(taints(world, 'n1')).toEqual(['node.kubernetes.io/unschedulable:NoSchedule']);
    world.run(HOUR);
    expect(pod(world, 'p')?.metadata.deletionTimestamp).toBeUndefined();
  });

  test('a quiet cluster sets no timers and writes nothing', () => {
    const world = new FrozenWorld(CONTROLLERS);
    for (let i = 0; i < 20; i += 1) addNode(world, `n${i}`);
    world.run(60 * SECOND);
    world.takeRecords();
    const handled = world.kernel.handled;
    world.run(10 * HOUR);
    expect(world.takeRecords()).toEqual([]);
    expect(world.kernel.handled).toBe(handled);
  });

  test('a node that never posts a status is unknown after 60 s', () => {
    const world = new FrozenWorld(CONTROLLERS);
    addNode(world, 'ready');
    world.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'mute' } });
    expect(secondsUntil(world, () => node(world, 'mute').status.conditions !== undefined)).toBe(61);
    expect(node(world, 'mute').status.conditions?.[0]).toMatchObject({
      type: 'Ready',
      status: 'Unknown',
      reason: 'NodeStatusNeverUpdated',
      message: 'Kubelet never posted node status.',
    });
  });
});

describe('taint eviction (I19)', () => {
  test.each([[0], [1], [7], [60], [299]])('a pod that tolerates for %d s goes after that long', (seconds) => {
    const change = (stored: object) => {
      const old = stored as Node;
      const taint = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' as const };
      return { ...old, spec: { ...old.spec, taints: [taint] } };
    };
    // Only the eviction is under test: nobody takes the taint off again.
    const lone = new FrozenWorld([taintEvictionController]);
    addNode(lone, 'n1');
    addPod(lone, 'p', 'n1', seconds);
    addPod(lone, 'forever', 'n1');
    lone.request({ verb: 'patch', kind: NODE, namespace: undefined, name: 'n1', change });
    const took = secondsUntil(lone, () => pod(lone, 'p')?.metadata.deletionTimestamp !== undefined);
    expect(took).toBe(seconds + 1);
    lone.run(HOUR);
    expect(pod(lone, 'forever')?.metadata.deletionTimestamp).toBeUndefined();
  });
});

describe('pod garbage collection', () => {
  test('pods of a node that is gone are ended and removed after the quarantine', () => {
    const world = new FrozenWorld([podGarbageCollector(terminatedPodsMax)]);
    addNode(world, 'n1');
    addPod(world, 'p', 'n1');
    world.run(5 * SECOND);
    world.request({ verb: 'delete', kind: NODE, namespace: undefined, name: 'n1' });
    expect(secondsUntil(world, () => pod(world, 'p') === undefined)).toBe(56);
    const written = world.takeRecords().filter(({ key, verb }) => key === 'default/p' && verb === 'update');
    const last = written.at(-1)?.next as Pod | undefined;
    expect(last?.status).toMatchObject({
      phase: 'Failed',
      conditions: [
        { type: 'PodScheduled' },
        { type: 'Ready' },
        { type: 'DisruptionTarget', reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists' },
      ],
    });
  });

  test('a node that comes back under its name keeps its pods', () => {
    const world = new FrozenWorld([podGarbageCollector(terminatedPodsMax)]);
    addNode(world, 'n1');
    addPod(world, 'p', 'n1');
    world.request({ verb: 'delete', kind: NODE, namespace: undefined, name: 'n1' });
    world.request({ verb: 'delete', kind: LEASE, namespace: 'kube-node-lease', name: 'n1' });
    world.run(30 * SECOND);
    addNode(world, 'n1');
    world.run(HOUR);
    expect(pod(world, 'p')).toBeDefined();
  });

  test('pods that are stuck on a node out of service are removed by force, others are not (I28)', () => {
    const world = new FrozenWorld([podGarbageCollector(terminatedPodsMax)]);
    addNode(world, 'n1', 'a', 'False');
    addNode(world, 'n2', 'a', 'False');
    addPod(world, 'p1', 'n1');
    addPod(world, 'p2', 'n2');
    const change = (stored: object) => {
      const old = stored as Node;
      const taint = { key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' as const };
      return { ...old, spec: { ...old.spec, taints: [taint] } };
    };
    world.request({ verb: 'patch', kind: NODE, namespace: undefined, name: 'n1', change });
    for (const name of ['p1', 'p2']) world.request({ verb: 'delete', kind: POD, namespace: 'default', name });
    world.run(60 * SECOND);
    expect(pod(world, 'p1')).toBeUndefined();
    expect(pod(world, 'p2')).toBeDefined();
  });
});
