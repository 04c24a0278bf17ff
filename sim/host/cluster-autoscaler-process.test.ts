import { describe, expect, it } from 'vitest';
import { CONFIG_MAP, NODE, POD } from '../../core/kinds/registry.ts';
import type { Node } from '../../core/schema/types.generated.ts';
import { MINUTE } from '../../core/time.ts';
import { runScenario } from '../run.ts';
import { group, play, scenarioOf, web } from '../testing/autoscaled-run.ts';
import { loggedRun, reExecuted } from '../testing/logged-run.ts';

describe('its status', () => {
  it('is a ConfigMap with Events of the whole cluster', () => {
    const scenario = scenarioOf({
      minutes: 30,
      groups: [group('cheap', 1, 5), group('dear', 0, 5, { machine: { cpu: 32, memory: '64Gi' } })],
      manifests: [web(4, '1500m')],
      timeline: [
        { at: '500ms', fault: 'cloud-out-of-capacity', group: 'cheap' },
        { at: '3m', scale: 'deployment/web', replicas: 2 },
      ],
    });
    const { news } = play(scenario);
    expect(news).toEqual([
      'ScaledUpGroup: Scale-up: setting group cheap size to 2 instead of 1 (max: 5)',
      'FailedToScaleUpGroup: Scale-up failed for group cheap: the cloud has no machine to give',
      'ScaledUpGroup: Scale-up: setting group dear size to 1 instead of 0 (max: 5)',
      'ScaledUpGroup: Scale-up: group dear size set to 1 instead of 0 (max: 5)',
      'ScaleDownEmpty: Scale-down: removing empty node "dear-1"',
      'ScaleDownEmpty: Scale-down: empty node dear-1 removed',
    ]);
    const { simulation } = runScenario({ ...scenario, duration: 2 * MINUTE });
    const status = simulation.view.get(CONFIG_MAP, 'kube-system', 'cluster-autoscaler-status')?.data?.status;
    expect(status).toMatchInlineSnapshot(`
      "time: 2026-01-01 00:00:30 +0000 UTC
      autoscalerStatus: Running
      clusterWide:
        health:
          status: Healthy
          nodeCounts:
            registered:
              total: 1
              ready: 1
              notStarted: 0
              unready:
                total: 0
                resourceUnready: 0
            longUnregistered: 0
            unregistered: 1
          lastProbeTime: "2026-01-01T00:00:30Z"
          lastTransitionTime: "2026-01-01T00:00:10Z"
        scaleUp:
          status: InProgress
          lastProbeTime: "2026-01-01T00:00:30Z"
          lastTransitionTime: "2026-01-01T00:00:30Z"
        scaleDown:
          status: NoCandidates
          lastProbeTime: "2026-01-01T00:00:30Z"
          lastTransitionTime: "2026-01-01T00:00:10Z"
      nodeGroups:
      - name: cheap
        health:
          status: Healthy
          nodeCounts:
            registered:
              total: 1
              ready: 1
              notStarted: 0
              unready:
                total: 0
                resourceUnready: 0
            longUnregistered: 0
            unregistered: 0
          cloudProviderTarget: 1
          minSize: 1
          maxSize: 5
          lastProbeTime: "2026-01-01T00:00:30Z"
          lastTransitionTime: "2026-01-01T00:00:10Z"
        scaleUp:
          status: Backoff
          lastProbeTime: "2026-01-01T00:00:30Z"
          lastTransitionTime: "2026-01-01T00:00:20Z"
        scaleDown:
          status: NoCandidates
          lastProbeTime: "2026-01-01T00:00:30Z"
          lastTransitionTime: "2026-01-01T00:00:10Z"
      - name: dear
        health:
          status: Healthy
          nodeCounts:
            registered:
              total: 0
              ready: 0
              notStarted: 0
              unready:
                total: 0
                resourceUnready: 0
            longUnregistered: 0
            unregistered: 1
          cloudProviderTarget: 1
          minSize: 0
          maxSize: 5
          lastProbeTime: "2026-01-01T00:00:30Z"
          lastTransitionTime: "2026-01-01T00:00:10Z"
        scaleUp:
          status: InProgress
          lastProbeTime: "2026-01-01T00:00:30Z"
          lastTransitionTime: "2026-01-01T00:00:30Z"
        scaleDown:
          status: NoCandidates
          lastProbeTime: "2026-01-01T00:00:30Z"
          lastTransitionTime: "2026-01-01T00:00:10Z"
      "
    `);
  });

  it('says so when too many nodes are unready', () => {
    const { news } = play(
      scenarioOf({
        minutes: 10,
        groups: ['a', 'b'].map((zone) => group(zone, 4, 8, { zones: [zone] })),
        manifests: [],
        timeline: [{ at: '3m', fault: 'zone-outage', zone: 'b' }],
      }),
    );
    expect(news).toEqual(['ClusterUnhealthy: Cluster is unhealthy']);
  });
});

