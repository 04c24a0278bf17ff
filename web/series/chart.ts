import type { StepSeries } from './step-series.ts';

/** What numbers of a chart mean: how they are written. */
export type Unit = 'count' | 'rate' | 'micros' | 'milli-cpu' | 'bytes' | 'money';

export interface ChartSeries {
  readonly label: string;
  readonly points: StepSeries;
  /** What the line is the color of: series of one subject share it. A tone of the palette, or a place in it. */
  readonly color: string | number;
  /** Wanted or allowed, against what is. */
  readonly isDashed?: boolean;
  readonly isFilled?: boolean;
}

/** One chart of the page: series of one unit over the time of the run. */
export interface Chart {
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  readonly series: readonly ChartSeries[];
  /** How many subjects were too many to be shown. */
  readonly leftOut?: number;
}
