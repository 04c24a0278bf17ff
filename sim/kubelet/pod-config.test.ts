import { describe, expect, test } from 'vitest';
import { CONFIG_MAP, SECRET } from '../../core/kinds/registry.ts';
import type { Container, ContainerStateWaiting, PodSpec } from '../../core/schema/types.generated.ts';
import { NodeWorld } from './testing/node-world.ts';

const IMAGE = 'nginx:1.27';

function waiting(world: NodeWorld, pod = 'web'): ContainerStateWaiting | undefined {
  return world.get(pod)?.status.containerStatuses?.[0]?.state?.waiting;
}

function createConfig(world: NodeWorld, name: string, data: Readonly<Record<string, string>>): void {
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default' },
    data,
  };
  world.request({ verb: 'create', kind: CONFIG_MAP, object });
}

function createSecret(world: NodeWorld, name: string, data: Readonly<Record<string, string>>): void {
  const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'default' }, data };
  world.request({ verb: 'create', kind: SECRET, object });
}

function isRunning(world: NodeWorld): boolean {
  return world.get('web')?.status.phase === 'Running';
}

describe('the environment of a container', () => {
  type Case = readonly [what: string, container: Partial<Container>, problem: string | undefined];
  const cases: readonly Case[] = [
    ['a ConfigMap', { envFrom: [{ configMapRef: { name: 'settings' } }] }, 'configmap "settings" not found'],
    ['a Secret', { envFrom: [{ secretRef: { name: 'access' } }] }, 'secret "access" not found'],
    [
      'one that may be absent',
      { envFrom: [{ configMapRef: { name: 'settings', optional: true } }] },
      undefined,
    ],
    [
      'a key',
      { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'there', key: 'b' } } }] },
      "couldn't find key b in ConfigMap default/there",
    ],
    [
      'a key of a Secret',
      { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'hidden', key: 'b' } } }] },
      "couldn't find key b in Secret default/hidden",
    ],
    [
      'a key that may be absent',
      { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'hidden', key: 'b', optional: true } } }] },
      undefined,
    ],
    [
      'what is there',
      { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'there', key: 'a' } } }] },
      undefined,
    ],
  ];

  test.each(cases)('may need %s', (_what, container, problem) => {
    const world = new NodeWorld();
    createConfig(world, 'there', { a: '1' });
    createSecret(world, 'hidden', { a: 'MQ==' });
    world.pod('web', { containers: [{ name: 'c', image: IMAGE, ...container }] });
    world.runSeconds(60);
    expect(isRunning(world)).toBe(problem === undefined);
    if (problem === undefined) return;
    expect(waiting(world)).toMatchObject({ reason: 'CreateContainerConfigError', message: problem });
  });

  test('is made as soon as what it needs is there', () => {
    const world = new NodeWorld({ settings: { events: true } });
    world.pod('web', {
      containers: [{ name: 'c', image: IMAGE, envFrom: [{ configMapRef: { name: 'settings' } }] }],
    });
    world.runSeconds(60);
    expect(world.take()).toContain('event Failed: Error: configmap "settings" not found');
    createConfig(world, 'settings', { a: '1' });
    // The next sync of the pod is 10 to 15 s after the last.
    world.runSeconds(17);
    expect(isRunning(world)).toBe(true);
  });
});

describe('a volume', () => {
  type Case = readonly [
    what: string,
    volume: NonNullable<PodSpec['volumes']>[number],
    problem: string | undefined,
  ];
  const cases: readonly Case[] = [
    ['of a ConfigMap', { name: 'v', configMap: { name: 'settings' } }, 'configmap "settings" not found'],
    ['of a Secret', { name: 'v', secret: { secretName: 'access' } }, 'secret "access" not found'],
    ['that may be empty', { name: 'v', secret: { secretName: 'access', optional: true } }, undefined],
    [
      'of a key',
      { name: 'v', configMap: { name: 'there', items: [{ key: 'b', path: 'b' }] } },
      'configmap references non-existent config key: b',
    ],
    [
      'of a key of a Secret',
      { name: 'v', secret: { secretName: 'hidden', items: [{ key: 'b', path: 'b' }] } },
      'references non-existent secret key: b',
    ],
    [
      'of several sources',
      {
        name: 'v',
        projected: { sources: [{ configMap: { name: 'settings' } }, { secret: { name: 'access' } }] },
      },
      '[configmap "settings" not found, secret "access" not found]',
    ],
  ];

  test.each(cases)('%s', (_what, volume, problem) => {
    const world = new NodeWorld({ settings: { events: true } });
    createConfig(world, 'there', { a: '1' });
    createSecret(world, 'hidden', { a: 'MQ==' });
    const volumeMounts = [{ name: 'v', mountPath: '/v' }];
    world.pod('web', { containers: [{ name: 'c', image: IMAGE, volumeMounts }], volumes: [volume] });
    world.runSeconds(60);
    expect(isRunning(world)).toBe(problem === undefined);
    if (problem === undefined) return;
    expect(waiting(world)).toMatchObject({ reason: 'ContainerCreating' });
    expect(world.take()).toContain(`event FailedMount: MountVolume.SetUp failed for volume "v" : ${problem}`);
  });

  test('that no container mounts holds nothing up', () => {
    const world = new NodeWorld();
    world.pod('web', {
      containers: [{ name: 'c', image: IMAGE }],
      volumes: [{ name: 'v', configMap: { name: 'settings' } }],
    });
    world.runSeconds(60);
    expect(isRunning(world)).toBe(true);
  });

  test('is tried again, after 0.5, 1, 2, 4… seconds, until what it holds is there', () => {
    const world = new NodeWorld({ settings: { events: true } });
    world.pod('web', {
      containers: [{ name: 'c', image: IMAGE, volumeMounts: [{ name: 'v', mountPath: '/v' }] }],
      volumes: [{ name: 'v', configMap: { name: 'settings' } }],
    });
    world.runSeconds(16.4);
    expect(world.take()).toContain('configmap "settings" not found (x6)');
    createConfig(world, 'settings', { a: '1' });
    world.runSeconds(30);
    expect(isRunning(world)).toBe(true);
  });
});
