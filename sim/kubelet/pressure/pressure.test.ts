import { describe, expect, test } from 'vitest';
import type { Node, Pod } from '../../../core/schema/types.generated.ts';
import type { KubeletConfiguration } from '../../scenario/kubelet-configuration.ts';
import type * as scenario from '../../scenario/scenario.ts';
import { NodeWorld } from '../testing/node-world.ts';
import { always } from '../testing/programs.ts';

const GI = 1024 ** 3;
const MI = 1024 ** 2;

function nodeWith(
  behaviors: readonly scenario.ContainerBehavior[],
  configuration?: KubeletConfiguration,
): NodeWorld {
  return new NodeWorld({
    behaviors,
    settings: { events: true, ...(configuration === undefined ? {} : { configuration }) },
  });
}

function using(app: string, usage: scenario.IdleUsage): scenario.ContainerBehavior {
  return { match: { labels: { app } }, usage, startup: always(1), shutdown: always(1) };
}

function conditions(world: NodeWorld): string {
  const node = world.nodes.at(-1)?.next as Node | undefined;
  return (node?.status.conditions ?? [])
    .filter(({ type, status }) => type !== 'Ready' && status === 'True')
    .map(({ type, reason }) => `${type}/${reason}`)
    .join(' ');
}

function told(text: string, ...reasons: readonly string[]): readonly string[] {
  return text
    .split('\n')
    .filter((line) => reasons.some((reason) => line.includes(` event ${reason}:`)))
    .map((line) => line.replace(/^\S+ event /, ''));
}

function pod(world: NodeWorld, name: string): Pod {
  const found = world.get(name);
  if (found === undefined) throw new Error(`no pod ${name}`);
  return found;
}

const requests = (memory: string) => [
  { name: 'c', image: 'nginx:1.27', resources: { requests: { memory } } },
];

describe('memory', () => {
  test('the pod that is furthest over its request goes first, one at a time', () => {
    const world = nodeWith([using('small', { memory: 100 * MI }), using('large', { memory: 2 * GI })]);
    world.pod('small', { containers: requests('200Mi') });
    world.pod('large', { containers: requests('1Gi') });
    world.pod('larger', { containers: requests('1Gi') });
    world.runSeconds(30);
    world.take();
    // The machine has 8 GiB.
    world.kubelet.take('memory', { amount: 6 * GI - 650 * MI }, true, world.stimulus('fault'));
    world.runSeconds(40);
    const text = world.take();
    const evicted = told(text, 'Evicted');
    expect(evicted).toHaveLength(1);
    expect(evicted[0]).toMatch(
      /^Evicted: The node was low on resource: memory\. Threshold quantity: 100Mi, available: \S+\. Container c was using 2Gi, request is 1Gi, has larger consumption of memory\. $/,
    );
    expect(told(text, 'EvictionThresholdMet')[0]).toContain('Attempting to reclaim memory');
    const { status } = pod(world, 'large');
    expect(status.phase).toBe('Failed');
    expect(status.reason).toBe('Evicted');
    expect(status.message).toContain('The node was low on resource: memory. ');
    expect(status.conditions?.find(({ type }) => type === 'DisruptionTarget')).toMatchObject({
      status: 'True',
      reason: 'TerminationByKubelet',
    });
    expect(pod(world, 'small').status.phase).toBe('Running');
    expect(pod(world, 'larger').status.phase).toBe('Running');
    expect(conditions(world)).toBe('MemoryPressure/KubeletHasInsufficientMemory');
  });

  test('the condition stays for the transition period, then goes; best-effort pods are refused meanwhile', () => {
    const world = nodeWith([]);
    const cause = world.stimulus('fault');
    world.runSeconds(1);
    world.kubelet.take('memory', { share: 0.995 }, true, cause);
    world.runSeconds(25);
    expect(conditions(world)).toBe('MemoryPressure/KubeletHasInsufficientMemory');
    world.pod('poor');
    world.pod('rich', { containers: requests('1Mi') });
    world.runSeconds(5);
    expect(pod(world, 'poor').status).toMatchObject({
      phase: 'Failed',
      reason: 'Evicted',
      message: 'Pod was rejected: The node had condition: [MemoryPressure]. ',
    });
    expect(pod(world, 'rich').status.message ?? '').not.toContain('rejected');
    world.kubelet.take('memory', { share: 0.995 }, false, world.stimulus('fault-end'));
    world.runSeconds(280);
    expect(conditions(world)).not.toBe('');
    world.runSeconds(60);
    expect(conditions(world)).toBe('');
    const last = world.kernel.now;
    world.runSeconds(3600);
    expect(world.kernel.now).toBeGreaterThan(last);
    expect(told(world.take(), 'NodeHasSufficientMemory', 'NodeHasInsufficientMemory')).toEqual([
      'NodeHasInsufficientMemory: Node n1 status is now: NodeHasInsufficientMemory',
      'NodeHasSufficientMemory: Node n1 status is now: NodeHasSufficientMemory',
    ]);
  });

  test('a soft threshold waits for its grace period, and gives pods theirs', () => {
    const world = nodeWith([using('web', { memory: 100 * MI })], {
      evictionSoft: { 'memory.available': '1Gi' },
      evictionSoftGracePeriod: { 'memory.available': 60_000_000 },
      evictionMaxPodGracePeriod: 20,
    });
    world.pod('web');
    world.runSeconds(20);
    world.kubelet.take('memory', { amount: 7.5 * GI }, true, world.stimulus('fault'));
    world.runSeconds(50);
    expect(pod(world, 'web').status.phase).toBe('Running');
    world.runSeconds(40);
    expect(pod(world, 'web').status.reason).toBe('Evicted');
    expect(pod(world, 'web').status.message).toContain('Threshold quantity: 1Gi, ');
  });

  test('priority comes after usage over request, and critical pods are spared', () => {
    const world = nodeWith([using('low', { memory: GI }), using('high', { memory: GI })]);
    world.pod('critical', { priority: 2_000_000_000, priorityClassName: 'system-cluster-critical' });
    world.runSeconds(20);
    world.kubelet.take('memory', { amount: 8 * GI - 50 * MI }, true, world.stimulus('fault'));
    world.runSeconds(60);
    expect(pod(world, 'critical').status.phase).toBe('Running');
    expect(told(world.take(), 'EvictionThresholdMet').length).toBeGreaterThan(0);
  });

  test('with no memory left at all the kernel kills first, by score', () => {
    const world = nodeWith([using('web', { memory: GI })]);
    world.pod('web', { containers: requests('1Gi') });
    world.pod('idle');
    world.runSeconds(20);
    world.take();
    world.kubelet.take('memory', { amount: 7.5 * GI }, true, world.stimulus('fault'));
    world.runSeconds(12);
    const text = world.take();
    expect(told(text, 'SystemOOM')[0]).toMatch(
      /^SystemOOM: System OOM encountered, victim process: nginx, pid: \d+$/,
    );
    const killed = ['web', 'idle'].filter((name) => {
      const [container] = pod(world, name).status.containerStatuses ?? [];
      const ended = container?.state?.terminated ?? container?.lastState?.terminated;
      return ended?.reason === 'OOMKilled';
    });
    expect(killed).toContain('idle');
  });
});

