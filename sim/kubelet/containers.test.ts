import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../../core/schema/types.generated.ts';
import { parseRfc3339, SECOND } from '../../core/time.ts';
import { NodeWorld } from './testing/node-world.ts';
import { always, behaving, container, HTTP } from './testing/programs.ts';

describe('a container that crashes', () => {
  it('is restarted at once, then after 10, 20, 40, 80, 160 and 300 s at least', () => {
    const world = behaving({ exit: { after: always(1), code: 1 } });
    world.pod('web');
    world.runSeconds(3000);
    let ended: string | undefined;
    const waits: number[] = [];
    for (const { next } of world.pods) {
      const state = (next as Pod).status.containerStatuses?.[0]?.state;
      ended = state?.terminated?.finishedAt ?? ended;
      const startedAt = state?.running?.startedAt;
      if (startedAt === undefined || ended === undefined) continue;
      waits.push((parseRfc3339(startedAt)! - parseRfc3339(ended)!) / SECOND);
    }
    const least = [0, 10, 20, 40, 80, 160, 300, 300];
    least.forEach((seconds, i) => {
      expect(waits[i]).toBeGreaterThanOrEqual(seconds);
      // The next sync of the pod comes 10 to 15 s later at most.
      expect(waits[i]).toBeLessThanOrEqual(seconds + 17);
    });
  });

  it('shows its end, then why it waits, then the restart', () => {
    const world = behaving({ exit: { after: always(1), code: 1 } }, true);
    world.pod('web');
    world.runSeconds(24);
    expect(world.take()).toMatchInlineSnapshot(`
      "0.010 web Pending {} []
      0.010 web Pending {} [PodScheduled]
      0.012 web Pending {c: ContainerCreating} [Initialized PodScheduled]
      0.755 event Pulling: Pulling image "nginx:1.27"
      6.029 event Pulled: Successfully pulled image "nginx:1.27" in 5.273s (5.273s including waiting). Image size: 40869153 bytes.
      6.169 event Created: Container created
      6.169 event Started: Container started
      6.557 web Running {c: running ready} [PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled]
      7.557 web Running {c: Error(1)} [PodReadyToStartContainers Initialized PodScheduled]
      7.557 event Pulled: Container image "nginx:1.27" already present on machine and can be accessed by the pod
      7.770 event Created: Container created (x2)
      7.770 event Started: Container started (x2)
      8.557 web Running {c: running after Error(1) ready restarts=1} [PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled]
      9.557 web Running {c: Error(1) after Error(1) restarts=1} [PodReadyToStartContainers Initialized PodScheduled]
      9.557 event BackOff: Back-off restarting failed container c in pod web_default(527afb25-99d6-4dc0-812b-fed449d54364)
      16.029 node [MemoryPressure=False/KubeletHasSufficientMemory DiskPressure=False/KubeletHasNoDiskPressure PIDPressure=False/KubeletHasSufficientPID Ready=True/KubeletReady]
      21.800 web Running {c: CrashLoopBackOff after Error(1) restarts=1} [PodReadyToStartContainers Initialized PodScheduled]
      21.800 event Pulled: Container image "nginx:1.27" already present on machine and can be accessed by the pod (x2)
      22.001 event Created: Container created (x3)
      22.001 event Started: Container started (x3)
      22.557 web Running {c: running after Error(1) ready restarts=2} [PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled]
      23.557 web Running {c: Error(1) after Error(1) restarts=2} [PodReadyToStartContainers Initialized PodScheduled]
      23.557 event BackOff: Back-off restarting failed container c in pod web_default(527afb25-99d6-4dc0-812b-fed449d54364) (x2)"
    `);
    const waiting = world.pods
      .map(({ next }) => (next as Pod).status.containerStatuses?.[0]?.state?.waiting?.message)
      .findLast((message) => message !== undefined);
    expect(waiting).toMatch(/^back-off 10s restarting failed container=c pod=web_default\([0-9a-f-]{36}\)$/);
  });

  it('starts over after ten good minutes', () => {
    const world = behaving({ exit: { after: always(700), code: 1 } });
    world.pod('web');
    world.runSeconds(720 * 4);
    expect(world.get('web')?.status.containerStatuses?.[0]?.restartCount).toBe(4);
  });

  it('by a fault is restarted, as its policy says', () => {
    const world = new NodeWorld({ settings: { events: false } });
    world.pod('web');
    world.runSeconds(20);
    world.take();
    const how = { exitCode: 137, reason: 'OOMKilled' };
    expect(world.kubelet.killContainer('default/web', undefined, how, world.stimulus('kill'))).toBe(true);
    expect(world.kubelet.killContainer('default/none', undefined, how, world.stimulus('kill'))).toBe(false);
    world.runSeconds(10);
    expect(world.take()).toMatchInlineSnapshot(`
      "20.557 web Running {c: OOMKilled(137)} [PodReadyToStartContainers Initialized PodScheduled]
      21.557 web Running {c: running after OOMKilled(137) ready restarts=1} [PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled]"
    `);
  });
});

