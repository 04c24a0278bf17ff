import { describe, expect, it } from 'vitest';
import { POD } from '../../core/kinds/registry.ts';
import { NodeWorld } from '../kubelet/testing/node-world.ts';
import { randomStream } from '../random/keyed.ts';
import type { FaultAction } from '../scenario/scenario.ts';
import type { FaultWorld } from './fault.ts';
import { endFault, startFault } from './list.ts';

function faulty(world: NodeWorld, lines: string[] = []): FaultWorld {
  return {
    get now() {
      return world.kernel.now;
    },
    view: world.server.state,
    random: randomStream(1, 'fault'),
    nodes: {
      names: ['n1'],
      crash: () => world.crash(),
      recover: () => world.recover(),
      shutdown: (_name, cause) => world.kubelet.shutdown(cause, () => world.crash()),
      partition: (_name, on) => (on ? world.partition() : world.heal()),
      killContainer: (_node, key, container, how, cause) =>
        world.kubelet.killContainer(key, container, how, cause),
      take: (_node, resource, taken, on, cause) => world.kubelet.take(resource, taken, on, cause),
    },
    registry: world.registry,
    load: {
      multiply: (to, x) => {
        lines.push(`${to?.name ?? 'all'} ×${x}`);
        return [to?.name ?? 'all'];
      },
      divide: (flows, x) => lines.push(`${flows.join()} ÷${x}`),
      takeCpu: (node, _taken, on) => lines.push(`${on ? 'take from' : 'give back to'} ${node}`),
    },
    processes: {
      crash: (name) => {
        lines.push(`crash ${name}`);
        return true;
      },
      restart: (name) => lines.push(`restart ${name}`),
      delayWatch: (name, by) => {
        lines.push(`delay ${name} by ${by}`);
        return true;
      },
    },
    cloud: {
      scoped: ({ group, zone }) => (group === 'none' || zone === 'none' ? [] : ['group g']),
      cutZone: (zone) => {
        lines.push(`cut ${zone}`);
        return ['n1'];
      },
      restoreZone: (zone) => lines.push(`restore ${zone}`),
      slowBoots: (id) => lines.push(`slow ${id}`),
      usualBoots: (id) => lines.push(`usual ${id}`),
      refuse: (id) => lines.push(`refuse ${id}`),
      accept: (id) => lines.push(`accept ${id}`),
    },
    storage: {
      fail: (id) => lines.push(`fail ${id}`),
      restore: (id) => lines.push(`restore ${id}`),
    },
  };
}

function restarts(world: NodeWorld, name: string): number | undefined {
  return world.server.state.get(POD, 'default', name)?.status.containerStatuses?.[0]?.restartCount;
}

function running(): NodeWorld {
  const world = new NodeWorld({ settings: { events: false } });
  world.pod('web');
  world.pod('other');
  world.runSeconds(30);
  return world;
}

/** Start, go on for a minute, end, go on for another. */
function play(world: NodeWorld, action: FaultAction): readonly string[] {
  const target = faulty(world);
  const active = startFault(target, action, world.stimulus('fault'));
  world.runSeconds(60);
  endFault(target, active, world.stimulus('end'));
  world.runSeconds(60);
  return active.hit;
}

