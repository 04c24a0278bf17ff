import { describe, expect, it } from 'vitest';
import { NODE, POD } from '../../core/kinds/registry.ts';
import type { Pod } from '../../core/schema/types.generated.ts';
import { MINUTE } from '../../core/time.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { budget, group, play, scenarioOf, type Written, web } from '../testing/autoscaled-run.ts';

/** Whole runs: pods that find no node, nodes that nobody needs, and a cloud that has nothing to give. */

function running(pods: readonly Pod[]): number {
  return pods.filter(({ status }) => status.phase === 'Running').length;
}

/** Nodes that the pods run on, once each. */
function hosts(pods: readonly Pod[]): readonly string[] {
  return [...new Set(pods.map(({ spec }) => spec.nodeName ?? '-'))].sort();
}

describe('growing', () => {
  it('adds the nodes that pods need, and no more', () => {
    const { nodes, told, pods } = play(
      scenarioOf({ minutes: 5, groups: [group('general', 1, 10)], manifests: [web(6, '1500m')] }),
    );
    expect(nodes).toEqual(['1m +general-2', '1m +general-3']);
    expect(told).toEqual(['TriggeredScaleUp: pod triggered scale-up: [{general 1->3 (max: 10)}]']);
    expect(running(pods)).toBe(6);
  });

  it('stops at the maximum, and tells those that are left why', () => {
    const { told, pods, nodeNames } = play(
      scenarioOf({ minutes: 8, groups: [group('general', 1, 2)], manifests: [web(6, '1500m')] }),
    );
    expect(told).toEqual([
      'TriggeredScaleUp: pod triggered scale-up: [{general 1->2 (max: 2)}]',
      "NotTriggerScaleUp: pod didn't trigger scale-up: 1 max node group size reached",
    ]);
    expect(running(pods)).toBe(4);
    expect(nodeNames).toEqual(['general-1', 'general-2']);
  });

  it('does not grow for a pod that no new node could hold', () => {
    const { told, nodes } = play(
      scenarioOf({
        minutes: 5,
        groups: [
          group('general', 1, 5),
          group('tainted', 0, 5, { taints: [{ key: 'gpu', effect: 'NoSchedule' }] }),
        ],
        manifests: [web(1, '6')],
      }),
    );
    expect(nodes).toEqual([]);
    expect(told).toEqual([
      "NotTriggerScaleUp: pod didn't trigger scale-up: 1 Insufficient cpu, 1 node(s) had untolerated taint(s)",
    ]);
  });

  it('grows from nothing', () => {
    const { nodes, pods } = play(
      scenarioOf({ minutes: 5, groups: [group('general', 0, 5)], manifests: [web(2, '1500m')] }),
    );
    expect(nodes).toEqual(['1m +general-1']);
    expect(running(pods)).toBe(2);
  });

  it('counts machines that boot: what is on its way is not asked for again', () => {
    const { nodes, pods } = play(
      scenarioOf({
        minutes: 15,
        groups: [group('general', 1, 10, { bootTime: '5m' })],
        manifests: [web(4, '1500m')],
        timeline: [{ at: '3m', scale: 'deployment/web', replicas: 5 }],
      }),
    );
    expect(nodes).toEqual(['5m +general-2', '8m +general-3']);
    expect(running(pods)).toBe(5);
  });

  it('spreads over similar groups when told to', () => {
    const groups = ['a', 'b', 'c'].map((zone) => group(zone, 1, 5, { zones: [zone] }));
    const { told } = play(
      scenarioOf({
        minutes: 3,
        groups,
        manifests: [web(18, '1500m')],
        settings: { 'balance-similar-node-groups': true },
      }),
    );
    expect(told).toEqual([
      'TriggeredScaleUp: pod triggered scale-up: [{a 1->3 (max: 5)} {b 1->3 (max: 5)} {c 1->3 (max: 5)}]',
    ]);
  });

  it('obeys max-nodes-total', () => {
    const { told, nodeNames } = play(
      scenarioOf({
        minutes: 5,
        groups: [group('general', 1, 10)],
        manifests: [web(9, '1500m')],
        settings: { 'max-nodes-total': 3 },
      }),
    );
    expect(nodeNames.length).toBe(3);
    expect(told.at(-1)).toBe(
      "NotTriggerScaleUp: pod didn't trigger scale-up: max total nodes in cluster reached",
    );
  });

  it('gives a machine up that does not register in time, and leaves its group alone', () => {
    const { told, nodes } = play(
      scenarioOf({
        minutes: 40,
        groups: [
          group('general', 1, 10, { bootTime: '1h' }),
          group('other', 0, 10, { machine: { cpu: 16 } }),
        ],
        manifests: [web(4, '1500m')],
      }),
    );
    expect(told).toEqual([
      'TriggeredScaleUp: pod triggered scale-up: [{general 1->2 (max: 10)}]',
      'TriggeredScaleUp: pod triggered scale-up: [{other 0->1 (max: 10)}]',
    ]);
    expect(nodes).toEqual(['16m +other-1']);
  });
});

