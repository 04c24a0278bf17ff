import { describe, expect, test } from 'vitest';
import type { LogRecord } from '../../core/log/record.ts';
import { DEFAULT_START, HOUR, MINUTE, SECOND } from '../../core/time.ts';
import { runScenario } from '../run.ts';
import { readScenario } from '../scenario/resolve.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { MeasureCollector } from './collector.ts';
import type { Measures } from './measure.ts';
import { Step } from './step.ts';
import { MEASURE_TABLE } from './table.ts';

const container = { name: 'web', image: 'nginx:1', resources: { requests: { cpu: '500m' } } };

function deployment(name: string, replicas: number, rest: object = {}): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [container] } },
      ...rest,
    },
  };
}

function scenario(spec: object): Scenario {
  const read = readScenario({
    apiVersion: 'wavetank.dev/v1alpha1',
    kind: 'Scenario',
    metadata: { name: 'measured' },
    spec,
  });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.scenario;
}

function measured(spec: object): Measures {
  const given = scenario(spec);
  const collector = new MeasureCollector(given);
  const { simulation } = runScenario(given, { sinks: [collector.sink] });
  expect(simulation.refusals).toEqual([]);
  return collector.measures(simulation.now);
}

function value(measures: Measures, name: string): number {
  const found = measures[name];
  if (found === undefined) throw new Error(`there is no measure ${name}: ${Object.keys(measures).join(' ')}`);
  return found.value;
}

describe('the measures of a run', () => {
  test('of one that nothing disturbs', () => {
    const measures = measured({
      duration: '10m',
      cluster: { nodeGroups: [{ name: 'node', count: 3, pricePerHour: 0.6 }] },
      manifests: [deployment('web', 3)],
    });
    expect(value(measures, 'deployment/default/web/availability')).toBe(1);
    expect(value(measures, 'deployment/default/web/time-below')).toBe(0);
    expect(value(measures, 'deployment/default/web/outages')).toBe(0);
    expect(value(measures, 'deployment/default/web/rollouts')).toBe(0);
    expect(value(measures, 'pods/lost')).toBe(0);
    expect(value(measures, 'pods/unscheduled')).toBe(0);
    expect(value(measures, 'pods/scheduling-p99')).toBeLessThan(1);
    expect(value(measures, 'nodes/min')).toBe(3);
    expect(value(measures, 'nodes/mean')).toBe(3);
    // Three nodes for a sixth of an hour; they register in the first moments.
    expect(value(measures, 'cluster/cost')).toBeCloseTo((3 * 0.6) / 6, 3);
    expect(Object.keys(measures)).toEqual([...Object.keys(measures)].sort());
  });

  test('of a node that crashes: an outage, pods lost with their node, time to recover', () => {
    const measures = measured({
      duration: '15m',
      cluster: { nodeGroups: [{ name: 'node', count: 3 }] },
      manifests: [deployment('web', 3)],
      timeline: [{ at: '2m', fault: 'node-crash', node: 'node-1' }],
    });
    const lost = value(measures, 'pods/lost');
    expect(lost).toBeGreaterThan(0);
    expect(value(measures, 'pods/lost/node')).toBe(lost);
    expect(value(measures, 'deployment/default/web/pods-lost')).toBe(lost);
    expect(value(measures, 'deployment/default/web/outages')).toBe(1);
    // It counts from the crash. The node is given up 50 s after its last sign of life; its pods tolerate that for
    // 300 s, then others start.
    const recovery = value(measures, 'deployment/default/web/recovery-max');
    expect(recovery).toBeGreaterThan(340);
    expect(recovery).toBeLessThan(370);
    expect(value(measures, 'deployment/default/web/time-below')).toBe(recovery);
    expect(value(measures, 'deployment/default/web/recovery-total')).toBe(recovery);
    const availability = value(measures, 'deployment/default/web/availability');
    expect(availability).toBeGreaterThan(0.5);
    expect(availability).toBeLessThan(1 - recovery / (15 * 60));
    expect(value(measures, 'nodes/not-ready-time')).toBeGreaterThan(600);
  });

  test('an outage that has not ended lasts until the end', () => {
    const measures = measured({
      duration: '5m',
      cluster: { nodeGroups: [{ name: 'node', count: 1 }] },
      manifests: [deployment('web', 2)],
      timeline: [{ at: '2m', fault: 'node-crash', node: 'node-1' }],
    });
    const recovery = value(measures, 'deployment/default/web/recovery-max');
    expect(recovery).toBeGreaterThan(100);
    expect(recovery).toBeLessThan(180);
    expect(value(measures, 'deployment/default/web/time-at-zero')).toBeCloseTo(recovery, 1);
  });

  test('of a node that is deleted: its daemon goes with it, and is no loss', () => {
    const daemons = {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'agent' },
      spec: {
        selector: { matchLabels: { app: 'agent' } },
        template: { metadata: { labels: { app: 'agent' } }, spec: { containers: [container] } },
      },
    };
    const measures = measured({
      duration: '10m',
      cluster: { nodeGroups: [{ name: 'node', count: 2 }] },
      manifests: [daemons],
      timeline: [{ at: '2m', delete: 'node/node-1' }],
    });
    expect(value(measures, 'pods/lost')).toBe(0);
  });

  test('of a rollout: counted and timed, no pod lost, nothing below with a surge alone', () => {
    const strategy = { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } };
    const measures = measured({
      duration: '10m',
      manifests: [deployment('web', 3, strategy)],
      timeline: [{ at: '2m', setImage: 'deployment/web', container: 'web', image: 'nginx:2' }],
    });
    expect(value(measures, 'deployment/default/web/rollouts')).toBe(1);
    expect(value(measures, 'deployment/default/web/rollout-max')).toBeGreaterThan(3);
    expect(value(measures, 'deployment/default/web/availability')).toBe(1);
    expect(value(measures, 'pods/lost')).toBe(0);
  });

  test('of pods that a user deletes, that crash, that find no node', () => {
    const measures = measured({
      duration: '10m',
      cluster: { nodeGroups: [{ name: 'node', count: 1, machine: { cpu: 2 } }] },
      manifests: [
        {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'lone', labels: { app: 'lone' } },
          spec: { containers: [container] },
        },
        deployment('web', 8),
      ],
      timeline: [
        { at: '2m', fault: 'container-crash', pods: { selector: { app: 'web' } } },
        { at: '3m', delete: 'pod/lone' },
      ],
    });
    expect(value(measures, 'pods/lost/deletion')).toBe(1);
    expect(value(measures, 'pods/lost')).toBe(1);
    expect(value(measures, 'pods/restarts')).toBe(3);
    expect(value(measures, 'deployment/default/web/restarts')).toBe(3);
    // Four of half a CPU fit where system pods leave room; the rest waits.
    expect(value(measures, 'pods/unscheduled')).toBeGreaterThanOrEqual(4);
    expect(value(measures, 'pods/pending-time')).toBeGreaterThan(4 * 400);
    // It never was as many as wanted.
    expect(value(measures, 'deployment/default/web/availability')).toBe(0);
  });

  test('each is documented in the one table', () => {
    const names = new Set(Object.keys(MEASURE_TABLE));
    const measures = measured({ duration: '1m', manifests: [deployment('web', 1)] });
    for (const name of Object.keys(measures)) {
      expect(names).toContain(name.replace(/^(deployment|service)\/[^/]+\/[^/]+\//, '$1/*/'));
    }
  });
});

