import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../core/time.ts';
import { group, play, scenarioOf, web } from '../testing/autoscaled-run.ts';

/** `seconds value` of the samples of a run. */
function samples(scenario: Parameters<typeof scenarioOf>[0]): readonly (readonly [number, number])[] {
  const written = scenarioOf(scenario);
  return play(written).records.flatMap((record) =>
    record.type === 'sample' && record.series === 'cluster/cost'
      ? [[(record.t - written.startTime) / SECOND, record.value] as const]
      : [],
  );
}

describe('what machines cost', () => {
  it('grows by the minute, in millionths, and is told at the end', () => {
    const found = samples({
      minutes: 2.5,
      groups: [
        { name: 'a', count: 2, pricePerHour: 0.3 },
        { name: 'b', count: 1, pricePerHour: 1.23456789 },
      ],
      manifests: [],
    });
    // 2 × 0.3 + 1.234568 an hour.
    const at = (micros: number): number => Math.floor((1_834_568 * micros) / HOUR);
    expect(found).toEqual([
      [0, 0],
      [60, at(MINUTE)],
      [120, at(2 * MINUTE)],
      [150, at(2.5 * MINUTE)],
    ]);
  });

  it('begins with the request for a machine, and ends when it is given back', () => {
    const priced = { pricePerHour: 3.6, bootTime: '5m' };
    const found = samples({
      minutes: 30,
      groups: [group('general', 1, 3, priced)],
      manifests: [web(4, '1500m')],
      timeline: [{ at: '7m', scale: 'deployment/web', replicas: 2 }],
    });
    // 1000 millionths a second and machine: the second from 10 s on, when it is asked for, until 17m15s or so.
    expect(found[1]).toEqual([60, 60_000 + 50_000]);
    const [seconds, value] = found.at(-1) ?? [0, 0];
    const extra = (value - seconds * 1000) / 1000;
    expect(extra).toBeGreaterThan(17 * 60);
    expect(extra).toBeLessThan(18 * 60);
  });

  it('is not told where nothing has a price', () => {
    expect(samples({ minutes: 5, groups: [group('general', 1, 3)], manifests: [] })).toEqual([]);
  });
});
