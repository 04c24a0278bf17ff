import { describe, expect, it } from 'vitest';
import type { Result } from '../../../core/api/command.ts';
import type { KubeObject, StringMap } from '../../../core/api/object.ts';
import type { Node, Pod, PodDisruptionBudget } from '../../../core/schema/types.generated.ts';
import { rfc3339, SECOND } from '../../../core/time.ts';
import type { Request } from '../../controller.ts';
import { profileOf } from '../configuration/profile.ts';
import type { SchedulingDecision } from '../decision.ts';
import { DEFAULT_SCHEDULER_OPTIONS } from '../options.ts';
import { Scheduler } from '../scheduler.ts';

/** https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/ */
const START = 1_000 * SECOND;
const META = { resourceVersion: '1', creationTimestamp: '' };

function nodeOf(name: string, cpu = '4', taints?: Node['spec']['taints']): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, uid: name, ...META, labels: { 'kubernetes.io/hostname': name } },
    spec: { taints },
    status: { allocatable: { cpu, memory: '8Gi', pods: '10' } },
  };
}

interface PodShape {
  readonly node?: string;
  readonly cpu?: string;
  readonly priority?: number;
  readonly labels?: StringMap;
  /** Seconds after the start. */
  readonly started?: number;
  readonly never?: boolean;
  readonly affinity?: Pod['spec']['affinity'];
}

function podOf(name: string, shape: PodShape = {}): Pod {
  const { node, cpu = '1', priority = 0, labels, started, never, affinity } = shape;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: `uid-${name}`, ...META, labels },
    spec: {
      schedulerName: 'default-scheduler',
      nodeName: node,
      priority,
      preemptionPolicy: never === true ? 'Never' : 'PreemptLowerPriority',
      affinity,
      containers: [{ name: 'c', image: 'web:1', resources: { requests: { cpu, memory: '64Mi' } } }],
    },
    status: started === undefined ? {} : { startTime: rfc3339(START + started * SECOND) },
  };
}

function budgetOf(name: string, selector: StringMap, disruptionsAllowed: number): PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: 'default', uid: name, ...META },
    spec: { selector: { matchLabels: selector } },
    status: { disruptionsAllowed, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
  };
}

class Bench {
  readonly scheduler: Scheduler;
  now = START;
  #record = 0;

  constructor(minCandidateNodesAbsolute = 100) {
    const profile = profileOf({
      schedulerName: 'default-scheduler',
      plugins: {},
      pluginConfig: [
        {
          name: 'DefaultPreemption',
          args: { minCandidateNodesPercentage: 0, minCandidateNodesAbsolute },
        },
      ],
    });
    this.scheduler = new Scheduler({
      ...DEFAULT_SCHEDULER_OPTIONS,
      profiles: [profile],
      tieBreak: 'first',
      draw: () => 0,
    });
  }

  add(...objects: readonly (Node | Pod | PodDisruptionBudget)[]): this {
    for (const object of objects) this.observe('ADDED', object);
    return this;
  }

