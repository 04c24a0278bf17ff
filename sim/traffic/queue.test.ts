import { describe, expect, it } from 'vitest';
import { naturalLog } from '../random/distribution.ts';
import { randomStream } from '../random/keyed.ts';
import { erlangC, type Queue, quantileOf, solveQueue, tailOf } from './queue.ts';

const FOREVER = 1e6;

/** A customer after the other through a queue, first come first served: waits of the served, and who went away. */
function simulated({ arrivals, servers, serviceRate, patience }: Queue, customers: number) {
  const random = randomStream(7, 'queue');
  const draw = (n: number, what: string) => -naturalLog(1 - random.unit(`${n}`, what));
  const freeAt = new Array<number>(servers).fill(0);
  let now = 0;
  let lost = 0;
  let waited = 0;
  const times: number[] = [];
  for (let n = 0; n < customers; n += 1) {
    now += draw(n, 'arrival') / arrivals;
    let first = 0;
    for (let i = 1; i < servers; i += 1) if (freeAt[i]! < freeAt[first]!) first = i;
    const wait = Math.max(0, freeAt[first]! - now);
    if (wait > patience) {
      lost += 1;
      continue;
    }
    const service = draw(n, 'service') / serviceRate;
    freeAt[first] = now + wait + service;
    waited += wait;
    times.push(wait + service);
  }
  times.sort((a, b) => a - b);
  const quantile = (part: number) => times[Math.floor(part * times.length)]!;
  return { lost: lost / customers, meanWait: waited / times.length, p50: quantile(0.5), p99: quantile(0.99) };
}

function model(queue: Queue) {
  const state = solveQueue(queue);
  const all = [{ weight: 1, state, shift: 0 }];
  return {
    lost: state.lost,
    meanWait: state.meanWait,
    p50: quantileOf(0.5, all),
    p99: quantileOf(0.99, all),
  };
}

describe('a queue without an end to patience', () => {
  it.each([0.1, 0.5, 0.8, 0.9, 0.99])('is M/M/1 at a utilisation of %f', (utilisation) => {
    const serviceRate = 80;
    const arrivals = utilisation * serviceRate;
    const { lost, meanWait, p50, p99 } = model({ arrivals, servers: 1, serviceRate, patience: FOREVER });
    expect(lost).toBe(0);
    expect(meanWait / (utilisation / (serviceRate - arrivals))).toBeCloseTo(1, 6);
    // The time in M/M/1 is exponential.
    expect(p50 / (Math.log(2) / (serviceRate - arrivals))).toBeCloseTo(1, 4);
    expect(p99 / (Math.log(100) / (serviceRate - arrivals))).toBeCloseTo(1, 4);
  });

  it.each([
    [2, 0.5],
    [4, 0.8],
    [8, 0.95],
    [32, 0.9],
  ])('is M/M/%i at a utilisation of %f', (servers, utilisation) => {
    const serviceRate = 12.5;
    const arrivals = utilisation * servers * serviceRate;
    // Erlang's C by its sums, and the mean wait by Little's law.
    const load = arrivals / serviceRate;
    let term = 1;
    let sum = 0;
    for (let k = 0; k < servers; k += 1) {
      sum += term;
      term *= load / (k + 1);
    }
    const waits = term / (1 - utilisation) / (sum + term / (1 - utilisation));
    const { meanWait } = model({ arrivals, servers, serviceRate, patience: FOREVER });
    expect(erlangC(servers, load) / waits).toBeCloseTo(1, 9);
    expect(meanWait / (waits / (servers * serviceRate - arrivals))).toBeCloseTo(1, 6);
  });
});

describe('against a simulation of single customers', () => {
  it.each<[string, Queue]>([
    ['M/M/1', { arrivals: 56, servers: 1, serviceRate: 80, patience: FOREVER }],
    ['M/M/4', { arrivals: 256, servers: 4, serviceRate: 80, patience: FOREVER }],
    ['impatient', { arrivals: 76, servers: 1, serviceRate: 80, patience: 0.1 }],
    ['impatient and overloaded', { arrivals: 320, servers: 3, serviceRate: 80, patience: 0.25 }],
    ['as much as it can', { arrivals: 160, servers: 2, serviceRate: 80, patience: 0.2 }],
    ['nobody waits', { arrivals: 100, servers: 2, serviceRate: 80, patience: 0 }],
  ])('%s', (_name, queue) => {
    const expected = simulated(queue, 400_000);
    const actual = model(queue);
    expect(Math.abs(actual.lost - expected.lost)).toBeLessThan(0.02 * Math.max(expected.lost, 0.1));
    if (expected.meanWait > 0) expect(Math.abs(actual.meanWait / expected.meanWait - 1)).toBeLessThan(0.02);
    else expect(actual.meanWait).toBe(0);
    expect(Math.abs(actual.p50 / expected.p50 - 1)).toBeLessThan(0.02);
    expect(Math.abs(actual.p99 / expected.p99 - 1)).toBeLessThan(0.02);
  });
});

describe('at the bounds', () => {
  it('loses what exceeds its capacity, and no more, where patience is long', () => {
    const { lost, meanWait } = solveQueue({ arrivals: 400, servers: 1, serviceRate: 100, patience: 10 });
    expect(lost).toBeCloseTo(0.75, 9);
    expect(meanWait).toBeCloseTo(10 - 1 / 300, 6);
  });

  it('is steady where the load passes the capacity', () => {
    const lostAt = (arrivals: number) =>
      solveQueue({ arrivals, servers: 2, serviceRate: 50, patience: 0.5 }).lost;
    expect(lostAt(100 - 1e-9)).toBeCloseTo(lostAt(100 + 1e-9), 9);
    expect(lostAt(99.99)).toBeLessThan(lostAt(100.01));
  });

  it('has nothing to do without customers', () => {
    const state = solveQueue({ arrivals: 0, servers: 1, serviceRate: 100, patience: 1 });
    expect(state).toMatchObject({ lost: 0, meanWait: 0, atOnce: 1 });
    expect(tailOf(state, 0.01)).toBeCloseTo(Math.exp(-1), 9);
  });

  it('has a tail that falls from one to nothing', () => {
    for (const arrivals of [10, 99, 100, 101, 1000]) {
      const state = solveQueue({ arrivals, servers: 1, serviceRate: 100, patience: 0.3 });
      let before = 1;
      for (let t = 0; t < 1; t += 0.01) {
        const tail = tailOf(state, t);
        expect(tail).toBeLessThanOrEqual(before + 1e-12);
        before = tail;
      }
      expect(before).toBeLessThan(1e-6);
      expect(before).toBeGreaterThanOrEqual(0);
    }
  });
});