describe('faults', () => {
  it.each<[string, FaultAction & { fault: 'node-crash' }]>([
    ['by name', { op: 'fault', fault: 'node-crash', node: { name: 'n1' } }],
    [
      'by label',
      { op: 'fault', fault: 'node-crash', node: { any: { matchLabels: { 'kubernetes.io/os': 'linux' } } } },
    ],
    [
      'by a pod',
      { op: 'fault', fault: 'node-crash', node: { hosting: { namespace: 'default', name: 'web' } } },
    ],
  ])('node-crash takes a node %s down and brings it back', (_name, action) => {
    const world = running();
    expect(play(world, action)).toEqual(['n1']);
    expect(restarts(world, 'web')).toBe(1);
  });

  it.each<[string, FaultAction & { fault: 'node-crash' }]>([
    ['an unknown node', { op: 'fault', fault: 'node-crash', node: { name: 'n2' } }],
    [
      'a label that none has',
      { op: 'fault', fault: 'node-crash', node: { any: { matchLabels: { a: 'b' } } } },
    ],
    [
      'a pod that there is not',
      { op: 'fault', fault: 'node-crash', node: { hosting: { namespace: 'x', name: 'y' } } },
    ],
  ])('hits nobody for %s', (_name, action) => {
    expect(play(running(), action)).toEqual([]);
  });

  it('node-partition leaves the containers running', () => {
    const world = running();
    expect(play(world, { op: 'fault', fault: 'node-partition', node: { name: 'n1' } })).toEqual(['n1']);
    expect(restarts(world, 'web')).toBe(0);
  });

  it('container-crash hits the pods that fit', () => {
    const world = running();
    const pods = { namespace: 'default', selector: { matchLabels: { app: 'web' } } };
    expect(play(world, { op: 'fault', fault: 'container-crash', pods, exitCode: 1 })).toEqual([
      'default/web',
    ]);
    expect([restarts(world, 'web'), restarts(world, 'other')]).toEqual([1, 0]);
  });

  it('image-pull-failure keeps new images away while it lasts', () => {
    const world = running();
    const target = faulty(world);
    const action: FaultAction = { op: 'fault', fault: 'image-pull-failure', image: 'busybox*' };
    const active = startFault(target, action, world.stimulus('fault'));
    world.pod('new', { containers: [{ name: 'c', image: 'busybox' }] });
    world.runSeconds(60);
    expect(world.get('new')?.status.phase).toBe('Pending');
    endFault(target, active, world.stimulus('end'));
    world.runSeconds(120);
    expect(world.get('new')?.status.phase).toBe('Running');
  });

  it('controller-crash crashes and restarts a process', () => {
    const world = running();
    const lines: string[] = [];
    const target = faulty(world, lines);
    const active = startFault(
      target,
      { op: 'fault', fault: 'controller-crash', controller: 'kube-scheduler' },
      { rv: 1 },
    );
    endFault(target, active, { rv: 1 });
    expect(lines).toEqual(['crash kube-scheduler', 'restart kube-scheduler']);
  });

  it('watch-delay makes the watch of a process slow, and quick again', () => {
    const lines: string[] = [];
    const action: FaultAction = {
      op: 'fault',
      fault: 'watch-delay',
      controller: 'kube-scheduler',
      by: 1_000_000,
    };
    const target = faulty(running(), lines);
    endFault(target, startFault(target, action, { rv: 1 }), { rv: 1 });
    expect(lines).toEqual(['delay kube-scheduler by 1000000', 'delay kube-scheduler by 0']);
  });

  it('load-spike multiplies flows, and undoes it', () => {
    const lines: string[] = [];
    const to = { namespace: 'default', name: 'web' };
    const action: FaultAction = { op: 'fault', fault: 'load-spike', to, x: 8 };
    const target = faulty(running(), lines);
    endFault(target, startFault(target, action, { rv: 1 }), { rv: 1 });
    expect(lines).toEqual(['web ×8', 'web ÷8']);
  });

  it('noisy-neighbour takes CPU of a node, and gives it back', () => {
    const lines: string[] = [];
    const action: FaultAction = {
      op: 'fault',
      fault: 'noisy-neighbour',
      node: { name: 'n1' },
      takes: { cpu: 500 },
    };
    const target = faulty(running(), lines);
    endFault(target, startFault(target, action, { rv: 1 }), { rv: 1 });
    expect(lines).toEqual(['take from n1', 'give back to n1']);
  });

  it('zone-outage takes the machines of a zone down, and brings them back', () => {
    const world = running();
    expect(play(world, { op: 'fault', fault: 'zone-outage', zone: 'a' })).toEqual(['zone a', 'n1']);
    expect(restarts(world, 'web')).toBe(1);
  });

  it.each<[FaultAction, string, string]>([
    [
      { op: 'fault', fault: 'slow-boot', group: 'g', boot: { times: 5 } },
      'slow ["g",{"times":5}]',
      'usual ["g",{"times":5}]',
    ],
    [
      { op: 'fault', fault: 'cloud-out-of-capacity', zone: 'b' },
      'refuse {"zone":"b"}',
      'accept {"zone":"b"}',
    ],
  ])('%o tells the cloud, and takes it back', (action, begun, over) => {
    const world = running();
    const lines: string[] = [];
    const target = faulty(world, lines);
    endFault(target, startFault(target, action, { rv: 1 }), { rv: 1 });
    expect(lines).toEqual([begun, over]);
  });

  it.each<FaultAction>([
    { op: 'fault', fault: 'zone-outage', zone: 'none' },
    { op: 'fault', fault: 'slow-boot', group: 'none', boot: { times: 2 } },
    { op: 'fault', fault: 'cloud-out-of-capacity', group: 'none' },
  ])('hits nobody where the cloud has no such thing: %o', (action) => {
    expect(play(running(), action)).toEqual([]);
  });
});