describe('traffic and cost are read from their series', () => {
  const start = DEFAULT_START;
  let rv = 0;
  const sample = (t: number, series: string, of: number): LogRecord => {
    rv += 1;
    return { type: 'sample', rv, t: start + t, cause: 1, series, value: of };
  };

  test('as step functions', () => {
    const collector = new MeasureCollector(scenario({ duration: '1m' }));
    for (const record of [
      sample(0, 'service/shop/web/requests', 100_000),
      sample(0, 'service/shop/web/latency-p99', 20_000),
      sample(MINUTE, 'service/shop/web/errors', 50_000),
      sample(MINUTE, 'service/shop/web/latency-p99', 80_000),
      sample(2 * MINUTE, 'service/shop/web/requests', 0),
      sample(2 * MINUTE, 'service/shop/web/errors', 0),
      sample(HOUR, 'cluster/cost', 1_500_000),
    ]) {
      collector.sink(record);
    }
    const measures = collector.measures(start + HOUR);
    expect(value(measures, 'service/shop/web/requests')).toBe(12_000);
    expect(value(measures, 'service/shop/web/errors')).toBe(3000);
    expect(value(measures, 'service/shop/web/error-ratio')).toBe(0.25);
    expect(value(measures, 'service/shop/web/latency-p99')).toBe(0.05);
    expect(value(measures, 'service/shop/web/latency-p99-max')).toBe(0.08);
    expect(value(measures, 'requests/error-ratio')).toBe(0.25);
    expect(value(measures, 'cluster/cost')).toBe(1.5);
  });
});

test('a step that lasts no time counts nothing', () => {
  const step = new Step(0, 0);
  step.set(5, 0);
  step.set(3, 0);
  step.set(9, 10 * SECOND);
  expect(step.integral(10 * SECOND)).toBe(30 * SECOND);
  expect([step.min(10 * SECOND), step.max(10 * SECOND)]).toEqual([3, 3]);
  expect(step.mean(20 * SECOND)).toBe(6);
});
