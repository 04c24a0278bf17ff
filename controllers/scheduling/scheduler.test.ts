import { describe, expect, it } from 'vitest';
import type { Result } from '../../core/api/command.ts';
import type { KubeObject } from '../../core/api/object.ts';
import { notFound } from '../../core/api/status.ts';
import { POD } from '../../core/kinds/registry.ts';
import type { Node, Pod } from '../../core/schema/types.generated.ts';
import { MINUTE, SECOND } from '../../core/time.ts';
import type { Request } from '../controller.ts';
import type { SchedulingDecision } from './decision.ts';
import { DEFAULT_SCHEDULER_OPTIONS } from './options.ts';
import { Scheduler } from './scheduler.ts';

const START = 1_000 * SECOND;

function nodeOf(name: string, changes: Partial<Node['spec']> = {}, cpu = '4', pods = '10'): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      uid: name,
      resourceVersion: '1',
      creationTimestamp: '',
      labels: { 'kubernetes.io/hostname': name, zone: name.slice(-1) },
    },
    spec: changes,
    status: { allocatable: { cpu, memory: '8Gi', pods } },
  };
}

function podOf(name: string, changes: Partial<Pod['spec']> = {}, cpu = '1'): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: `uid-${name}`, resourceVersion: '1', creationTimestamp: '' },
    spec: {
      schedulerName: 'default-scheduler',
      containers: [{ name: 'c', image: 'web:1', resources: { requests: { cpu, memory: '64Mi' } } }],
      ...changes,
    },
    status: { phase: 'Pending' },
  };
}

/** A scheduler with an API server that says yes to every binding, at once. */
class Bench {
  readonly scheduler = new Scheduler({ ...DEFAULT_SCHEDULER_OPTIONS, tieBreak: 'first', draw: () => 0 });
  now = START;
  #record = 0;

  add(...objects: readonly (Node | Pod)[]): void {
    for (const object of objects) this.observe('ADDED', object);
  }

  observe(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: Node | Pod): void {
    this.#record += 1;
    this.scheduler.observe({ type, object, previous: undefined }, this.#record, this.now);
  }

  next(): SchedulingDecision | undefined {
    return this.scheduler.next(this.now);
  }

  /** The next decision, with its binding done and seen. */
  settle(): SchedulingDecision | undefined {
    const decision = this.next();
    if (decision?.outcome.kind === 'assumed') {
      const { pod, outcome } = decision;
      const result: Result = { ok: true, object: pod as KubeObject, rv: 1 };
      this.scheduler.bound(pod.metadata.uid, result, this.now);
      this.observe('MODIFIED', { ...pod, spec: { ...pod.spec, nodeName: outcome.node } });
    }
    return decision;
  }
}

function messageOf(decision: SchedulingDecision | undefined): string | undefined {
  return decision?.outcome.kind === 'unschedulable' ? decision.outcome.message : undefined;
}

function nodeFor(decision: SchedulingDecision | undefined): string | undefined {
  return decision?.outcome.kind === 'assumed' ? decision.outcome.node : undefined;
}

function patched(pod: Pod, requests: readonly Request[]): Pod {
  const patch = requests.find((request) => request.verb === 'patch');
  if (patch?.verb !== 'patch') throw new Error('no patch was asked for');
  return patch.change(pod as KubeObject) as Pod;
}

describe('messages', () => {
  it('counts the reasons of all nodes in the order of their text, and says that preemption finds no victims', () => {
    const bench = new Bench();
    bench.add(
      nodeOf('a', { taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] }),
      nodeOf('b'),
      nodeOf('c'),
    );
    bench.add(podOf('filler-b', { nodeName: 'b' }, '3500m'), podOf('filler-c', { nodeName: 'c' }, '3500m'));
    bench.add(podOf('p'));
    expect(messageOf(bench.next())).toBe(
      '0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. preemption: 0/3 nodes are ' +
        'available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.',
    );
  });

  it('knows that evicting pods is no help where the node is too small', () => {
    const bench = new Bench();
    bench.add(nodeOf('a'), podOf('p', {}, '5'));
    expect(messageOf(bench.next())).toBe(
      '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: ' +
        '1 Preemption is not helpful for scheduling.',
    );
  });

  it('says nothing of preemption where it would find victims', () => {
    const bench = new Bench();
    bench.add(nodeOf('a'), podOf('low', { nodeName: 'a', priority: 0 }, '4'), podOf('p', { priority: 9 }));
    expect(messageOf(bench.next())).toBe('0/1 nodes are available: 1 Insufficient cpu.');
  });

  it('names a claim that is missing before it looks at nodes', () => {
    const bench = new Bench();
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'nope' } }];
    bench.add(nodeOf('a'), podOf('p', { volumes }));
    expect(messageOf(bench.next())).toBe(
      '0/1 nodes are available: persistentvolumeclaim "nope" not found. preemption: 0/1 nodes are available: ' +
        '1 Preemption is not helpful for scheduling.',
    );
  });

  it('looks only at the nodes that a DaemonSet’s pod names', () => {
    const bench = new Bench();
    bench.add(nodeOf('a', {}, '0'), nodeOf('b'));
    const matchFields = [{ key: 'metadata.name', operator: 'In' as const, values: ['a'] }];
    const required = { nodeSelectorTerms: [{ matchFields }] };
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } };
    bench.add(podOf('p', { affinity }));
    expect(messageOf(bench.next())).toContain(
      "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) didn't satisfy plugin(s) [NodeAffinity].",
    );
  });

  it('sets PodScheduled to False once, with the Event each time', () => {
    const bench = new Bench();
    const pod = podOf('p', {}, '5');
    bench.add(nodeOf('a'), pod);
    const first = bench.next();
    expect(first?.requests.map(({ verb }) => verb)).toEqual(['event', 'patch']);
    expect(first?.requests[0]).toMatchObject({
      eventType: 'Warning',
      reason: 'FailedScheduling',
      action: 'Scheduling',
    });
    const told = patched(pod, first!.requests);
    expect(told.status.conditions).toMatchObject([
      { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: messageOf(first) },
    ]);
    bench.observe('MODIFIED', told);
    bench.now += 6 * MINUTE;
    expect(bench.next()?.requests.map(({ verb }) => verb)).toEqual(['event']);
  });
});

