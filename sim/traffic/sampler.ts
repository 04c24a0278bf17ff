import type { Journal } from '../../core/log/journal.ts';
import { type SeriesSubject, seriesName } from '../../core/log/series.ts';
import type { Micros } from '../../core/time.ts';

/** A value that differs from the one written last by no more than this part of it is not written. */
const TOLERANCE = 0.01;

/** Writes the samples of the series that traffic and usage have, as far as they changed. */
export class Sampler {
  private readonly journal: Journal;
  private readonly written = new Map<string, number>();

  constructor(journal: Journal) {
    this.journal = journal;
  }

  /** `floor`: smaller differences than this don't count, whatever the value. */
  write(
    now: Micros,
    cause: number,
    subject: SeriesSubject,
    key: string,
    measure: string,
    value: number,
    floor = 0,
  ): void {
    const series = seriesName(subject, key, measure);
    const before = this.written.get(series);
    const rounded = Math.round(value);
    if (before === rounded) return;
    if (before === undefined) {
      // A series that was never anything but nothing is not begun; of a machine that does nothing this is known.
      if (rounded === 0 && subject !== 'node') return;
    } else if (rounded !== 0 && before !== 0) {
      if (Math.abs(rounded - before) <= Math.max(floor, TOLERANCE * before)) return;
    }
    this.written.set(series, rounded);
    this.journal.sample(now, cause, series, rounded);
  }

  /** The value that was written last. */
  last(subject: SeriesSubject, key: string, measure: string): number {
    return this.written.get(seriesName(subject, key, measure)) ?? 0;
  }

  /** Nothing is left of what the series tell of: each that has a value becomes nothing. */
  forget(now: Micros, cause: number, subject: SeriesSubject, key: string, measures: readonly string[]): void {
    for (const measure of measures) {
      this.write(now, cause, subject, key, measure, 0);
      this.written.delete(seriesName(subject, key, measure));
    }
  }
}