  observe(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: Node | Pod | PodDisruptionBudget): void {
    this.#record += 1;
    this.scheduler.observe({ type, object, previous: undefined }, this.#record, this.now);
  }

  next(): SchedulingDecision | undefined {
    return this.scheduler.next(this.now);
  }
}

function preempted(decision: SchedulingDecision | undefined): readonly string[] {
  return decision?.outcome.kind === 'unschedulable'
    ? (decision.outcome.victims ?? []).map(({ metadata }) => metadata.name)
    : [];
}

function messageOf(decision: SchedulingDecision | undefined): string | undefined {
  return decision?.outcome.kind === 'unschedulable' ? decision.outcome.message : undefined;
}

function nodeFor(decision: SchedulingDecision | undefined): string | undefined {
  return decision?.outcome.kind === 'assumed' ? decision.outcome.node : undefined;
}

/** The status that the decision's patch of a pod leaves. */
function patched(requests: readonly Request[] | undefined, pod: Pod): Pod {
  const patch = requests?.find((request) => request.verb === 'patch' && request.name === pod.metadata.name);
  if (patch?.verb !== 'patch') throw new Error(`no patch of ${pod.metadata.name} was asked for`);
  return patch.change(pod as KubeObject) as Pod;
}

/** The same on every node: which one is chosen, and who goes. */
type Fill = readonly (readonly [node: string, shape: PodShape])[];

function chosen(
  fill: Fill,
  budgets: readonly PodDisruptionBudget[] = [],
): { node: string | undefined; victims: readonly string[] } {
  const bench = new Bench().add(...budgets);
  for (const node of new Set(fill.map(([name]) => name))) bench.add(nodeOf(node));
  fill.forEach(([node, shape], i) => {
    bench.add(podOf(`${node}${i}`, { ...shape, node }));
  });
  const pod = podOf('p', { priority: 100, cpu: '4' });
  const decision = bench.add(pod).next();
  const node = patched(decision?.requests, pod).status.nominatedNodeName;
  return { node, victims: preempted(decision) };
}

describe('where room is made', () => {
  const db = { labels: { app: 'db' } };
  it.each<readonly [string, Fill, PodDisruptionBudget[], string, string[]]>([
    [
      'fewest violations of budgets, whatever the priorities',
      [
        ['a', { cpu: '4', priority: 1, ...db }],
        ['b', { cpu: '4', priority: 50 }],
      ],
      [budgetOf('db', { app: 'db' }, 0)],
      'b',
      ['b1'],
    ],
    [
      'a budget with room is none that is violated',
      [
        ['a', { cpu: '4', priority: 1, ...db }],
        ['b', { cpu: '4', priority: 50 }],
      ],
      [budgetOf('db', { app: 'db' }, 1)],
      'a',
      ['a0'],
    ],
    [
      'then the lowest of the highest priorities',
      [
        ['a', { cpu: '2', priority: 9 }],
        ['a', { cpu: '2', priority: 0 }],
        ['b', { cpu: '1', priority: 5 }],
        ['b', { cpu: '1', priority: 5 }],
        ['b', { cpu: '2', priority: 5 }],
      ],
      [],
      'b',
      ['b2', 'b3', 'b4'],
    ],
    [
      'then the smallest sum of priorities',
      [
        ['a', { cpu: '2', priority: 9 }],
        ['a', { cpu: '2', priority: 8 }],
        ['b', { cpu: '2', priority: 9 }],
        ['b', { cpu: '2', priority: 1 }],
      ],
      [],
      'b',
      ['b2', 'b3'],
    ],
    [
      'in which every pod counts, also one below zero',
      [
        ['a', { cpu: '2', priority: -5 }],
        ['a', { cpu: '2', priority: -5 }],
        ['b', { cpu: '4', priority: -5 }],
      ],
      [],
      'b',
      ['b2'],
    ],
    [
      'then the latest start of the most important victims',
      [
        ['a', { cpu: '4', started: 1 }],
        ['b', { cpu: '4', started: 3 }],
        ['c', { cpu: '4', started: 2 }],
      ],
      [],
      'b',
      ['b1'],
    ],
    [
      'of several as important the earliest start counts, and less important ones don’t',
      [
        ['a', { cpu: '2', priority: 2, started: 5 }],
        ['a', { cpu: '2', priority: 1, started: 1 }],
        ['b', { cpu: '2', priority: 2, started: 4 }],
        ['b', { cpu: '2', priority: 1, started: 9 }],
      ],
      [],
      'a',
      ['a0', 'a1'],
    ],
  ])('%s', (_rule, fill, budgets, node, victims) => {
    expect(chosen(fill, budgets)).toEqual({ node, victims });
  });
});

describe('who goes', () => {
  it('is as few as do, the least important first', () => {
    const bench = new Bench().add(nodeOf('a', '5'));
    for (const priority of [1, 2, 3, 4, 5]) bench.add(podOf(`p${priority}`, { node: 'a', priority }));
    expect(preempted(bench.add(podOf('p', { priority: 5, cpu: '2' })).next())).toEqual(['p2', 'p1']);
  });

  it('is the one that started last, among equals', () => {
    const bench = new Bench().add(nodeOf('a', '3'));
    for (const started of [2, 1, 3]) bench.add(podOf(`p${started}`, { node: 'a', started }));
    expect(preempted(bench.add(podOf('p', { priority: 5 })).next())).toEqual(['p3']);
  });

  it('is none that a budget protects, if others do', () => {
    const bench = new Bench().add(nodeOf('a', '2'), budgetOf('db', { app: 'db' }, 0));
    bench.add(
      podOf('db', { node: 'a', labels: { app: 'db' }, priority: 0 }),
      podOf('web', { node: 'a', labels: { app: 'web' }, priority: 3 }),
    );
    expect(preempted(bench.add(podOf('p', { priority: 5 })).next())).toEqual(['web']);
  });

  it('is a protected one all the same if nothing else does: budgets are kept as far as possible', () => {
    const bench = new Bench().add(nodeOf('a', '1'), budgetOf('db', { app: 'db' }, 0));
    bench.add(podOf('db', { node: 'a', labels: { app: 'db' } }));
    expect(preempted(bench.add(podOf('p', { priority: 5 })).next())).toEqual(['db']);
  });

  it('is never one of the same or a higher priority', () => {
    const bench = new Bench().add(nodeOf('a', '1'), podOf('same', { node: 'a', priority: 5 }));
    const decision = bench.add(podOf('p', { priority: 5 })).next();
    expect(preempted(decision)).toEqual([]);
    expect(messageOf(decision)).toBe(
      '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: ' +
        '1 No preemption victims found for incoming pod.',
    );
  });

  it('is the pod that refuses it by its anti-affinity', () => {
    const term = { labelSelector: { matchLabels: { app: 'p' } }, topologyKey: 'kubernetes.io/hostname' };
    const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
    const bench = new Bench().add(
      nodeOf('a'),
      podOf('shy', { node: 'a', affinity }),
      podOf('other', { node: 'a' }),
    );
    expect(preempted(bench.add(podOf('p', { priority: 5, labels: { app: 'p' } })).next())).toEqual(['shy']);
  });
});

describe('where no room can be made', () => {
  it('says for each node why', () => {
    const bench = new Bench().add(
      nodeOf('full', '1'),
      nodeOf('mixed', '2'),
      nodeOf('tainted', '4', [{ key: 'k', value: 'v', effect: 'NoSchedule' }]),
      podOf('high', { node: 'full', priority: 9 }),
      podOf('higher', { node: 'mixed', priority: 9 }),
      podOf('low', { node: 'mixed' }),
    );
    expect(messageOf(bench.add(podOf('p', { priority: 5, cpu: '2' })).next())).toBe(
      '0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. preemption: 0/3 nodes are ' +
        'available: 1 Insufficient cpu, 2 Preemption is not helpful for scheduling.',
    );
  });

  it('does nothing for a pod that never preempts', () => {
    const bench = new Bench().add(nodeOf('a', '1'), podOf('low', { node: 'a' }));
    const decision = bench.add(podOf('p', { priority: 5, never: true })).next();
    expect(preempted(decision)).toEqual([]);
    expect(messageOf(decision)).toBe(
      '0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to preemptionPolicy=Never.',
    );
  });
});

describe('the course of a preemption', () => {
  const low = podOf('low', { node: 'a' });
  const urgent = podOf('urgent', { priority: 10 });

  it('tells the pod where it will go, and the victim why it goes, then deletes it', () => {
    const bench = new Bench().add(nodeOf('a', '1'), low, urgent);
    const decision = bench.next();
    expect(
      decision?.requests.map((request) => [request.verb, 'name' in request ? request.name : '']),
    ).toEqual([
      ['event', ''],
      ['patch', 'urgent'],
      ['patch', 'low'],
      ['delete', 'low'],
      ['event', ''],
    ]);
    expect(messageOf(decision)).toBe('0/1 nodes are available: 1 Insufficient cpu.');
    expect(patched(decision?.requests, urgent).status).toMatchObject({
      nominatedNodeName: 'a',
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }],
    });
    expect(patched(decision?.requests, low).status.conditions).toMatchObject([
      {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'PreemptionByScheduler',
        message: 'default-scheduler: preempting to accommodate a higher priority pod',
      },
    ]);
    expect(decision?.requests[3]).toMatchObject({ options: { preconditions: { uid: 'uid-low' } } });
    expect(decision?.requests[4]).toMatchObject({
      eventType: 'Normal',
      reason: 'Preempted',
      message: 'Preempted by pod uid-urgent on node a',
      action: 'Preempting',
    });
  });

