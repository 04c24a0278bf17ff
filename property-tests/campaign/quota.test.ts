import { expect, test } from 'vitest';
import { POD, RESOURCE_QUOTA } from '../../core/kinds/registry.ts';
import { readScenario } from '../../sim/scenario/resolve.ts';
import { runCase } from './case.ts';

/** A quota for two pods under a Deployment of four, which is made smaller and larger again. */
const SCENARIO = {
  apiVersion: 'wavetank.dev/v1alpha1',
  kind: 'Scenario',
  metadata: { name: 'quota' },
  spec: {
    duration: '40m',
    manifests: [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
      {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'q', namespace: 'shop' },
        spec: { hard: { pods: 2, 'requests.cpu': '1' } },
      },
      {
        apiVersion: 'v1',
        kind: 'LimitRange',
        metadata: { name: 'l', namespace: 'shop' },
        spec: { limits: [{ type: 'Container', default: { cpu: '200m' }, defaultRequest: { cpu: '100m' } }] },
      },
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web', namespace: 'shop' },
        spec: {
          replicas: 4,
          selector: { matchLabels: { app: 'web' } },
          template: {
            metadata: { labels: { app: 'web' } },
            spec: { containers: [{ name: 'web', image: 'web:1' }] },
          },
        },
      },
    ],
    timeline: [
      { at: '5m', scale: 'deployment/web', namespace: 'shop', replicas: 1 },
      { at: '10m', scale: 'deployment/web', namespace: 'shop', replicas: 4 },
    ],
  },
};

test('a quota holds pods back, counts what is there, and breaks no invariant', () => {
  const read = readScenario(SCENARIO);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const { failures, refusals, simulation } = runCase(read.scenario);
  expect([failures, refusals]).toEqual([[], []]);
  const { view } = simulation;
  expect(view.list(POD, 'shop').map(({ spec }) => spec.containers[0]?.resources)).toEqual([
    { limits: { cpu: '200m' }, requests: { cpu: '100m' } },
    { limits: { cpu: '200m' }, requests: { cpu: '100m' } },
  ]);
  expect(view.get(RESOURCE_QUOTA, 'shop', 'q')?.status).toEqual({
    hard: { pods: '2', 'requests.cpu': '1' },
    used: { pods: '2', 'requests.cpu': '200m' },
  });
});
