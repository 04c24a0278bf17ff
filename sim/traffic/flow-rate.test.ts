import { describe, expect, it } from 'vitest';
import { DAY, DEFAULT_START, HOUR, MINUTE, SECOND } from '../../core/time.ts';
import type { TrafficFlow } from '../scenario/scenario.ts';
import { cosineOfTurns } from './cosine.ts';
import { flowRate, shapeRate, spikeFactor } from './flow-rate.ts';
import { Load } from './load.ts';

const START = DEFAULT_START;

describe('cosineOfTurns', () => {
  it('agrees with the engine to the last digits', () => {
    for (let turns = -3; turns < 3; turns += 0.00713) {
      expect(Math.abs(cosineOfTurns(turns) - Math.cos(2 * Math.PI * turns))).toBeLessThan(4e-15);
    }
    expect([0, 0.25, 0.5, 0.75, 1].map(cosineOfTurns)).toEqual([1, 0, -1, 0, 1]);
  });

  it('is the same bits everywhere', () => {
    expect([0.1, 0.2, 0.3, 0.45].map(cosineOfTurns)).toMatchInlineSnapshot(`
      [
        0.8090169943749475,
        0.30901699437494734,
        -0.30901699437494734,
        -0.9510565162951536,
      ]
    `);
  });
});

describe('a day', () => {
  const shape = { type: 'diurnal', base: 200_000, peak: 3_000_000, peakAt: 15 * HOUR, period: DAY } as const;

  it.each([
    ['at its peak', 15 * HOUR, 3_000_000],
    ['at its least', 3 * HOUR, 200_000],
    ['between', 9 * HOUR, 1_600_000],
    ['a day later', 39 * HOUR, 3_000_000],
  ])('%s', (_what, since, rate) => {
    expect(shapeRate(shape, START, START + since)).toBe(rate);
  });

  it('counts from midnight, whenever the run starts', () => {
    const start = START + 10 * HOUR;
    expect(shapeRate(shape, start, start + 5 * HOUR)).toBe(3_000_000);
  });
});

describe('a spike', () => {
  const spike = { at: 10 * MINUTE, x: 8, for: 5 * MINUTE, ramp: 30 * SECOND };

  it.each([
    ['before', 599, 1],
    ['begins', 600, 1],
    ['rises', 615, 4.5],
    ['is there', 630, 8],
    ['is still there', 899, 8],
    ['falls', 915, 4.5],
    ['is over', 930, 1],
  ])('%s', (_what, seconds, factor) => {
    expect(spikeFactor(spike, START, START + seconds * SECOND)).toBe(factor);
  });

  it('without a ramp is a step', () => {
    const step = { ...spike, ramp: 0 };
    const at = (seconds: number) => spikeFactor(step, START, START + seconds * SECOND);
    expect([599, 600, 899, 900].map(at)).toEqual([1, 8, 8, 1]);
  });

  it('multiplies the shape', () => {
    const flow: TrafficFlow = {
      name: 'web',
      to: { namespace: 'default', name: 'web' },
      shape: { type: 'constant', rate: 1500 },
      spikes: [spike, { ...spike, x: 2 }],
    };
    expect(flowRate(flow, START, START + 700 * SECOND)).toBe(24_000);
  });
});

describe('Load', () => {
  const flow = (name: string): TrafficFlow => ({
    name,
    to: { namespace: 'default', name },
    shape: { type: 'constant', rate: 1000 },
    spikes: [],
  });

  it('is multiplied by each fault that goes on', () => {
    const load = new Load([flow('a'), flow('b')], START);
    const rates = () => load.flows.map((one) => load.rate(one, START));
    expect(load.multiply({ namespace: 'default', name: 'a' }, 8, { rv: 1 })).toEqual(['a']);
    expect(load.multiply(undefined, 2, { rv: 1 })).toEqual(['a', 'b']);
    expect(rates()).toEqual([16_000, 2000]);
    load.divide(['a'], 8, { rv: 1 });
    expect(rates()).toEqual([2000, 2000]);
    load.divide(['a', 'b'], 2, { rv: 1 });
    expect(rates()).toEqual([1000, 1000]);
    expect(load.multiply({ namespace: 'shop', name: 'a' }, 2, { rv: 1 })).toEqual([]);
  });

  it('takes of a machine no more than it has', () => {
    const load = new Load([], START);
    load.takeCpu('n', { cpu: 500 }, true, { rv: 1 });
    load.takeCpu('n', { share: 0.25 }, true, { rv: 1 });
    expect([load.takenOf('n', 4000), load.takenOf('n', 400), load.takenOf('m', 4000)]).toEqual([
      1500, 400, 0,
    ]);
    load.takeCpu('n', { cpu: 500 }, false, { rv: 1 });
    load.takeCpu('n', { share: 0.25 }, false, { rv: 1 });
    expect(load.takenOf('n', 4000)).toBe(0);
  });
});
