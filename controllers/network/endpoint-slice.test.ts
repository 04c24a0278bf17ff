import { describe, expect, test } from 'vitest';
import { ENDPOINT_SLICE, NODE, POD, SERVICE } from '../../core/kinds/registry.ts';
import type { EndpointSlice, Pod, Service } from '../../core/schema/types.generated.ts';
import { MILLISECOND, SECOND } from '../../core/time.ts';
import { randomStream } from '../../sim/random/keyed.ts';
import { FrozenWorld } from '../testing/frozen-world.ts';
import { endpointSliceController } from './endpoint-slice.ts';

function start(): FrozenWorld {
  const world = new FrozenWorld([endpointSliceController]);
  for (const [name, zone] of [
    ['n1', 'a'],
    ['n2', 'b'],
  ] as const) {
    world.create({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels: { 'topology.kubernetes.io/zone': zone } },
    });
  }
  return world;
}

function addService(
  world: FrozenWorld,
  name: string,
  spec: object = {},
  labels?: Record<string, string>,
): void {
  world.create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default', ...(labels === undefined ? {} : { labels }) },
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }], ...spec },
  } as never);
}

let addresses = 0;

function addPod(world: FrozenWorld, name: string, ready = true, spec: object = {}, nodeName = 'n1'): void {
  world.create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels: { app: 'web' } },
    spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
  } as never);
  const uid = world.server.state.get(POD, 'default', name)?.metadata.uid ?? '';
  world.request({ verb: 'bind', namespace: 'default', name, uid, nodeName }, 'scheduler');
  addresses += 1;
  const podIP = `10.${addresses >> 16}.${(addresses >> 8) & 255}.${addresses & 255}`;
  world.setPodStatus(name, { phase: 'Running', podIP, podIPs: [{ ip: podIP }] }, ready);
}

function slices(world: FrozenWorld): readonly EndpointSlice[] {
  return world.server.state.list(ENDPOINT_SLICE);
}

function remove(world: FrozenWorld, name: string): void {
  world.request(
    { verb: 'delete', kind: POD, namespace: 'default', name, options: { gracePeriodSeconds: 0 } },
    'kubelet',
  );
}

/** `name ready/serving/terminating` of each endpoint. */
function told(world: FrozenWorld): readonly string[] {
  return slices(world)
    .flatMap(({ endpoints }) => endpoints ?? [])
    .map(({ targetRef, conditions }) => {
      const { ready, serving, terminating } = conditions ?? {};
      return `${targetRef?.name} ${ready}/${serving}/${terminating}`;
    })
    .toSorted();
}

function sizes(world: FrozenWorld): readonly number[] {
  return slices(world)
    .map(({ endpoints }) => endpoints?.length ?? 0)
    .toSorted((a, b) => b - a);
}