describe('images', () => {
  it('that cannot be pulled are tried again with a growing back-off, and run when the registry is back', () => {
    const world = new NodeWorld({ settings: { events: false } });
    world.registry.fail('nginx*');
    world.pod('web');
    world.runSeconds(80);
    world.registry.restore('nginx*');
    world.runSeconds(60);
    expect(world.take()).toMatchInlineSnapshot(`
      "0.010 web Pending {} []
      0.010 web Pending {} [PodScheduled]
      0.012 web Pending {c: ContainerCreating} [Initialized PodScheduled]
      2.557 web Pending {c: ErrImagePull} [PodReadyToStartContainers Initialized PodScheduled]
      14.800 web Pending {c: ImagePullBackOff} [PodReadyToStartContainers Initialized PodScheduled]
      26.541 web Pending {c: ErrImagePull} [PodReadyToStartContainers Initialized PodScheduled]
      38.868 web Pending {c: ImagePullBackOff} [PodReadyToStartContainers Initialized PodScheduled]
      51.460 web Pending {c: ErrImagePull} [PodReadyToStartContainers Initialized PodScheduled]
      62.423 web Pending {c: ImagePullBackOff} [PodReadyToStartContainers Initialized PodScheduled]
      94.557 web Running {c: running ready} [PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled]
      103.984 node [MemoryPressure=False/KubeletHasSufficientMemory DiskPressure=False/KubeletHasNoDiskPressure PIDPressure=False/KubeletHasSufficientPID Ready=True/KubeletReady]"
    `);
  });

  it.each([
    ['Never', 'ErrImageNeverPull'],
    ['IfNotPresent', undefined],
    ['Always', undefined],
  ] as const)('by the policy %s', (imagePullPolicy, reason) => {
    const world = new NodeWorld({ settings: { events: false } });
    world.pod('web', { containers: [container({ imagePullPolicy })] });
    world.runSeconds(10);
    const status = world.get('web')?.status.containerStatuses?.[0];
    expect(status?.state?.waiting?.reason).toBe(reason);
  });

  it('are listed in the status of the node', () => {
    const world = new NodeWorld({ settings: { events: false } });
    world.pod('web');
    world.runSeconds(30);
    const node = world.nodes.at(-1)?.next as Node;
    expect(node.status.images?.[0]?.names?.[1]).toBe('docker.io/library/nginx:1.27');
  });
});