describe('a cloud in trouble', () => {
  it('out of capacity: the group is left alone, and another asked', () => {
    const { told, nodes } = play(
      scenarioOf({
        minutes: 6,
        groups: [group('cheap', 1, 5), group('dear', 0, 5, { machine: { cpu: 32, memory: '64Gi' } })],
        manifests: [web(4, '1500m')],
        timeline: [{ at: '500ms', fault: 'cloud-out-of-capacity', group: 'cheap' }],
      }),
    );
    expect(told).toEqual(['TriggeredScaleUp: pod triggered scale-up: [{dear 0->1 (max: 5)}]']);
    expect(nodes).toEqual(['1m +dear-1']);
  });

  it('is asked again after the back-off', () => {
    const { told, nodes } = play(
      scenarioOf({
        minutes: 10,
        groups: [group('general', 1, 5)],
        manifests: [web(4, '1500m')],
        timeline: [{ at: '500ms', fault: 'cloud-out-of-capacity', for: '1m' }],
      }),
    );
    expect(told).toEqual([
      "NotTriggerScaleUp: pod didn't trigger scale-up: 1 in backoff after failed scale-up",
      'TriggeredScaleUp: pod triggered scale-up: [{general 1->2 (max: 5)}]',
    ]);
    expect(nodes).toEqual(['6m +general-2']);
  });

  it('a zone without power: its pods get new nodes in another', () => {
    const groups = ['a', 'b'].map((zone) => group(zone, 3, 8, { zones: [zone] }));
    const { told, pods, nodes } = play(
      scenarioOf({
        minutes: 20,
        groups,
        manifests: [web(10, '1500m')],
        timeline: [{ at: '2m', fault: 'zone-outage', zone: 'b' }],
      }),
    );
    expect(told[0]).toMatch(/^TriggeredScaleUp: pod triggered scale-up: \[\{a 3->\d \(max: 8\)\}\]$/);
    const living = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    expect(living.length).toBe(10);
    expect(hosts(living).every((name) => name.startsWith('a-'))).toBe(true);
    expect(running(living)).toBe(10);
    expect(nodes.length).toBeGreaterThan(0);
  });

  it('machines that are lost while they boot are given back, and replaced elsewhere', () => {
    const groups = [group('b', 1, 8, { zones: ['b'] }), group('a', 1, 8, { machine: { cpu: 5 } })];
    const { told, nodes } = play(
      scenarioOf({
        minutes: 10,
        groups,
        manifests: [web(6, '1500m')],
        timeline: [{ at: '30s', fault: 'zone-outage', zone: 'b', for: '5s' }],
      }),
    );
    expect(told).toEqual([
      'TriggeredScaleUp: pod triggered scale-up: [{b 1->2 (max: 8)}]',
      'TriggeredScaleUp: pod triggered scale-up: [{a 1->2 (max: 8)}]',
    ]);
    expect(nodes).toEqual(['2m +a-2']);
  });
});