describe('the process', () => {
  it('is not there for groups of one size', () => {
    const { simulation } = runScenario(
      scenarioOf({ minutes: 1, groups: [{ name: 'general', count: 2 }], manifests: [] }),
    );
    expect(simulation.clusterAutoscaler).toBeUndefined();
  });

  it('does not look where nothing happens', () => {
    const { simulation } = runScenario(
      scenarioOf({ minutes: 600, groups: [group('general', 3, 5)], manifests: [web(8, '1')] }),
    );
    expect(simulation.clusterAutoscaler?.scans).toBeLessThan(10);
  });

  it('crashes, comes back and takes away the taints that it had left', () => {
    const { nodeNames, records } = play(
      scenarioOf({
        minutes: 40,
        groups: [group('general', 3, 5)],
        manifests: [web(6, '1500m')],
        timeline: [
          { at: '2m', scale: 'deployment/web', replicas: 2 },
          { at: '12m12s', fault: 'controller-crash', controller: 'cluster-autoscaler', for: '5m' },
        ],
      }),
    );
    expect(nodeNames.length).toBe(1);
    const untainted = records.some(
      (record) =>
        record.type === 'event' &&
        record.kind === NODE &&
        record.reason === 'the cluster autoscaler has started' &&
        (record.next as Node).spec.taints === undefined,
    );
    expect(untainted).toBe(true);
  });

  it('names a pending pod as the cause of a node, and the time that a node was unneeded as that of an eviction', () => {
    const { records } = play(
      scenarioOf({
        minutes: 30,
        groups: [group('general', 2, 5)],
        manifests: [web(6, '1500m')],
        timeline: [{ at: '5m', scale: 'deployment/web', replicas: 2 }],
      }),
    );
    const created = records.find(
      (record) => record.type === 'event' && record.kind === NODE && record.key === 'general-3',
    );
    const cause = records[(created?.cause ?? 0) - 1];
    expect(cause).toMatchObject({ type: 'event', kind: POD, actor: 'kube-scheduler' });
    const tainted = records.find(
      (record) =>
        record.type === 'event' && record.kind === NODE && record.reason?.includes('unneeded for') === true,
    );
    expect(tainted).toMatchObject({ reason: expect.stringMatching(/^node general-\d unneeded for 10m0s$/) });
  });

  it('is executed again bit for bit', () => {
    const scenario = scenarioOf({
      minutes: 40,
      groups: ['a', 'b', 'c'].map((zone) => group(zone, 1, 5, { zones: [zone], pricePerHour: 0.3 })),
      manifests: [web(12, '1500m')],
      settings: { expander: 'random' },
      timeline: [
        { at: '5m', scale: 'deployment/web', replicas: 4 },
        { at: '8m', fault: 'zone-outage', zone: 'b', for: '10m' },
        { at: '20m', fault: 'slow-boot', x: 3 },
        { at: '21m', scale: 'deployment/web', replicas: 20 },
      ],
    });
    const run = loggedRun(scenario);
    expect(reExecuted(run).text).toBe(run.text);
    expect(run.text).toContain('cluster/cost');
  });
});
