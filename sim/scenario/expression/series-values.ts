import type { LogRecord } from '../../../core/log/record.ts';

/** What was measured last, by series: what the state of the cluster does not hold. */
export interface SeriesValues {
  /** `undefined` where nothing was measured yet. */
  valueOf(series: string): number | undefined;
}

/** Where nobody measures. */
export const NO_SERIES: SeriesValues = { valueOf: () => undefined };

/** Folds the samples of a run or a log. */
export class SeriesTable implements SeriesValues {
  private readonly values = new Map<string, number>();

  observe(record: LogRecord): void {
    if (record.type === 'sample') this.values.set(record.series, record.value);
  }

  valueOf(series: string): number | undefined {
    return this.values.get(series);
  }

  /** Names of the series, in order. */
  get names(): readonly string[] {
    return [...this.values.keys()].sort();
  }
}
