import { describe, expect, it } from 'vitest';
import type { Pod } from '../../core/schema/types.generated.ts';
import { SECOND } from '../../core/time.ts';
import { NodeWorld } from './testing/node-world.ts';
import { always, behaving, container } from './testing/programs.ts';

describe('a pod on a node', () => {
  it('is created, pulled, run, and reported as a real kubelet does', () => {
    const world = new NodeWorld();
    world.pod('web');
    world.runSeconds(10);
    expect(world.take()).toMatchInlineSnapshot(`
      "0.010 web Pending {} []
      0.010 web Pending {} [PodScheduled]
      0.012 web Pending {c: ContainerCreating} [Initialized PodScheduled]
      0.755 event Pulling: Pulling image "nginx:1.27"
      6.029 event Pulled: Successfully pulled image "nginx:1.27" in 5.273s (5.273s including waiting). Image size: 40869153 bytes.
      6.169 event Created: Container created
      6.169 event Started: Container started
      6.557 web Running {c: running ready} [PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled]"
    `);
  });

  it('has a status with every field', () => {
    const world = new NodeWorld();
    world.pod('web', { containers: [container({ resources: { requests: { cpu: '100m' } } })] });
    world.runSeconds(10);
    expect(JSON.parse(JSON.stringify(world.get('web')?.status))).toMatchInlineSnapshot(`
      {
        "conditions": [
          {
            "lastTransitionTime": "2026-01-01T00:00:06Z",
            "observedGeneration": 1,
            "status": "True",
            "type": "PodReadyToStartContainers",
          },
          {
            "lastTransitionTime": "2026-01-01T00:00:00Z",
            "observedGeneration": 1,
            "status": "True",
            "type": "Initialized",
          },
          {
            "lastTransitionTime": "2026-01-01T00:00:06Z",
            "observedGeneration": 1,
            "status": "True",
            "type": "Ready",
          },
          {
            "lastTransitionTime": "2026-01-01T00:00:06Z",
            "observedGeneration": 1,
            "status": "True",
            "type": "ContainersReady",
          },
          {
            "lastTransitionTime": "2026-01-01T00:00:00Z",
            "status": "True",
            "type": "PodScheduled",
          },
        ],
        "containerStatuses": [
          {
            "allocatedResources": {
              "cpu": "100m",
            },
            "containerID": "containerd://a7d5d44cabad1fe116bfa1e6c47ce4dd618ccc4c303f5628f69bdb537b086174",
            "image": "docker.io/library/nginx:1.27",
            "imageID": "docker.io/library/nginx@sha256:64849c0acf29e65991149b62110f63f192ba3d4a32fad3b68790befe1725b7da",
            "lastState": {},
            "name": "c",
            "ready": true,
            "resources": {
              "requests": {
                "cpu": "100m",
              },
            },
            "restartCount": 0,
            "started": true,
            "state": {
              "running": {
                "startedAt": "2026-01-01T00:00:06Z",
              },
            },
          },
        ],
        "hostIP": "172.16.0.2",
        "hostIPs": [
          {
            "ip": "172.16.0.2",
          },
        ],
        "observedGeneration": 1,
        "phase": "Running",
        "podIP": "10.244.0.2",
        "podIPs": [
          {
            "ip": "10.244.0.2",
          },
        ],
        "qosClass": "Burstable",
        "startTime": "2026-01-01T00:00:00Z",
      }
    `);
  });

  it('starts a second pod of the image without a pull, with two timers', () => {
    const world = new NodeWorld({ settings: { events: false } });
    world.pod('first');
    world.runSeconds(30);
    world.take();
    const before = world.kernel.handled;
    world.pod('second');
    world.runSeconds(30);
    expect(world.take()).toMatchInlineSnapshot(`
      "30.010 second Pending {} []
      30.010 second Pending {} [PodScheduled]
      30.012 second Pending {c: ContainerCreating} [Initialized PodScheduled]
      31.557 second Running {c: running ready} [PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled]"
    `);
    // Two deliveries of the watch, two requests, their echoes in the watch, and two timers.
    expect(world.kernel.handled - before).toBeLessThanOrEqual(8);
  });

  it('writes its statuses in the order that a real control plane recorded, and no more', () => {
    const world = new NodeWorld({ settings: { events: false } });
    world.pod('web');
    world.runSeconds(600);
    const phases = world.pods.slice(2).map(({ next }) => (next as Pod).status.phase);
    expect(phases).toEqual(['Pending', 'Running']);
  });

  it('runs to its end where it is not to be restarted', () => {
    const world = behaving({ exit: { after: always(3), code: 0 } });
    world.pod('job', { restartPolicy: 'Never' });
    world.runSeconds(30);
    expect(world.take()).toMatchInlineSnapshot(`
      "0.010 job Pending {} []
      0.010 job Pending {} [PodScheduled]
      0.012 job Pending {c: ContainerCreating} [Initialized PodScheduled]
      6.557 job Running {c: running ready} [PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled]
      9.557 job Succeeded {c: Completed(0)} [Initialized PodScheduled]
      15.956 node [MemoryPressure=False/KubeletHasSufficientMemory DiskPressure=False/KubeletHasNoDiskPressure PIDPressure=False/KubeletHasSufficientPID Ready=True/KubeletReady]"
    `);
  });

  it('fails where its container does', () => {
    const world = behaving({ exit: { after: always(3), code: 2 } });
    world.pod('job', { restartPolicy: 'Never' });
    world.runSeconds(30);
    const { status } = world.get('job') as Pod;
    expect([status.phase, status.conditions?.[2]?.reason]).toEqual(['Failed', 'PodFailed']);
  });

  it('starts init containers one by one, with sidecars beside what follows, and stops those last', () => {
    const world = new NodeWorld({
      behaviors: [
        { match: { container: 'sidecar' }, shutdown: always(1) },
        { match: { container: 'c' }, shutdown: always(2) },
      ],
      settings: { events: false },
    });
    world.pod('web', {
      initContainers: [
        { name: 'first', image: 'a' },
        { name: 'sidecar', image: 'a', restartPolicy: 'Always' },
        { name: 'last', image: 'a' },
      ],
      containers: [container({ image: 'a' })],
    });
    world.runSeconds(60);
    world.delete('web');
    world.runSeconds(60);
    expect(world.take()).toMatchInlineSnapshot(`
      "0.010 web Pending {} []
      0.010 web Pending {} [PodScheduled]
      0.012 web Pending {first: PodInitializing, sidecar: PodInitializing, last: PodInitializing, c: PodInitializing} [PodScheduled]
      5.557 web Pending {first: running, sidecar: PodInitializing, last: PodInitializing, c: PodInitializing} [PodReadyToStartContainers PodScheduled]
      6.557 web Pending {first: Completed(0) ready, sidecar: PodInitializing, last: PodInitializing, c: PodInitializing} [PodReadyToStartContainers PodScheduled]
      7.557 web Pending {first: Completed(0) ready, sidecar: running ready, last: PodInitializing, c: PodInitializing} [PodReadyToStartContainers PodScheduled]
      8.557 web Pending {first: Completed(0) ready, sidecar: running ready, last: running, c: PodInitializing} [PodReadyToStartContainers PodScheduled]
      9.557 web Pending {first: Completed(0) ready, sidecar: running ready, last: Completed(0) ready, c: PodInitializing} [PodReadyToStartContainers Initialized PodScheduled]
      10.557 web Running {first: Completed(0) ready, sidecar: running ready, last: Completed(0) ready, c: running ready} [PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled]
      14.808 node [MemoryPressure=False/KubeletHasSufficientMemory DiskPressure=False/KubeletHasNoDiskPressure PIDPressure=False/KubeletHasSufficientPID Ready=True/KubeletReady]
      60.010 web Running going {first: Completed(0) ready, sidecar: running ready, last: Completed(0) ready, c: running ready} [PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled]
      63.012 web Succeeded going {first: Completed(0) ready, sidecar: Completed(0), last: Completed(0) ready, c: Completed(0)} [Initialized PodScheduled]
      63.112 web Succeeded going {first: Completed(0) ready, sidecar: Completed(0), last: Completed(0) ready, c: Completed(0)} [Initialized PodScheduled]
      63.112 web deleted"
    `);
  });

  it('fails with an init container that fails for good', () => {
    const world = behaving({ exit: { after: always(1), code: 3 } });
    world.pod('web', { restartPolicy: 'Never', initContainers: [container({ name: 'i' })] });
    world.runSeconds(30);
    const { status } = world.get('web') as Pod;
    expect([status.phase, status.containerStatuses?.[0]?.state?.waiting?.reason]).toEqual([
      'Failed',
      'PodInitializing',
    ]);
  });

  it('ends when its deadline has passed', () => {
    const world = behaving({ shutdown: always(1) });
    world.pod('job', { activeDeadlineSeconds: 20 });
    world.runSeconds(60);
    const { status } = world.get('job') as Pod;
    expect([status.phase, status.reason, status.message]).toEqual([
      'Failed',
      'DeadlineExceeded',
      'Pod was active on the node longer than the specified deadline',
    ]);
  });
});