describe('probes', () => {
  it('hold a pod back, take it out of service and restart it', () => {
    const world = behaving(
      {
        startup: always(12),
        unready: [{ after: 60 * SECOND, for: 25 * SECOND }],
        unhealthy: [{ after: 120 * SECOND }],
      },
      true,
    );
    const startupProbe = { ...HTTP, periodSeconds: 5, failureThreshold: 10 };
    world.pod('web', {
      containers: [container({ startupProbe, readinessProbe: HTTP, livenessProbe: HTTP })],
    });
    world.runSeconds(180);
    expect(world.take()).toMatchInlineSnapshot(`
      "0.010 web Pending {} []
      0.010 web Pending {} [PodScheduled]
      0.012 web Pending {c: ContainerCreating} [Initialized PodScheduled]
      0.755 event Pulling: Pulling image "nginx:1.27"
      6.029 event Pulled: Successfully pulled image "nginx:1.27" in 5.273s (5.273s including waiting). Image size: 40869153 bytes.
      6.169 event Created: Container created
      6.169 event Started: Container started
      6.557 web Running {c: running unstarted} [PodReadyToStartContainers Initialized PodScheduled]
      10.012 event Unhealthy: Startup probe failed: Get "http://10.244.0.2:80/": dial tcp 10.244.0.2:80: connect: connection refused
      15.012 event Unhealthy: Startup probe failed: Get "http://10.244.0.2:80/": dial tcp 10.244.0.2:80: connect: connection refused (x2)
      16.029 node [MemoryPressure=False/KubeletHasSufficientMemory DiskPressure=False/KubeletHasNoDiskPressure PIDPressure=False/KubeletHasSufficientPID Ready=True/KubeletReady]
      20.012 web Running {c: running} [PodReadyToStartContainers Initialized PodScheduled]
      20.012 web Running {c: running ready} [PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled]
      80.012 event Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503
      90.012 event Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503 (x2)
      100.012 event Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503 (x3)
      100.012 web Running {c: running} [PodReadyToStartContainers Initialized PodScheduled]
      110.012 web Running {c: running ready} [PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled]
      140.012 event Unhealthy: Liveness probe failed: HTTP probe failed with statuscode: 503
      150.012 event Unhealthy: Liveness probe failed: HTTP probe failed with statuscode: 503 (x2)
      160.012 event Unhealthy: Liveness probe failed: HTTP probe failed with statuscode: 503 (x3)
      160.012 event Killing: Container c failed liveness probe, will be restarted
      160.557 web Running {c: Completed(0)} [PodReadyToStartContainers Initialized PodScheduled]
      160.557 event Pulled: Container image "nginx:1.27" already present on machine and can be accessed by the pod
      160.770 event Created: Container created (x2)
      160.770 event Started: Container started (x2)
      161.557 web Running {c: running unstarted after Completed(0) restarts=1} [PodReadyToStartContainers Initialized PodScheduled]
      165.012 event Unhealthy: Startup probe failed: Get "http://10.244.0.2:80/": dial tcp 10.244.0.2:80: connect: connection refused (x3)
      170.012 event Unhealthy: Startup probe failed: Get "http://10.244.0.2:80/": dial tcp 10.244.0.2:80: connect: connection refused (x4)
      175.012 web Running {c: running after Completed(0) restarts=1} [PodReadyToStartContainers Initialized PodScheduled]
      175.012 web Running {c: running after Completed(0) ready restarts=1} [PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled]"
    `);
  });

  it('of a program that always answers make no work', () => {
    const world = behaving({ startup: always(0) });
    world.pod('web', { containers: [container({ readinessProbe: HTTP, livenessProbe: HTTP })] });
    world.runSeconds(30);
    const before = world.kernel.handled;
    world.runSeconds(3600);
    expect(world.kernel.handled).toBe(before);
    expect(world.get('web')?.status.containerStatuses?.[0]?.ready).toBe(true);
  });

  it('give the same statuses whether failures are told or not', () => {
    const statuses = [true, false].map((events) => {
      const world = behaving({ startup: always(23), unready: [{ after: 50 * SECOND }] }, events);
      world.pod('web', { containers: [container({ readinessProbe: HTTP, livenessProbe: HTTP })] });
      world.runSeconds(300);
      return world.pods.map(({ t, next }) => [t, JSON.stringify((next as Pod).status.containerStatuses)]);
    });
    expect(statuses[0]).toEqual(statuses[1]);
  });
});
