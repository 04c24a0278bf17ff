import type { Micros } from '../../core/time.ts';
import type { ChartSeries } from './chart.ts';

/** Series of one chart over the times of all of them: the times since the start, then the values of each. */
export type AlignedValues = [times: number[], ...values: (number | null)[][]];

/** Each value holds until the next; all go on to the end of the run. */
export function alignedValues(series: readonly ChartSeries[], start: Micros, end: Micros): AlignedValues {
  const all = new Set<Micros>([start, end]);
  for (const { points } of series) for (const t of points.times) all.add(t);
  const times = [...all].sort((a, b) => a - b);
  const values = series.map(({ points }) => {
    let next = 0;
    let value: number | null = null;
    return times.map((t) => {
      while (next < points.times.length && (points.times[next] as number) <= t)
        value = points.values[next++] as number;
      return value;
    });
  });
  return [times.map((t) => t - start), ...values];
}
