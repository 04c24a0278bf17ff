import { describe, expect, it } from 'vitest';
import { drawBetween, drawSpread, exponential, inverseNormal, naturalLog } from './distribution.ts';

describe('fixed mathematics', () => {
  it('agrees with the engine to the last digits', () => {
    for (let i = 1; i < 2000; i += 1) {
      const x = i * i * 0.0137;
      expect(Math.abs(naturalLog(x) - Math.log(x))).toBeLessThan(4e-15 * Math.max(1, Math.abs(Math.log(x))));
      const y = (i - 1000) / 40;
      expect(Math.abs(exponential(y) / Math.exp(y) - 1)).toBeLessThan(1e-14);
    }
    expect(exponential(-800)).toBe(0);
    expect(exponential(0)).toBe(1);
    expect(naturalLog(1)).toBe(0);
  });

  it('is the same bits everywhere', () => {
    expect([naturalLog(10), exponential(1), exponential(-3.5), inverseNormal(0.001)]).toMatchInlineSnapshot(`
      [
        2.302585092994046,
        2.7182818284590455,
        0.0301973834223185,
        -3.090232304709404,
      ]
    `);
  });

  it.each([
    [0.5, 0],
    [0.99, 2.3263478740408408],
    [0.001, -3.090232306167813],
    [0.8413447460685429, 1],
  ])('inverse normal of %f', (p, expected) => {
    expect(inverseNormal(p)).toBeCloseTo(expected, 7);
  });
});

describe('drawSpread', () => {
  const spread = { p50: 4_000_000, p99: 20_000_000 };

  it('has the quantiles that it is given', () => {
    expect(drawSpread(spread, 0.5) / 4_000_000).toBeCloseTo(1, 6);
    expect(drawSpread(spread, 0.99) / 20_000_000).toBeCloseTo(1, 6);
    expect(drawSpread(spread, 0)).toBeGreaterThan(0);
  });

  it('is constant where both quantiles are one', () => {
    expect(drawSpread({ p50: 7, p99: 7 }, 0.3)).toBe(7);
    expect(drawSpread({ p50: 0, p99: 0 }, 0.3)).toBe(0);
  });
});

it('drawBetween stays within its bounds', () => {
  expect(drawBetween(2, 6, 0)).toBe(2);
  expect(drawBetween(2, 6, 0.9999999)).toBe(6);
});