describe('shrinking', () => {
  const afterwards = (more: Partial<Written> = {}): Scenario =>
    scenarioOf({
      minutes: 40,
      groups: [group('general', 4, 10)],
      manifests: [web(8, '1500m')],
      timeline: [{ at: '2m', scale: 'deployment/web', replicas: 2 }],
      ...more,
    });

  it('removes what has been unneeded for ten minutes, down to the minimum', () => {
    const { nodes, told, pods, nodeNames } = play(afterwards());
    expect(nodeNames.length).toBe(1);
    expect(running(pods)).toBe(2);
    expect(hosts(pods)).toEqual(nodeNames);
    expect(nodes.length).toBe(3);
    for (const line of nodes) expect(line).toMatch(/^1[2-9]m -general-\d$/);
    expect(told).toContain('ScaleDown: marked the node as toBeDeleted/unschedulable');
    expect(told).toContain('ScaleDown: node removed by cluster autoscaler');
  });

  it('never below the minimum', () => {
    const { nodeNames } = play(afterwards({ groups: [group('general', 4, 10, { min: 3 })] }));
    expect(nodeNames.length).toBe(3);
  });

  it('not when it is switched off', () => {
    expect(play(afterwards({ settings: { 'scale-down-enabled': false } })).nodeNames.length).toBe(4);
  });

  it.each<[string, object, object, object[]]>([
    [
      'a pod that is not safe to evict',
      {},
      { 'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false' },
      [],
    ],
    ['a pod with local storage', { volumes: [{ name: 'data', emptyDir: {} }] }, {}, []],
    ['a budget that allows no disruption', {}, {}, [budget(2)]],
  ])('keeps a node with %s', (_name, pod, annotations, more) => {
    const { pods, nodeNames, told } = play(
      afterwards({
        manifests: [web(8, '1500m', pod, annotations), ...more],
        timeline: [{ at: '2m', scale: 'deployment/web', replicas: 2 }],
      }),
    );
    expect(nodeNames).toEqual(hosts(pods));
    expect(told.join()).not.toContain('deleting pod');
  });

  it('an annotated node is left alone', () => {
    const { nodeNames } = play(
      afterwards({
        timeline: [
          { at: '2m', scale: 'deployment/web', replicas: 2 },
          {
            at: '1m',
            patch: 'node/general-4',
            with: {
              metadata: { annotations: { 'cluster-autoscaler.kubernetes.io/scale-down-disabled': 'true' } },
            },
          },
        ],
      }),
    );
    expect(nodeNames).toContain('general-4');
  });

  it('evicts one pod after the other as the budget allows', () => {
    const { records, nodeNames, pods } = play(
      afterwards({ minutes: 120, manifests: [web(8, '200m'), budget(7)], timeline: [] }),
    );
    expect(nodeNames.length).toBe(1);
    expect(running(pods)).toBe(8);
    const evicted = records.find(
      (record) => record.type === 'event' && record.kind === POD && record.actor === 'cluster-autoscaler',
    );
    expect(evicted).toMatchObject({ reason: expect.stringMatching(/^node general-\d unneeded for 10m0s$/) });
    expect(records[(evicted?.cause ?? 0) - 1]).toMatchObject({ kind: NODE, actor: 'cluster-autoscaler' });
    let least = Number.POSITIVE_INFINITY;
    const ready = new Set<string>();
    for (const record of records) {
      if (record.type !== 'event' || record.kind !== POD) continue;
      const pod = record.next as Pod | undefined;
      const isUp =
        pod?.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
      if (isUp && pod?.metadata.deletionTimestamp === undefined) ready.add(record.key);
      else ready.delete(record.key);
      if (record.t > records[0]!.t + MINUTE) least = Math.min(least, ready.size);
    }
    expect(least).toBe(7);
  });

  it('gives up when a budget refuses for too long, and takes the taint away again', () => {
    const probed = {
      containers: [
        {
          name: 'web',
          image: 'nginx:1.27',
          resources: { requests: { cpu: '200m', memory: '1Gi' } },
          readinessProbe: { httpGet: { path: '/', port: 80 } },
        },
      ],
    };
    const { told, records, nodeNames } = play(
      afterwards({
        minutes: 20,
        groups: [group('general', 2, 10)],
        manifests: [web(4, '200m', probed), budget(3)],
        // One pod may be away at a time, and the one that takes its place is not ready within two minutes.
        behaviors: [{ startup: '4m' }],
        timeline: [],
      }),
    );
    expect(nodeNames.length).toBe(2);
    expect(told).toContain('ScaleDown: deleting pod for node scale down');
    expect(told).toContain('ScaleDownFailed: failed to delete pod for ScaleDown');
    expect(told.some((line) => line.startsWith('ScaleDownFailed: failed to drain and delete node'))).toBe(
      true,
    );
    const last = records.findLast(
      (record) =>
        record.type === 'event' &&
        record.kind === NODE &&
        record.actor === 'cluster-autoscaler' &&
        record.reason?.startsWith('failed to drain') === true,
    );
    expect(last).toMatchObject({ next: { spec: { taints: undefined } } });
  });

  it('a node that is not ready goes after twenty minutes', () => {
    const { nodes } = play(
      scenarioOf({
        minutes: 40,
        groups: [group('general', 3, 10)],
        manifests: [web(3, '1500m')],
        timeline: [{ at: '2m', fault: 'node-crash', node: 'general-3' }],
        settings: { 'scale-down-utilization-threshold': 0.3 },
      }),
    );
    // Its pod can't end, since nobody is there to say so, and counts for nothing once it should have.
    expect(nodes.filter((line) => line.includes('general-3'))).toEqual([
      expect.stringMatching(/^2\dm -general-3$/),
    ]);
  });

  it('waits after a scale-up', () => {
    const { nodes } = play(
      scenarioOf({
        minutes: 30,
        groups: [group('general', 2, 10)],
        manifests: [web(4, '1500m')],
        timeline: [
          { at: '9m', scale: 'deployment/web', replicas: 6 },
          { at: '13m', scale: 'deployment/web', replicas: 2 },
        ],
      }),
    );
    expect(nodes[0]).toBe('10m +general-3');
    for (const line of nodes.slice(1)) expect(line).toMatch(/^2[4-9]m -general/);
  });
});