describe('endpoint slices', () => {
  test('a slice shows the pods of its service', () => {
    const world = start();
    addService(world, 'web', { clusterIP: 'None' }, { team: 'shop' });
    addPod(world, 'p1');
    world.run(SECOND);
    const pod = world.server.state.get(POD, 'default', 'p1') as Pod;
    const service = world.server.state.get(SERVICE, 'default', 'web') as Service;
    const [slice] = slices(world);
    expect(slices(world)).toHaveLength(1);
    expect(slice?.metadata).toMatchObject({
      generateName: 'web-',
      labels: {
        team: 'shop',
        'kubernetes.io/service-name': 'web',
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        'service.kubernetes.io/headless': '',
      },
      annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': service.metadata.creationTimestamp },
      ownerReferences: [
        {
          apiVersion: 'v1',
          kind: 'Service',
          name: 'web',
          uid: service.metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    });
    expect(slice).toMatchObject({
      addressType: 'IPv4',
      ports: [{ name: '', port: 8080, protocol: 'TCP' }],
      endpoints: [
        {
          addresses: [pod.status.podIP],
          conditions: { ready: true, serving: true, terminating: false },
          nodeName: 'n1',
          zone: 'a',
          targetRef: { kind: 'Pod', namespace: 'default', name: 'p1', uid: pod.metadata.uid },
        },
      ],
    });
  });

  test('a terminating pod serves but is not ready (I41), unless not-ready addresses are published', () => {
    const world = start();
    addService(world, 'web');
    addPod(world, 'p1');
    addPod(world, 'p2', false);
    world.run(SECOND);
    expect(told(world)).toEqual(['p1 true/true/false', 'p2 false/false/false']);
    world.request({ verb: 'delete', kind: POD, namespace: 'default', name: 'p1' });
    world.run(SECOND);
    expect(told(world)).toEqual(['p1 false/true/true', 'p2 false/false/false']);
    const change = (stored: object) => {
      const service = stored as Service;
      return { ...service, spec: { ...service.spec, publishNotReadyAddresses: true } };
    };
    world.request({ verb: 'patch', kind: SERVICE, namespace: 'default', name: 'web', change });
    world.run(SECOND);
    expect(told(world)).toEqual(['p1 true/true/true', 'p2 true/false/false']);
    remove(world, 'p1');
    world.setPodStatus('p2', { phase: 'Failed' }, false);
    world.run(SECOND);
    expect(told(world)).toEqual([]);
    expect(slices(world)).toHaveLength(1);
  });

  test('services without a selector, and of type ExternalName, have none', () => {
    const world = start();
    addService(world, 'bare', { selector: undefined });
    addService(world, 'outside', { type: 'ExternalName', externalName: 'example.com', ports: undefined });
    addPod(world, 'p1');
    world.run(SECOND);
    expect(slices(world)).toEqual([]);
  });

  test('pods that resolve a named port differently have slices of their own', () => {
    const world = start();
    const containers = (containerPort: number) => ({
      containers: [{ name: 'c', image: 'i', ports: [{ name: 'http', containerPort }] }],
    });
    addService(world, 'web', { ports: [{ port: 80, targetPort: 'http' }] });
    addPod(world, 'p1', true, containers(8080));
    addPod(world, 'p2', true, containers(9090));
    addPod(world, 'p3', true, containers(8080));
    world.run(SECOND);
    const groups = slices(world).map(({ ports, endpoints }) =>
      [ports?.[0]?.port, ...(endpoints ?? []).map(({ targetRef }) => targetRef?.name)].join(' '),
    );
    expect(groups.toSorted()).toEqual(['8080 p1 p3', '9090 p2']);
  });

  test('250 pods make three slices; a scale-down leaves holes that new pods fill first', () => {
    const world = start();
    addService(world, 'web');
    for (let i = 0; i < 250; i += 1) addPod(world, `p${String(i).padStart(3, '0')}`);
    world.run(SECOND);
    expect(sizes(world)).toEqual([100, 100, 50]);
    for (let i = 0; i < 30; i += 1) remove(world, `p${String(i).padStart(3, '0')}`);
    world.run(SECOND);
    expect(sizes(world)).toEqual([100, 70, 50]);
    // Nothing else changes: one existing slice takes all of them, the one that they fill most nearly.
    for (let i = 0; i < 30; i += 1) addPod(world, `q${i}`);
    world.run(SECOND);
    expect(sizes(world)).toEqual([100, 100, 50]);
  });

  test('nothing is written when nothing that matters has changed', () => {
    const world = start();
    addService(world, 'web');
    addPod(world, 'p1');
    world.run(SECOND);
    world.takeRecords();
    world.setPodStatus('p1', { message: 'a word' }, true);
    world.request({
      verb: 'patch',
      kind: SERVICE,
      namespace: 'default',
      name: 'web',
      change: (stored) => ({ ...stored, metadata: { ...stored.metadata, annotations: { a: 'b' } } }),
    });
    world.run(SECOND);
    expect(world.story(({ kind }) => kind === ENDPOINT_SLICE)).toEqual([]);
    world.restart();
    world.run(SECOND);
    expect(world.story(({ kind }) => kind === ENDPOINT_SLICE)).toEqual([]);
  });

  test('a slice that somebody else deletes or edits is put right', () => {
    const world = start();
    addService(world, 'web');
    addPod(world, 'p1');
    world.run(SECOND);
    const name = slices(world)[0]?.metadata.name ?? '';
    const change = (stored: object) => ({ ...(stored as EndpointSlice), endpoints: [] });
    world.request({ verb: 'patch', kind: ENDPOINT_SLICE, namespace: 'default', name, change });
    world.run(SECOND);
    expect(told(world)).toEqual(['p1 true/true/false']);
    world.request({ verb: 'delete', kind: ENDPOINT_SLICE, namespace: 'default', name });
    world.run(SECOND);
    expect(told(world)).toEqual(['p1 true/true/false']);
  });

  test('a pod on a node that is not known is left out, and told of', () => {
    const world = start();
    addService(world, 'web');
    addPod(world, 'p1', true, {}, 'n3');
    addPod(world, 'p2');
    world.run(SECOND);
    expect(told(world)).toEqual(['p2 true/true/false']);
    expect(world.events()).toContain(
      'FailedToUpdateEndpointSlices: Error updating Endpoint Slices for Service default/web: ' +
        'skipping Pod p1 for Service default/web: Node n3 Not Found',
    );
    world.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n3' } });
    world.run(20 * SECOND);
    expect(told(world)).toEqual(['p1 true/true/false', 'p2 true/true/false']);
  });

  test('traffic kept near gives hints by zone', () => {
    const world = start();
    addService(world, 'web', { trafficDistribution: 'PreferSameZone' });
    addPod(world, 'p1', true, {}, 'n2');
    world.run(SECOND);
    expect(slices(world)[0]?.endpoints?.[0]?.hints).toEqual({ forZones: [{ name: 'b' }] });
  });

  test('random lives of pods, with a late cache: in the end the ready, selected pods, each once', () => {
    for (let seed = 0; seed < 10; seed += 1) {
      const random = randomStream(seed, 'pods');
      const world = start();
      world.restart({ watchDelay: random.below(400, 'watch', 'delay') * MILLISECOND });
      addService(world, 'web');
      const there = new Set<string>();
      for (let step = 0; step < 300; step += 1) {
        const name = `p${random.below(130, String(step), 'pod')}`;
        const choice = random.below(4, String(step), 'what');
        if (!there.has(name)) {
          addPod(world, name, choice > 0);
          there.add(name);
        } else if (choice === 0) {
          remove(world, name);
          there.delete(name);
        } else world.setPodStatus(name, {}, choice > 1);
        world.run(random.below(50, String(step), 'wait') * MILLISECOND);
      }
      world.run(100 * SECOND);
      const wanted = world.server.state
        .list(POD, 'default')
        .map((pod) => {
          const ready = pod.status.conditions?.some(
            ({ type, status }) => type === 'Ready' && status === 'True',
          );
          return `${pod.metadata.name} ${ready}/${ready}/false`;
        })
        .toSorted();
      expect(told(world)).toEqual(wanted);
      expect(Math.max(...sizes(world))).toBeLessThanOrEqual(100);
      expect(world.server.state.count(NODE)).toBe(2);
    }
  });
});
