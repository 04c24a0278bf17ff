import { describe, expect, test } from 'vitest';
import { randomStream } from '../random/keyed.ts';
import { meanOf, pairedBootstrap, quantileSorted } from './bootstrap.ts';

const options = { resamples: 2000, confidence: 0.95, random: randomStream(1, 'bootstrap') };

describe('quantiles', () => {
  // The values of numpy.quantile([1, 2, 3, 4], …), and of R's quantile(c(1, 2, 3, 4), type = 7).
  test.each([
    [0, 1],
    [0.25, 1.75],
    [0.5, 2.5],
    [0.9, 3.7],
    [1, 4],
  ])('of 1, 2, 3, 4 at %d is %d', (share, expected) => {
    expect(quantileSorted([1, 2, 3, 4], share)).toBeCloseTo(expected, 12);
  });

  test('of nothing is a mistake', () => {
    expect(() => quantileSorted([], 0.5)).toThrow('at least one value');
  });
});

describe('the paired bootstrap', () => {
  test('of differences that are all equal has no width', () => {
    expect(pairedBootstrap([3, 3, 3], options)).toEqual({ mean: 3, low: 3, high: 3 });
    expect(pairedBootstrap([-2], options)).toEqual({ mean: -2, low: -2, high: -2 });
  });

  test('is the same every time, whatever else was drawn', () => {
    const differences = [1, 4, -2, 8, 3];
    const once = pairedBootstrap(differences, options);
    options.random.draw('anything', 'else');
    expect(pairedBootstrap(differences, options)).toEqual(once);
  });

  test('is near the exact distribution, where that is known', () => {
    // n coins of 0 and 1: the mean of a resample is a binomial of p = 1/2 over n. With n = 100 its 2.5 % and 97.5 %
    // quantiles are 40/100 and 60/100.
    const coins = Array.from({ length: 100 }, (_, index) => index % 2);
    const { mean, low, high } = pairedBootstrap(coins, options);
    expect(mean).toBe(0.5);
    expect(Math.abs(low - 0.4)).toBeLessThan(0.015);
    expect(Math.abs(high - 0.6)).toBeLessThan(0.015);
  });

  test('is near the interval of a normal distribution for many differences', () => {
    // Mean 10, standard deviation of 1..n about the middle: s = sqrt((n² - 1) / 12); the interval is ± 1.96 s / sqrt(n).
    const n = 200;
    const differences = Array.from({ length: n }, (_, index) => index + 1 - (n + 1) / 2 + 10);
    const half = (1.96 * Math.sqrt((n * n - 1) / 12)) / Math.sqrt(n);
    const { mean, low, high } = pairedBootstrap(differences, options);
    expect(mean).toBeCloseTo(10, 9);
    expect(Math.abs(low - (10 - half)) / half).toBeLessThan(0.08);
    expect(Math.abs(high - (10 + half)) / half).toBeLessThan(0.08);
  });

  test('holds the true mean about as often as it says', () => {
    const random = randomStream(7, 'coverage');
    let held = 0;
    const trials = 200;
    for (let trial = 0; trial < trials; trial += 1) {
      const sample = Array.from({ length: 30 }, (_, index) =>
        random.unit(`trial ${trial}`, `value ${index}`),
      );
      const { low, high } = pairedBootstrap(sample, { ...options, resamples: 400 });
      if (low <= 0.5 && 0.5 <= high) held += 1;
    }
    expect(held / trials).toBeGreaterThan(0.88);
    expect(held / trials).toBeLessThan(1);
  });

  test('of another confidence is as much narrower', () => {
    const differences = Array.from({ length: 50 }, (_, index) => index);
    const wide = pairedBootstrap(differences, options);
    const narrow = pairedBootstrap(differences, { ...options, confidence: 0.5 });
    expect(narrow.low).toBeGreaterThan(wide.low);
    expect(narrow.high).toBeLessThan(wide.high);
    expect(narrow.mean).toBe(wide.mean);
  });

  test('refuses what has no interval', () => {
    expect(() => pairedBootstrap([], options)).toThrow('at least one difference');
    expect(() => pairedBootstrap([1], { ...options, confidence: 95 })).toThrow('between 0 and 1');
    expect(() => pairedBootstrap([1], { ...options, resamples: 0 })).toThrow('at least one sample');
    expect(meanOf([1, 2, 6])).toBe(3);
  });
});