describe('the queue', () => {
  it('takes the more important pod first, then the older', () => {
    const bench = new Bench();
    bench.add(nodeOf('a'), podOf('first'), podOf('second'), podOf('urgent', { priority: 10 }));
    const order = [bench.next(), bench.next(), bench.next()].map((decision) => decision?.pod.metadata.name);
    expect(order).toEqual(['urgent', 'first', 'second']);
  });

  it('leaves a pod alone until an event can help it', () => {
    const bench = new Bench();
    bench.add(nodeOf('a', {}, '2'), podOf('p', {}, '3'));
    bench.next();
    expect(bench.scheduler.nextWake(bench.now)).toBe(START + 5 * MINUTE + 30 * SECOND);
    bench.add(nodeOf('small', {}, '2'));
    expect(bench.next()).toBeUndefined();
    bench.add(nodeOf('large'));
    expect(bench.scheduler.nextWake(bench.now)).toBe(bench.now);
    const decision = bench.next();
    expect(nodeFor(decision)).toBe('large');
    expect(decision).toMatchObject({ cause: 4, attempts: 2 });
  });

  it('tries a pod again when another has gone', () => {
    const bench = new Bench();
    const filler = podOf('filler', { nodeName: 'a' }, '4');
    bench.add(nodeOf('a'), filler, podOf('p'));
    expect(messageOf(bench.next())).toContain('Insufficient cpu');
    bench.observe('DELETED', filler);
    expect(nodeFor(bench.next())).toBe('a');
  });

  it('flushes what has been unschedulable for five minutes', () => {
    const bench = new Bench();
    bench.add(nodeOf('a'), podOf('p', {}, '5'));
    bench.next();
    bench.now += 5 * MINUTE;
    expect(bench.next()).toBeUndefined();
    bench.now += 30 * SECOND;
    expect(bench.next()).toMatchObject({ attempts: 2, reason: 'unschedulable for 5m0s' });
  });

  it('backs off twice as long after each error in a row', () => {
    const bench = new Bench();
    bench.add(podOf('p'));
    const waits: number[] = [];
    for (let i = 0; i < 6; i += 1) {
      expect(messageOf(bench.next())).toBe('no nodes available to schedule pods');
      const wake = bench.scheduler.nextWake(bench.now)!;
      waits.push((wake - bench.now) / SECOND);
      bench.now = wake;
    }
    expect(waits).toEqual([1, 2, 4, 8, 10, 10]);
  });

  it('keeps a gated pod out until its gates are gone', () => {
    const bench = new Bench();
    bench.add(nodeOf('a'), podOf('p', { schedulingGates: [{ name: 'wait' }] }));
    expect(bench.next()).toBeUndefined();
    bench.observe('MODIFIED', podOf('p', { schedulingGates: [] }));
    expect(nodeFor(bench.next())).toBe('a');
  });

  it('passes over a pod that is being deleted, and pods of other schedulers', () => {
    const bench = new Bench();
    const pod = podOf('p');
    bench.add(nodeOf('a'), podOf('other', { schedulerName: 'mine' }));
    bench.add({ ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } });
    expect(bench.next()?.outcome).toEqual({
      kind: 'skipped',
      message: 'skip schedule deleting pod: default/p',
    });
    expect(bench.next()).toBeUndefined();
  });
});

