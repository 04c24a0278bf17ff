import { describe, expect, test } from 'vitest';
import { isPodReady } from '../../core/kinds/pod/status.ts';
import { NODE, POD, POD_DISRUPTION_BUDGET } from '../../core/kinds/registry.ts';
import type { EventRecord, LogRecord } from '../../core/log/record.ts';
import { SECOND } from '../../core/time.ts';
import { readScenario } from '../scenario/resolve.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { loggedRun, reExecuted } from '../testing/logged-run.ts';

const WEB = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 6,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'c', image: 'web:1' }] },
    },
  },
};

function scenario(budget: object | undefined, drain: object, manifests: readonly object[] = []): Scenario {
  const pdb = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web' },
    spec: { selector: { matchLabels: { app: 'web' } }, ...budget },
  };
  const read = readScenario({
    apiVersion: 'wavetank.dev/v1alpha1',
    kind: 'Scenario',
    metadata: { name: 'drain' },
    spec: {
      duration: '10m',
      cluster: { nodeGroups: [{ name: 'node', count: 2 }] },
      manifests: [WEB, ...(budget === undefined ? [] : [pdb]), ...manifests],
      behaviors: [{ startup: '20s' }],
      timeline: [{ at: '3m', drain: 'node-1', ...drain }],
    },
  });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.scenario;
}

function run(of: Scenario) {
  const records: LogRecord[] = [];
  let fewest = Number.POSITIVE_INFINITY;
  const logged = loggedRun(of, {
    onStart: (simulation) => {
      simulation.journal.subscribe((record) => {
        records.push(record);
        if (record.t < of.startTime + 180 * SECOND) return;
        const ready = simulation.view
          .list(POD, 'default')
          .filter((pod) => isPodReady(pod) && pod.metadata.deletionTimestamp === undefined);
        fewest = Math.min(fewest, ready.length);
      });
    },
  });
  const evicted = records.filter(
    (record): record is EventRecord =>
      record.type === 'event' &&
      record.actor === 'user' &&
      record.kind === POD &&
      record.previous?.metadata.deletionTimestamp === undefined &&
      record.next?.metadata.deletionTimestamp !== undefined,
  );
  const { simulation } = logged.outcome;
  return { logged, simulation, fewest, evicted, onNode: simulation.view.onNode(POD, 'node-1') };
}

describe('a drain', () => {
  test('without a budget evicts all pods of the node at once', () => {
    const { simulation, evicted, onNode, fewest } = run(scenario(undefined, {}));
    expect(evicted.length).toBeGreaterThanOrEqual(2);
    expect(new Set(evicted.map(({ t }) => t)).size).toBe(1);
    expect(fewest).toBe(6 - evicted.length);
    expect(onNode).toEqual([]);
    expect(simulation.view.get(NODE, undefined, 'node-1')?.spec?.unschedulable).toBe(true);
  });

  test('with a budget takes as many at a time as the budget lets go, and goes on', () => {
    const { logged, fewest, evicted, onNode, simulation } = run(scenario({ maxUnavailable: 1 }, {}));
    expect(evicted.length).toBeGreaterThanOrEqual(2);
    expect(new Set(evicted.map(({ t }) => t)).size).toBe(evicted.length);
    expect(fewest).toBe(5);
    expect(onNode).toEqual([]);
    expect(simulation.view.get(POD_DISRUPTION_BUDGET, 'default', 'web')?.status).toMatchObject({
      currentHealthy: 6,
      desiredHealthy: 5,
      disruptionsAllowed: 1,
      expectedPods: 6,
      conditions: [{ type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods' }],
    });
    expect(reExecuted(logged).sha256).toBe(logged.sha256);
  });

  test('with a budget that lets none go gives up at its timeout', () => {
    const { fewest, evicted, simulation } = run(scenario({ minAvailable: '100%' }, { timeout: '1m' }));
    expect(fewest).toBe(6);
    expect(evicted).toEqual([]);
    expect(simulation.refusals.length).toBeGreaterThanOrEqual(2);
    expect(simulation.refusals[0]?.message).toMatch(
      /^error when evicting pods\/"web-.*" -n "default": global timeout reached: 1m0?s?$/,
    );
  });

  test('does nothing where a pod would be lost for good, unless it is forced', () => {
    const lone = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'lone' },
      spec: { nodeName: 'node-1', containers: [{ name: 'c', image: 'x' }] },
    };
    const held = run(scenario(undefined, {}, [lone]));
    expect(held.evicted).toEqual([]);
    expect(held.simulation.refusals.map(({ message }) => message)).toEqual([
      'unable to drain node "node-1" due to error: [cannot delete Pods that declare no controller (use --force to override): default/lone]',
    ]);
    const forced = run(scenario(undefined, { force: true }, [lone]));
    expect(forced.onNode).toEqual([]);
  });
});
