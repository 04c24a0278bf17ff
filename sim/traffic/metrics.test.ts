import { describe, expect, it } from 'vitest';
import type { PodUsage } from '../../core/api/metrics.ts';
import type { Micros } from '../../core/time.ts';
import { MINUTE, SECOND } from '../../core/time.ts';
import { Simulation } from '../simulation.ts';
import { app, trafficScenario } from './testing.ts';

const EVERY = () => true;

function booted(spec: Readonly<Record<string, unknown>>) {
  const scenario = trafficScenario({ manifests: app({ name: 'web', replicas: 2, cpu: '1' }), ...spec });
  const simulation = new Simulation(scenario);
  simulation.boot();
  const at = (t: Micros): readonly PodUsage[] => {
    simulation.runUntil(scenario.startTime + t);
    return simulation.server.metrics!.usage('default', EVERY);
  };
  const value = (metric: string) => simulation.server.metrics!.values(metric, 'default', EVERY);
  return { start: scenario.startTime, at, value };
}

const busy = {
  behaviors: [{ match: { app: 'web' }, request: { cpu: '10ms', latency: '100ms' }, usage: { cpu: 0 } }],
  traffic: [{ to: 'service/web', shape: { constant: '100rps' } }],
};

describe('the metrics of pods', () => {
  it('are there after two scrapes, and as old as the last', () => {
    const { start, at } = booted(busy);
    // The pods start at 5 to 10 s: scrapes at 15 s and 30 s find them.
    expect(at(29 * SECOND)).toEqual([]);
    const [first, second] = at(31 * SECOND);
    expect(first).toMatchObject({ timestamp: start + 30 * SECOND, window: 15 * SECOND });
    expect(second!.podName > first!.podName).toBe(true);
    expect(at(44 * SECOND)[0]!.timestamp).toBe(start + 30 * SECOND);
  });

  it('are the mean of the time between two scrapes', () => {
    const { at } = booted({
      ...busy,
      timeline: [{ at: '2m5s', fault: 'load-spike', x: 0 }],
    });
    const cpu = (t: Micros) => at(t).map(({ containers }) => containers[0]!.cpu);
    expect(cpu(2 * MINUTE + 1)).toEqual([500, 500]);
    // A third of the window.
    expect(cpu(2 * MINUTE + 14 * SECOND)).toEqual([500, 500]);
    expect(cpu(2 * MINUTE + 16 * SECOND)).toEqual([167, 167]);
    expect(cpu(2 * MINUTE + 31 * SECOND)).toEqual([0, 0]);
  });

  it('are missing where the machine can not be asked, and where a container has started anew', () => {
    const { at } = booted({
      ...busy,
      cluster: { nodeGroups: [{ name: 'node', count: 2 }] },
      timeline: [
        { at: '2m', fault: 'node-partition', node: { hosting: { selector: { app: 'web' } } }, for: '20s' },
        { at: '4m', fault: 'container-crash', pods: { selector: { app: 'web' } } },
      ],
    });
    expect(at(2 * MINUTE - 1)).toHaveLength(2);
    expect(at(2 * MINUTE + 16 * SECOND)).toHaveLength(1);
    expect(at(3 * MINUTE)).toHaveLength(2);
    expect(at(4 * MINUTE + 16 * SECOND)).toHaveLength(0);
    expect(at(4 * MINUTE + 46 * SECOND)).toHaveLength(2);
  });

  it('that are custom: requests, errors, and what is in flight', () => {
    const { at, value } = booted({
      ...busy,
      behaviors: [{ match: { app: 'web' }, request: { latency: '100ms' } }],
    });
    at(MINUTE + 1);
    const values = (metric: string) => value(metric)?.map((one) => one.value);
    expect(values('requests_per_second')).toEqual([50_000, 50_000]);
    expect(values('requests_in_flight')).toEqual([5000, 5000]);
    expect(values('errors_per_second')).toEqual([0, 0]);
    expect(values('queue_depth')).toBe(undefined);
  });

  it('are steady where nothing makes usage change, after two scrapes too', () => {
    const { start, at, value } = booted({});
    expect(at(20 * SECOND)).toEqual([]);
    const [first] = at(31 * SECOND);
    expect(first).toMatchObject({
      timestamp: start + 30 * SECOND,
      window: 15 * SECOND,
      containers: [{ name: 'web', cpu: 100, memory: 128 * 2 ** 20 }],
    });
    expect(value('requests_per_second')).toEqual([]);
    expect(value('other')).toBe(undefined);
  });
});
