import { describe, expect, it } from 'vitest';
import { NODE } from '../../core/kinds/registry.ts';
import type { Node } from '../../core/schema/types.generated.ts';
import { NodeWorld } from './testing/node-world.ts';
import { always, behaving, container } from './testing/programs.ts';

describe('a node', () => {
  it('registers, becomes ready, and keeps its lease without events', () => {
    const world = new NodeWorld({ settings: { startsReady: false } });
    world.runSeconds(3600);
    expect(world.take()).toMatchInlineSnapshot(`
      "7.801 node [MemoryPressure=False/KubeletHasSufficientMemory DiskPressure=False/KubeletHasNoDiskPressure PIDPressure=False/KubeletHasSufficientPID Ready=True/KubeletReady] taints node.kubernetes.io/not-ready
      7.802 event NodeReady: Node n1 status is now: NodeReady"
    `);
    const created = world.nodes[0]?.next as Node;
    expect(created.spec.taints).toEqual([{ effect: 'NoSchedule', key: 'node.kubernetes.io/not-ready' }]);
  });

  it('that loses its power says so by its last renewal, and restarts its pods when it is back', () => {
    const world = new NodeWorld();
    world.pod('web');
    world.pod('job', { restartPolicy: 'Never', terminationGracePeriodSeconds: 5 });
    world.runSeconds(8);
    world.take();
    world.runSeconds(15);
    world.crash();
    world.runSeconds(60);
    world.recover();
    world.runSeconds(30);
    expect(world.take()).toMatchInlineSnapshot(`
      "10.557 job Succeeded {c: Completed(0)} [Initialized PodScheduled]
      15.956 node [MemoryPressure=False/KubeletHasSufficientMemory DiskPressure=False/KubeletHasNoDiskPressure PIDPressure=False/KubeletHasSufficientPID Ready=True/KubeletReady]
      23.011 lease {"holderIdentity":"n1","leaseDurationSeconds":40,"renewTime":"2026-01-01T00:00:20.001000Z"}
      83.011 web Running {c: Unknown(255)} [Initialized PodScheduled]
      83.012 node [MemoryPressure=False/KubeletHasSufficientMemory DiskPressure=False/KubeletHasNoDiskPressure PIDPressure=False/KubeletHasSufficientPID Ready=False/KubeletNotReady]
      83.013 event Rebooted: Node n1 has been rebooted, boot id: 8773f811-caf6-4b44-ab0f-32ac27a1f526
      83.013 event Starting: Starting kubelet.
      83.013 event NodeHasSufficientMemory: Node n1 status is now: NodeHasSufficientMemory
      83.013 event NodeHasNoDiskPressure: Node n1 status is now: NodeHasNoDiskPressure
      83.013 event NodeHasSufficientPID: Node n1 status is now: NodeHasSufficientPID
      83.014 lease {"holderIdentity":"n1","leaseDurationSeconds":40,"renewEverySeconds":10,"renewTime":"2026-01-01T00:01:23.012000Z"}
      83.968 event Pulled: Container image "nginx:1.27" already present on machine and can be accessed by the pod
      83.968 event Created: Container created
      83.968 event Started: Container started
      84.557 web Running {c: running after Unknown(255) ready restarts=1} [PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled]
      88.926 node [MemoryPressure=False/KubeletHasSufficientMemory DiskPressure=False/KubeletHasNoDiskPressure PIDPressure=False/KubeletHasSufficientPID Ready=True/KubeletReady]
      88.927 event NodeReady: Node n1 status is now: NodeReady"
    `);
  });

  it('that is cut off goes on, and catches up', () => {
    const world = behaving({ exit: { after: always(30), code: 1, runs: 1 }, shutdown: always(1) });
    world.pod('web');
    world.pod('other', { containers: [container({ name: 'd' })] });
    world.runSeconds(15);
    world.take();
    world.partition();
    world.delete('other');
    world.runSeconds(120);
    world.heal();
    world.runSeconds(30);
    expect(world.take()).toMatchInlineSnapshot(`
      "15.010 other Running going {d: running ready} [PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled]
      15.011 lease {"holderIdentity":"n1","leaseDurationSeconds":40,"renewTime":"2026-01-01T00:00:10.001000Z"}
      135.011 other Running going {d: running after Error(1) ready restarts=1} [PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled]
      135.011 web Running {c: running after Error(1) ready restarts=1} [PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled]
      135.853 lease {"holderIdentity":"n1","leaseDurationSeconds":40,"renewEverySeconds":10,"renewTime":"2026-01-01T00:02:15.852426Z"}
      136.011 other Succeeded going {d: Completed(0) after Error(1) restarts=1} [Initialized PodScheduled]
      136.111 other Succeeded going {d: Completed(0) after Error(1) restarts=1} [Initialized PodScheduled]
      136.111 other deleted"
    `);
  });

  it('does the same in every run, and other things with another seed', () => {
    const history = (seed: number): string => {
      const world = new NodeWorld({ seed });
      for (let i = 0; i < 5; i += 1) world.pod(`p${i}`);
      world.runSeconds(60);
      return world.take();
    };
    expect(history(7)).toBe(history(7));
    expect(history(7)).not.toBe(history(8));
  });

  it('reports itself ready again when the control plane calls it unknown by mistake', () => {
    const world = new NodeWorld({ settings: { startsReady: true } });
    world.runSeconds(30);
    const previous = world.server.state.get(NODE, undefined, 'n1') as Node;
    const conditions = previous.status.conditions?.map((condition) =>
      condition.type === 'Ready' ? { ...condition, status: 'Unknown' as const } : condition,
    );
    const object: Node = { ...previous, status: { ...previous.status, conditions } };
    world.request({ verb: 'updateStatus', kind: NODE, object });
    world.take();
    world.kubelet.observeNode({ type: 'MODIFIED', object, previous }, { rv: 1 });
    world.runSeconds(10);
    expect(world.take()).toContain('Ready=True/KubeletReady');
  });
});