describe('disk', () => {
  test('images that nobody uses go before any pod', () => {
    const world = nodeWith([using('web', { disk: GI })]);
    world.pod('done', { restartPolicy: 'Never', containers: [{ name: 'c', image: 'once:1' }] });
    world.pod('web');
    world.runSeconds(60);
    world.delete('done');
    world.runSeconds(60);
    expect(world.kubelet.images.has('once:1')).toBe(true);
    world.kubelet.take('disk', { share: 0.86 }, true, world.stimulus('fault'));
    world.runSeconds(60);
    expect(world.kubelet.images.has('once:1')).toBe(false);
    expect(world.kubelet.images.has('nginx:1.27')).toBe(true);
    expect(conditions(world)).toBe('DiskPressure/KubeletHasDiskPressure');
    expect(pod(world, 'web').status.reason).toBe('Evicted');
    expect(pod(world, 'web').status.message).toMatch(
      /^The node was low on resource: ephemeral-storage\. Threshold quantity: 15Gi, available: \S+\. Container c was using 1Gi, request is 0, has larger consumption of ephemeral-storage\. $/,
    );
  });

  test.each([
    [
      'a container',
      {
        containers: [
          { name: 'c', image: 'nginx:1.27', resources: { limits: { 'ephemeral-storage': '1Gi' } } },
        ],
        initContainers: [],
      },
      {},
      'Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. ',
    ],
    [
      'a container beside one without a limit',
      {
        containers: [
          { name: 'c', image: 'nginx:1.27', resources: { limits: { 'ephemeral-storage': '1Gi' } } },
          { name: 'd', image: 'nginx:1.27' },
        ],
      },
      {},
      'Container c exceeded its local ephemeral storage limit "1Gi". ',
    ],
    [
      'an emptyDir',
      {
        containers: [{ name: 'c', image: 'nginx:1.27', volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }] }],
        volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '500Mi' } }],
      },
      { volume: 'tmp' },
      'Usage of EmptyDir volume "tmp" exceeds the limit "500Mi". ',
    ],
  ])('the limit of %s ends the pod', (_what, spec, usage, message) => {
    const world = nodeWith([using('web', { fillsPerHour: 60 * GI, ...usage })]);
    world.pod('web', spec);
    world.runSeconds(25);
    expect(pod(world, 'web').status.phase).toBe('Running');
    world.runSeconds(120);
    expect(pod(world, 'web').status).toMatchObject({ phase: 'Failed', reason: 'Evicted', message });
    expect(conditions(world)).toBe('');
  });
});

test('process ids have no threshold unless one is given', () => {
  const world = nodeWith([], { evictionHard: { 'pid.available': '1000' } });
  world.pod('web');
  world.runSeconds(20);
  world.kubelet.take('pids', { amount: 32_000 }, true, world.stimulus('fault'));
  world.runSeconds(40);
  expect(conditions(world)).toBe('PIDPressure/KubeletHasInsufficientPID');
  expect(pod(world, 'web').status.message).toBe(
    'The node was low on resource: pids. Threshold quantity: 1k, available: 767. ',
  );
});