  /** The victim is on its way out, as the API tells it. */
  function leaving(decision: SchedulingDecision | undefined): Pod {
    const pod = patched(decision?.requests, low);
    return { ...pod, metadata: { ...pod.metadata, deletionTimestamp: rfc3339(START) } };
  }

  it('waits for the victim, preempts nobody else meanwhile, and takes the node when it is gone', () => {
    const bench = new Bench().add(
      nodeOf('a', '1'),
      nodeOf('b', '1'),
      low,
      podOf('other', { node: 'b', priority: 1 }),
    );
    const first = bench.add(urgent).next();
    expect(preempted(first)).toEqual(['low']);
    bench.observe('MODIFIED', patched(first?.requests, urgent));
    bench.observe('MODIFIED', leaving(first));
    bench.observe('DELETED', podOf('elsewhere', { node: 'c' }));
    bench.now += 400 * SECOND;
    const second = bench.next();
    expect(messageOf(second)).toBe(
      '0/2 nodes are available: 2 Insufficient cpu. preemption: not eligible due to a terminating pod on the nominated node.',
    );
    expect(second?.requests.map(({ verb }) => verb)).toEqual(['event', 'patch']);
    bench.observe('DELETED', leaving(first));
    expect(nodeFor(bench.next())).toBe('a');
  });