describe('admission on the node', () => {
  it.each([
    ['cpu', { cpu: '5' }, 'OutOfcpu', 'cpu, requested: 5000, used: 0, capacity: 4000'],
    [
      'memory',
      { memory: '9Gi' },
      'OutOfmemory',
      'memory, requested: 9663676416, used: 0, capacity: 8485076992',
    ],
  ])('refuses what does not fit: %s', (_name, requests, reason, detail) => {
    const world = new NodeWorld();
    world.pod('big', { containers: [container({ resources: { requests } })] });
    world.runSeconds(5);
    const { status } = world.get('big') as Pod;
    expect([status.phase, status.reason, status.message]).toEqual([
      'Failed',
      reason,
      `Pod was rejected: Node didn't have enough resource: ${detail}`,
    ]);
  });

  it('refuses more pods than the node takes, and takes one again when one has gone', () => {
    const world = new NodeWorld({ settings: { events: false } });
    for (let i = 0; i < 11; i += 1) world.pod(`p${i}`);
    world.runSeconds(60);
    expect(world.get('p10')?.status.reason).toBe('OutOfpods');
    world.delete('p0');
    world.runSeconds(40);
    world.pod('later');
    world.runSeconds(20);
    expect(world.get('later')?.status.phase).toBe('Running');
  });

  it('refuses a pod whose selector the node does not meet, once it knows its node', () => {
    const world = new NodeWorld();
    const node = world.nodes.at(-1)?.next as never;
    world.kubelet.observeNode({ type: 'ADDED', object: node, previous: undefined }, { rv: 1 });
    world.pod('web', { nodeSelector: { disk: 'ssd' } });
    world.runSeconds(5);
    expect(world.get('web')?.status.reason).toBe('NodeAffinity');
  });
});

