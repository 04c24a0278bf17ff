import { describe, expect, it } from 'vitest';
import type { Command } from '../../core/api/command.ts';
import { DEFAULT_START, SECOND } from '../../core/time.ts';
import type { ActorContext } from '../actor.ts';
import { Kernel } from '../kernel/kernel.ts';
import { parseCidr } from '../kubelet/pod-addresses.ts';
import { randomStream } from '../random/keyed.ts';
import type { NodeGroup } from '../scenario/scenario.ts';
import { maskBits, nodeAddress, podCidr } from './address-plan.ts';
import { Cloud } from './cloud.ts';

function group(name: string, count: number): NodeGroup {
  return {
    name,
    count,
    min: count,
    max: count,
    zones: ['a', 'b'],
    machine: { cpu: '4', memory: '8Gi', ephemeralStorage: '10Gi', pods: 110 },
    labels: { group: name },
    taints: [],
    bootTime: 90 * SECOND,
    pricePerHour: 1,
  };
}

function world(groups: readonly NodeGroup[]) {
  const kernel = new Kernel(DEFAULT_START);
  const lines: string[] = [];
  const say = (text: string): void => {
    lines.push(`${(kernel.now - DEFAULT_START) / SECOND} ${text}`);
  };
  const context: ActorContext = {
    get now() {
      return kernel.now;
    },
    random: randomStream(1, 'cloud'),
    after: (delay, run) => kernel.schedule(kernel.now + delay, 0, { handle: run }, undefined),
    cancel: (timer) => kernel.cancel(timer),
    send: (command: Command) => say(`${command.verb} ${'name' in command ? command.name : ''}`),
    event: () => {},
  };
  const cloud = new Cloud(groups, context, {
    add: ({ name, zone }, ready) => say(`on ${name} in ${zone}${ready ? ' ready' : ''}`),
    remove: (name) => say(`off ${name}`),
  });
  return { kernel, cloud, lines };
}

describe('Cloud', () => {
  it('has its machines at the start, in zones by turns', () => {
    const { cloud, lines } = world([group('general', 3), group('big', 1)]);
    cloud.start({ rv: 1 });
    expect(lines).toEqual([
      '0 on general-1 in a ready',
      '0 on general-2 in b ready',
      '0 on general-3 in a ready',
      '0 on big-1 in a ready',
    ]);
    expect(cloud.running[3]).toMatchObject({ podCidr: '10.244.3.0/24', address: '172.16.0.5' });
  });

  it('boots what is asked for, and never gives a name twice', () => {
    const { kernel, cloud, lines } = world([group('g', 1)]);
    cloud.start({ rv: 1 });
    expect(cloud.addNode('g', { rv: 2 })).toEqual({ ok: true, name: 'g-2' });
    expect(cloud.addNode('g', { rv: 2 })).toEqual({ ok: true, name: 'g-3' });
    expect(cloud.sizeOf('g')).toBe(3);
    expect(cloud.removeNode('g-3', { rv: 3 })).toBe(true);
    kernel.runUntil(kernel.now + 100 * SECOND);
    expect(cloud.removeNode('g-2', { rv: 4 })).toBe(true);
    expect(cloud.removeNode('g-2', { rv: 4 })).toBe(false);
    expect(cloud.addNode('g', { rv: 5 })).toEqual({ ok: true, name: 'g-4' });
    kernel.runUntil(kernel.now + 200 * SECOND);
    expect(lines.slice(1)).toEqual(['90 on g-2 in b', '100 off g-2', '150 delete g-2', '190 on g-4 in b']);
    expect(cloud.sizeOf('g')).toBe(2);
  });

  it('a zone without power loses what boots there, and gets no more', () => {
    const { kernel, cloud, lines } = world([group('g', 2), { ...group('h', 0), zones: ['b'] }]);
    cloud.start({ rv: 1 });
    cloud.addNode('g', { rv: 2 });
    cloud.addNode('h', { rv: 2 });
    expect(cloud.cutZone('b', { rv: 3 })).toEqual(['g-2']);
    expect(cloud.machine('h-1')?.state).toBe('failed');
    expect(cloud.addNode('h', { rv: 4 })).toEqual({
      ok: false,
      error: 'the cloud has no machine to give to h',
    });
    expect(cloud.nextMachines('g', 2).map(({ name, zone }) => `${name} ${zone}`)).toEqual(['g-4 a', 'g-5 a']);
    cloud.addNode('g', { rv: 4 });
    kernel.runUntil(kernel.now + 100 * SECOND);
    expect(lines.slice(2)).toEqual(['90 on g-3 in a', '90 on g-4 in a']);
    cloud.restoreZone('b');
    expect(cloud.addNode('h', { rv: 5 }).ok).toBe(true);
  });

  it.each([
    [{ times: 5 }, 450],
    [{ bootTime: 600 * SECOND }, 600],
    [{ bootTime: 1 * SECOND }, 90],
  ])('a slow boot of %o takes %i s', (boot, seconds) => {
    const { kernel, cloud, lines } = world([group('g', 0), group('h', 0)]);
    cloud.slowBoots('x', 'g', boot);
    cloud.addNode('g', { rv: 1 });
    cloud.addNode('h', { rv: 1 });
    cloud.usualBoots('x');
    cloud.addNode('g', { rv: 1 });
    kernel.runUntil(kernel.now + 1000 * SECOND);
    expect(lines).toContain(`${seconds} on g-1 in a`);
    expect(lines).toContain('90 on h-1 in a');
    expect(lines).toContain('90 on g-2 in b');
  });

  it('refuses a group that there is not', () => {
    expect(() => world([]).cloud.addNode('g', { rv: 1 })).toThrow('there is no node group "g"');
  });
});

describe('addresses', () => {
  it.each([24, 22, 20])('ranges of /%i overlap neither each other nor the services', (bits) => {
    const services = parseCidr('10.96.0.0/12');
    const taken = new Set<number>();
    for (let i = 0; i < 2000; i += 1) {
      const { base, size } = parseCidr(podCidr(i, bits));
      expect(taken.has(base)).toBe(false);
      expect(base % size).toBe(0);
      expect(base + size <= services.base || base >= services.base + services.size).toBe(true);
      taken.add(base);
    }
  });

  it('suffice for 5,000 nodes and more, and say where they end', () => {
    expect(podCidr(0, 24)).toBe('10.244.0.0/24');
    expect(podCidr(256, 24)).toBe('10.0.0.0/24');
    expect(podCidr(50_000, 24)).toMatch(/^10\./);
    expect(() => podCidr(70_000, 24)).toThrow('no pod addresses');
    expect(nodeAddress(300)).toBe('172.16.1.46');
  });

  it.each([
    [110, 24],
    [253, 24],
    [254, 23],
    [1000, 22],
  ])('a machine for %i pods needs a /%i', (pods, bits) => {
    expect(maskBits(pods)).toBe(bits);
  });
});