  it('keeps the room for the pod: others of no higher priority do not get it, more important ones do', () => {
    const bench = new Bench().add(nodeOf('a', '1'), low, urgent);
    const first = bench.next();
    bench.observe('MODIFIED', patched(first?.requests, urgent));
    bench.observe('DELETED', leaving(first));
    // The pod that was nominated is held back by its back-off; another comes first in the queue.
    const rival = podOf('rival', { priority: 10 });
    bench.add(rival);
    const refused = bench.next();
    expect(refused?.pod.metadata.name).toBe('rival');
    expect(messageOf(refused)).toContain('Insufficient cpu');
    bench.add(podOf('chief', { priority: 11 }));
    expect(nodeFor(bench.next())).toBe('a');
  });

  it('takes the nomination of a less important pod on the same node', () => {
    const bench = new Bench().add(nodeOf('a', '1'), low, urgent);
    const first = bench.next();
    const nominated = patched(first?.requests, urgent);
    bench.observe('MODIFIED', nominated);
    bench.add(podOf('chief', { priority: 11 }));
    const second = bench.next();
    expect(preempted(second)).toEqual(['low']);
    expect(patched(second?.requests, nominated).status.nominatedNodeName).toBeUndefined();
  });

  it('clears a nomination that leads nowhere any more', () => {
    const bench = new Bench().add(nodeOf('a', '1'), low, urgent);
    const nominated = patched(bench.next()?.requests, urgent);
    bench.observe('MODIFIED', nominated);
    bench.observe('DELETED', nodeOf('a', '1'));
    bench.add(nodeOf('small', '100m'));
    bench.now += 400 * SECOND;
    const second = bench.next();
    expect(messageOf(second)).toContain('Preemption is not helpful for scheduling');
    expect(patched(second?.requests, nominated).status.nominatedNodeName).toBeUndefined();
  });

  it('goes on where a scheduler that restarts finds it', () => {
    const bench = new Bench().add(nodeOf('a', '1'));
    bench.add({ ...urgent, status: { nominatedNodeName: 'a' } }, podOf('rival', { priority: 10 }));
    const decisions = [bench.next(), bench.next()];
    expect(decisions.map((each) => [each?.pod.metadata.name, nodeFor(each)])).toEqual([
      ['urgent', 'a'],
      ['rival', undefined],
    ]);
    const result: Result = { ok: true, object: urgent as KubeObject, rv: 1 };
    bench.scheduler.bound('uid-urgent', result, bench.now);
  });

  it('compares no more nodes than it is told to', () => {
    const bench = new Bench(1).add(nodeOf('a', '1'), nodeOf('b', '1'));
    bench.add(podOf('costly', { node: 'a', priority: 8 }), podOf('cheap', { node: 'b' }));
    expect(preempted(bench.add(podOf('p', { priority: 9 })).next())).toEqual(['costly']);
  });
});