describe('assumed pods', () => {
  it('count on their node at once, and are bound by the request', () => {
    const bench = new Bench();
    bench.add(nodeOf('a', {}, '1'), nodeOf('b', {}, '1'), podOf('p'), podOf('q'));
    const first = bench.next();
    expect(first?.requests).toEqual([
      { verb: 'bind', namespace: 'default', name: 'p', uid: 'uid-p', nodeName: 'a' },
    ]);
    expect(nodeFor(bench.next())).toBe('b');
    const requests = bench.scheduler.bound(
      'uid-p',
      { ok: true, object: podOf('p') as KubeObject, rv: 9 },
      START,
    );
    expect(requests).toMatchObject([
      {
        verb: 'event',
        eventType: 'Normal',
        reason: 'Scheduled',
        message: 'Successfully assigned default/p to a',
      },
    ]);
  });

  it('give their place back and come again after a back-off where the binding fails', () => {
    const bench = new Bench();
    bench.add(nodeOf('a', {}, '1'), podOf('p'));
    bench.next();
    const status = notFound(POD, 'p');
    const requests = bench.scheduler.bound('uid-p', { ok: false, status }, bench.now);
    expect(requests.map(({ verb }) => verb)).toEqual(['event', 'patch']);
    expect(bench.next()).toBeUndefined();
    bench.now += SECOND;
    expect(nodeFor(bench.next())).toBe('a');
  });

  it('are not queued again by an update that is older than their binding', () => {
    const bench = new Bench();
    bench.add(nodeOf('a'), podOf('p'));
    bench.next();
    bench.scheduler.bound('uid-p', { ok: true, object: podOf('p') as KubeObject, rv: 9 }, START);
    bench.observe('MODIFIED', podOf('p'));
    expect(bench.next()).toBeUndefined();
  });

  it('free their place when they end', () => {
    const bench = new Bench();
    bench.add(nodeOf('a', {}, '1'), podOf('p'), podOf('q'));
    bench.settle();
    expect(messageOf(bench.settle())).toContain('Insufficient cpu');
    const done = podOf('p', { nodeName: 'a' });
    bench.observe('MODIFIED', { ...done, status: { phase: 'Succeeded' } });
    expect(nodeFor(bench.settle())).toBe('a');
  });
});

describe('explain', () => {
  it('gives each plugin’s reason or score for each node, and changes nothing', () => {
    const bench = new Bench();
    bench.add(nodeOf('a'), nodeOf('b'), nodeOf('c', { unschedulable: true }), podOf('p'));
    const before = bench.scheduler.explain(podOf('p'));
    expect(before.nodes.map(({ node, feasible }) => [node, feasible])).toEqual([
      ['a', true],
      ['b', true],
      ['c', false],
    ]);
    expect(before.nodes[2]).toMatchObject({
      plugin: 'NodeUnschedulable',
      reasons: ['node(s) were unschedulable'],
    });
    expect(before.nodes[0]).toMatchObject({
      scores: expect.arrayContaining([{ plugin: 'TaintToleration', raw: 0, normalized: 100, weight: 3 }]),
    });
    bench.settle();
    expect(bench.scheduler.explain(podOf('p'))).toEqual(before);
  });
});
