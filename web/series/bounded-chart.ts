import type { Chart, ChartSeries } from './chart.ts';

/** Lines that can still be told apart, were there colors for them. */
const SUBJECTS_MAX = 30;
const POINTS_MAX = 4000;
const POINTS_MIN = 60;
/** All series of a chart are drawn over the times of all of them: this many values in all. */
const VALUES_MAX = 4_000_000;

function peakOf(members: readonly ChartSeries[]): number {
  let peak = 0;
  for (const { points } of members) for (const value of points.values) peak = Math.max(peak, value);
  return peak;
}

/** Of a chart with more subjects than can be shown, those that reach highest; of each series, as many points as can. */
export function boundedChart(chart: Chart): Chart {
  const subjects = new Map<string | number, ChartSeries[]>();
  for (const one of chart.series) {
    const members = subjects.get(one.color);
    if (members === undefined) subjects.set(one.color, [one]);
    else members.push(one);
  }
  let { series } = chart;
  const leftOut = Math.max(0, subjects.size - SUBJECTS_MAX);
  if (leftOut > 0) {
    const highest = [...subjects]
      .map(([color, members]) => ({ color, peak: peakOf(members) }))
      .sort((a, b) => b.peak - a.peak || (String(a.color) < String(b.color) ? -1 : 1))
      .slice(0, SUBJECTS_MAX);
    const kept = new Set(highest.map(({ color }) => color));
    series = series.filter(({ color }) => kept.has(color));
  }
  const fair = Math.floor(VALUES_MAX / (series.length * series.length));
  const pointsMax = Math.max(POINTS_MIN, Math.min(POINTS_MAX, fair));
  return {
    ...chart,
    series: series.map((one) => ({ ...one, points: one.points.thinned(pointsMax) })),
    ...(leftOut === 0 ? {} : { leftOut }),
  };
}
