import { describe, expect, test } from 'vitest';
import { MINUTE, SECOND } from '../../core/time.ts';
import { modelOf, NO_EXTRAS, recordExample, withSamples } from '../testing/recorded.ts';
import type { RunModel } from './run-model.ts';

const shop = recordExample('shop');

function laneOf(model: RunModel, id: string): readonly string[] {
  const lane = model.lanes.find((candidate) => candidate.id === id);
  return (lane?.items ?? []).map(({ from, to, tone, label }) => {
    const minutes = (t: number): string => ((t - model.start) / MINUTE).toFixed(2);
    return `${minutes(from)}-${minutes(to)} ${tone} ${label}`;
  });
}

function chartOf(
  model: RunModel,
  id: string,
  label: string,
): readonly (readonly [number, number])[] | undefined {
  const chart = model.charts.find((candidate) => candidate.id === id);
  const series = chart?.series.find((candidate) => candidate.label === label);
  return series?.points.times.map((t, index) => [
    (t - model.start) / SECOND,
    series.points.values[index] as number,
  ]);
}

describe('lanes of the shop', () => {
  const model = modelOf(shop);

  test('a fault lasts until its end, and is named by what it hit', () => {
    expect(laneOf(model, 'faults')).toEqual([
      expect.stringMatching(/^5\.00-25\.00 bad node-crash general-\d$/),
    ]);
  });

  test('what users did', () => {
    expect(laneOf(model, 'operations')).toEqual([
      '0.02-0.02 action apply 22 objects',
      expect.stringMatching(/^2\.00-2\.00 action set image of deployments\/order to /),
    ]);
  });

  test('a rollout, until it is through; first versions are none', () => {
    expect(laneOf(model, 'rollouts')).toEqual([
      expect.stringMatching(/^2\.00-3\.\d\d neutral order → revision 2$/),
    ]);
  });

  test('a node that is not ready, and Deployments that miss replicas until they have them again', () => {
    expect(laneOf(model, 'outages')).toEqual([expect.stringMatching(/^5\.75-25\.\d\d bad general-\d$/)]);
    const missing = laneOf(model, 'shortages');
    expect(missing.length).toBeGreaterThan(0);
    for (const item of missing) expect(item).toMatch(/^5\.75-1[0-2]\.\d\d (load|bad) \w+ \d\/\d$/);
  });

  test('no lane is empty, and the nodes of the start did not come', () => {
    expect(model.lanes.map(({ id }) => id)).toEqual([
      'faults',
      'operations',
      'rollouts',
      'outages',
      'shortages',
    ]);
  });

  test('failed expectations and violations at their times', () => {
    const extras = {
      ...NO_EXTRAS,
      expectations: [
        { name: 'held', ok: true, message: '' },
        { name: 'two nodes', ok: false, message: 'count was 1', failedAt: model.start + 2 * MINUTE, rv: 9 },
      ],
      invariants: {
        checked: 3,
        violations: [{ name: 'surge', rv: 7, t: model.start + MINUTE, message: 'too many' }],
      },
    };
    expect(laneOf(modelOf(shop, extras), 'checks')).toEqual([
      '1.00-1.00 bad surge',
      '2.00-2.00 bad two nodes',
    ]);
  });
});

describe('charts', () => {
  test('of the shop: only those that there is data for', () => {
    expect(modelOf(shop).charts.map(({ id }) => id)).toEqual(['replicas', 'pods', 'nodes', 'cpu', 'memory']);
  });

  test('count what the state holds, at every moment', () => {
    const model = modelOf(shop);
    const nodes = chartOf(model, 'nodes', 'ready') ?? [];
    expect(nodes.map(([, value]) => value)).toEqual([0, 6, 5, 6]);
    expect(chartOf(model, 'nodes', 'not ready')?.map(([, value]) => value)).toEqual([0, 1, 0]);
    expect(chartOf(model, 'replicas', 'order')?.at(-1)?.[1]).toBe(3);
    expect(chartOf(model, 'replicas', 'order, desired')?.map(([, value]) => value)).toEqual([3]);
    expect(chartOf(model, 'pods', 'ready')?.at(-1)?.[1]).toBe(23);
  });

  test('of samples: services by name, usage as a sum, cost', () => {
    const sampled = withSamples(shop, [
      { t: 1, series: 'service/default/order/requests', value: 120_000 },
      { t: 1, series: 'service/default/order/errors', value: 0 },
      { t: 1, series: 'service/default/order/latency-p50', value: 12_000 },
      { t: 1, series: 'service/default/order/latency-p99', value: 90_000 },
      { t: 1, series: 'node/general-1/cpu', value: 700 },
      { t: 1, series: 'node/general-2/cpu', value: 300 },
      { t: 2, series: 'node/general-1/cpu', value: 900 },
      { t: 2, series: 'pod/default/web/cpu', value: 5 },
      { t: 2, series: 'cluster/cost', value: 1_500_000 },
    ]);
    const model = modelOf(sampled);
    // No errors: no chart of them.
    expect(model.charts.map(({ id }) => id)).toEqual([
      'requests',
      'latency',
      'replicas',
      'pods',
      'nodes',
      'cpu',
      'memory',
      'cost',
    ]);
    expect(chartOf(model, 'requests', 'order')?.map(([, value]) => value)).toEqual([120_000]);
    expect(model.charts.find(({ id }) => id === 'latency')?.series.map(({ label }) => label)).toEqual([
      'order p99',
      'order p50',
    ]);
    expect(chartOf(model, 'cpu', 'used')?.map(([, value]) => value)).toEqual([1000, 1200]);
    expect(chartOf(model, 'cost', 'since the start')?.map(([, value]) => value)).toEqual([1_500_000]);
  });
});
