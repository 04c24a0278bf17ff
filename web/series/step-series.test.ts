import { describe, expect, test } from 'vitest';
import { alignedValues } from './aligned.ts';
import { boundedChart } from './bounded-chart.ts';
import { StepSeries } from './step-series.ts';

function seriesOf(...points: readonly (readonly [number, number])[]): StepSeries {
  const series = new StepSeries();
  for (const [t, value] of points) series.set(t, value);
  return series;
}

describe('a value that holds until the next', () => {
  test('what does not change is no point, and of one moment the last value counts', () => {
    const series = seriesOf([1, 5], [2, 5], [3, 6], [3, 7], [4, 8], [4, 7]);
    expect([series.times, series.values]).toEqual([
      [1, 3],
      [5, 7],
    ]);
  });

  test('is looked up by time', () => {
    const series = seriesOf([10, 1], [20, 2]);
    expect([9, 10, 19, 20, 99].map((t) => series.at(t))).toEqual([undefined, 1, 1, 2, 2]);
    expect(new StepSeries().at(0)).toBeUndefined();
  });

  test('thinned, keeps the first, the last, and every extreme', () => {
    const long = new StepSeries();
    for (let t = 0; t < 100_000; t++) long.set(t, t === 71_234 ? 1000 : t === 3 ? -50 : t % 7);
    const thin = long.thinned(400);
    expect(thin.times.length).toBeLessThanOrEqual(404);
    expect(thin.times[0]).toBe(0);
    expect(thin.times.at(-1)).toBe(99_999);
    expect(thin.at(71_234)).toBe(1000);
    expect(thin.at(3)).toBe(-50);
    expect([...thin.times].sort((a, b) => a - b)).toEqual(thin.times);
    expect(long.thinned(100_000)).toBe(long);
  });
});

test('a chart of too many subjects shows those that reach highest, with as many points as can be drawn', () => {
  const series = Array.from({ length: 100 }, (_, color) => {
    const points = new StepSeries();
    for (let t = 0; t < 5000; t++) points.set(t, color + (t % 2));
    return { label: `${color}`, color, points };
  });
  const chart = boundedChart({ id: 'replicas', title: '', unit: 'count', series });
  expect(chart.series.map(({ color }) => color)).toEqual(Array.from({ length: 30 }, (_, n) => 70 + n));
  expect(chart.leftOut).toBe(70);
  expect(Math.max(...chart.series.map(({ points }) => points.times.length))).toBeLessThan(4500);
  const small = boundedChart({ id: 'replicas', title: '', unit: 'count', series: series.slice(0, 2) });
  expect(small).not.toHaveProperty('leftOut');
  expect(small.series).toHaveLength(2);
});

test('series of one chart are aligned: each holds its value, to the end of the run', () => {
  const one = { label: 'a', color: 0, points: seriesOf([105, 1], [120, 2]) };
  const other = { label: 'b', color: 1, points: seriesOf([110, 9]) };
  expect(alignedValues([one, other], 100, 130)).toEqual([
    [0, 5, 10, 20, 30],
    [null, 1, 1, 2, 2],
    [null, null, 9, 9, 9],
  ]);
});
