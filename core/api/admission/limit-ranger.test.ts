import { describe, expect, test } from 'vitest';
import { LIMIT_RANGE, PERSISTENT_VOLUME_CLAIM, POD } from '../../kinds/registry.ts';
import type { Pod } from '../../schema/types.generated.ts';
import { type Cluster, cluster, create, newObject, newPod, refusal } from '../testing/cluster.ts';

function limited(...limits: readonly object[]): Cluster {
  const world = cluster();
  create(
    world,
    newObject(LIMIT_RANGE, { name: 'l', namespace: 'default' }, { spec: { limits } }),
    LIMIT_RANGE,
  );
  return world;
}

function container(name: string, resources: object = {}): object {
  return { name, image: 'web', resources };
}

function podWith(containers: readonly object[], more: object = {}) {
  return newPod({ name: 'p' }, { containers, ...more });
}

function refused(world: Cluster, pod: ReturnType<typeof newPod>): string {
  return refusal(world.run({ verb: 'create', kind: POD, object: pod }));
}

describe('defaults of containers', () => {
  const item = { type: 'Container', default: { cpu: '1' }, defaultRequest: { cpu: '100m', memory: '1Mi' } };

  test('are given to each that lacks them, and an annotation tells of it', () => {
    const world = limited(item);
    const pod = create<Pod>(
      world,
      podWith(
        [container('a'), container('b', { requests: { cpu: '2', memory: '2Mi' }, limits: { cpu: '3' } })],
        {
          initContainers: [container('i', { requests: { cpu: '5m' }, limits: { cpu: '10m' } })],
        },
      ),
      POD,
    );
    expect(pod.spec.containers.map(({ resources }) => resources)).toEqual([
      { limits: { cpu: '1' }, requests: { cpu: '100m', memory: '1Mi' } },
      { limits: { cpu: '3' }, requests: { cpu: '2', memory: '2Mi' } },
    ]);
    expect(pod.metadata.annotations).toEqual({
      'kubernetes.io/limit-ranger':
        'LimitRanger plugin set: cpu, memory request for container a; cpu limit for container a; memory request for init container i',
    });
    expect(pod.status.qosClass).toBe('Burstable');
  });

  test('pods of one template share one spec', () => {
    const world = limited(item);
    const { spec } = podWith([container('a')]) as unknown as Pod;
    const [one, two] = ['one', 'two'].map((name) => create<Pod>(world, newPod({ name }, spec), POD));
    expect(one?.spec).toBe(two?.spec);
  });

  test('another namespace has none', () => {
    const world = limited(item);
    const namespaced = newObject(LIMIT_RANGE, { name: 'l', namespace: 'default' });
    world.run({ verb: 'delete', kind: LIMIT_RANGE, namespace: 'default', name: namespaced.metadata.name! });
    expect(create<Pod>(world, podWith([container('a')]), POD).spec.containers[0]?.resources).toEqual({});
  });
});

describe('bounds', () => {
  test.each<[string, object, object, string]>([
    [
      'too little',
      { type: 'Container', min: { cpu: '100m' } },
      { requests: { cpu: '50m' }, limits: { cpu: '80m' } },
      'minimum cpu usage per Container is 100m, but request is 50m',
    ],
    [
      'nothing said',
      { type: 'Pod', min: { memory: '1Mi' } },
      {},
      'minimum memory usage per Pod is 1Mi.  No request is specified',
    ],
    [
      'too much',
      { type: 'Container', max: { cpu: '1', memory: '1Gi' } },
      { limits: { cpu: '2', memory: '2Gi' } },
      '[maximum cpu usage per Container is 1, but limit is 2, maximum memory usage per Container is 1Gi, but limit is 2Gi]',
    ],
    [
      'no limit',
      { type: 'Pod', max: { cpu: '1' } },
      { requests: { cpu: '1' } },
      'maximum cpu usage per Pod is 1.  No limit is specified',
    ],
    [
      'too far apart',
      { type: 'Container', maxLimitRequestRatio: { cpu: '2' } },
      { requests: { cpu: '300m' }, limits: { cpu: '1' } },
      'cpu max limit to request ratio per Container is 2, but provided ratio is 3.333333',
    ],
    [
      'no ratio',
      { type: 'Container', maxLimitRequestRatio: { cpu: '2' } },
      { requests: { cpu: '0' } },
      'cpu max limit to request ratio per Container is 2, but no request is specified or request is 0',
    ],
  ])('%s', (_name, item, resources, detail) => {
    expect(refused(limited(item), podWith([container('c', resources)]))).toBe(
      `403 Forbidden: pods "p" is forbidden: ${detail}`,
    );
  });

  test('of a pod are for the sum of its containers, or the most that its init containers need', () => {
    const world = limited({ type: 'Pod', max: { cpu: '1' } });
    const half = { requests: { cpu: '500m' }, limits: { cpu: '600m' } };
    expect(refused(world, podWith([container('a', half), container('b', half)]))).toMatch(
      /maximum cpu usage per Pod is 1, but limit is 1200m$/,
    );
    const initContainers = [container('i', { limits: { cpu: '2' } })];
    expect(refused(world, podWith([container('a', half)], { initContainers }))).toMatch(/but limit is 2$/);
    expect(create<Pod>(world, podWith([container('a', half)]), POD).metadata.name).toBe('p');
  });

  test('of a generated name the name itself is told', () => {
    const world = limited({ type: 'Pod', min: { cpu: '1' } });
    const pod = newPod({ generateName: 'web-' }, { containers: [container('c')] });
    expect(refused(world, pod)).toMatch(/^403 Forbidden: pods "web-\w{5}" is forbidden: minimum cpu/);
  });

  test('of claims', () => {
    const world = limited({
      type: 'PersistentVolumeClaim',
      max: { storage: '1Gi' },
      min: { storage: '1Mi' },
    });
    const claim = (storage: string) =>
      world.run({
        verb: 'create',
        kind: PERSISTENT_VOLUME_CLAIM,
        object: newObject(
          PERSISTENT_VOLUME_CLAIM,
          { name: `c${storage.toLowerCase()}`, namespace: 'default' },
          { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } } },
        ),
      });
    expect(claim('1Gi').ok).toBe(true);
    expect(refusal(claim('2Gi'))).toMatch(
      /maximum storage usage per PersistentVolumeClaim is 1Gi, but request is 2Gi$/,
    );
    expect(refusal(claim('1Ki'))).toMatch(
      /minimum storage usage per PersistentVolumeClaim is 1Mi, but request is 1Ki$/,
    );
  });
});