describe('deletion', () => {
  it.each([
    ['a program that heeds SIGTERM', { shutdown: always(4) }, {}, 'Succeeded', 4.1],
    ['one that does not', { shutdown: always(300) }, {}, 'Failed', 30.1],
    [
      'a preStop hook before it',
      { shutdown: always(4) },
      { preStop: { sleep: { seconds: 10 } } },
      'Succeeded',
      14.1,
    ],
    [
      'a preStop hook that takes the whole period',
      { shutdown: always(9) },
      { preStop: { exec: { command: ['sh', '-c', 'sleep 60'] } } },
      'Failed',
      32.1,
    ],
  ])('lets %s end', (_name, behavior, lifecycle, phase, seconds) => {
    const world = behaving(behavior);
    world.pod('web', { containers: [container({ lifecycle })] });
    world.runSeconds(20);
    const asked = world.kernel.now;
    world.delete('web');
    world.runSeconds(60);
    expect(world.get('web')).toBeUndefined();
    const last = world.pods.at(-1)!;
    expect(last.verb).toBe('delete');
    expect((last.previous as Pod).status.phase).toBe(phase);
    expect((last.t - asked) / SECOND).toBeCloseTo(seconds, 1);
  });

  it('shortens the grace period on a second request', () => {
    const world = behaving({ shutdown: always(300) });
    world.pod('web');
    world.runSeconds(20);
    world.delete('web', 60);
    world.runSeconds(5);
    world.delete('web', 3);
    world.runSeconds(4);
    expect(world.get('web')).toBeUndefined();
  });

  it('of a pod that has not started ends it as failed', () => {
    const world = new NodeWorld({ settings: { events: false } });
    world.pod('web');
    world.runSeconds(1);
    world.delete('web');
    world.runSeconds(10);
    const { status } = world.pods.at(-1)!.previous as Pod;
    expect(status.phase).toBe('Failed');
    expect(status.containerStatuses?.[0]?.state?.terminated?.reason).toBe('ContainerStatusUnknown');
  });

  it('by force leaves nothing running and gives the address back', () => {
    const world = new NodeWorld({ settings: { events: false } });
    world.pod('web');
    world.runSeconds(20);
    world.delete('web', 0);
    world.runSeconds(40);
    world.pod('web');
    world.runSeconds(20);
    expect(world.get('web')?.status.phase).toBe('Running');
    expect(world.kubelet.admission.refusal(world.get('web') as Pod, undefined)).toBeUndefined();
  });
});
