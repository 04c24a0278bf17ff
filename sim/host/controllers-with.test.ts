import { expect, test } from 'vitest';
import { SECOND } from '../../core/time.ts';
import { runScenario } from '../run.ts';
import { readScenario } from '../scenario/resolve.ts';
import { controllersWith } from './controllers-with.ts';

function scenario(kubeControllerManager: object) {
  const read = readScenario({
    apiVersion: 'wavetank.dev/v1alpha1',
    kind: 'Scenario',
    metadata: { name: 'test' },
    spec: {
      duration: '5m',
      cluster: { kubernetes: { kubeControllerManager } },
      timeline: [{ at: '1m', fault: 'node-crash', node: 'node-1' }],
    },
  });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.scenario;
}

/** Seconds from the start of the run until the crashed node is found not to be ready. */
function noticedAfter(kubeControllerManager: object): number {
  const given = scenario(kubeControllerManager);
  let noticed = 0;
  runScenario(given, {
    sinks: [
      (record) => {
        if (
          record.type !== 'event' ||
          record.kind.kind !== 'Node' ||
          record.actor !== 'node-lifecycle-controller'
        )
          return;
        if (noticed === 0 && JSON.stringify(record.next).includes('NodeStatusUnknown')) noticed = record.t;
      },
    ],
  });
  return (noticed - given.startTime) / SECOND;
}

test('a crashed node is noticed after the grace period that the flags set', () => {
  const usual = noticedAfter({});
  const patient = noticedAfter({ 'node-monitor-grace-period': '2m' });
  expect(usual).toBeGreaterThanOrEqual(90);
  expect(usual).toBeLessThan(120);
  // Both look at multiples of five seconds, from the same last sign of life.
  expect(Math.round(patient - usual)).toBe(70);
});

test('flags set the workers of a controller, and of no other', () => {
  const { kubernetes } = scenario({ 'concurrent-deployment-syncs': 2 }).cluster;
  const workers = new Map(
    controllersWith(kubernetes.kubeControllerManager).map(({ name, workers }) => [name, workers]),
  );
  expect([workers.get('deployment-controller'), workers.get('replicaset-controller')]).toEqual([2, 5]);
});
