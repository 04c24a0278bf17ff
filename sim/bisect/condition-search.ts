import type { LogRecord } from '../../core/log/record.ts';
import type { View } from '../../core/store/view.ts';
import type { Micros } from '../../core/time.ts';
import { concerns, type Expression, formatValue } from '../scenario/expression/expression.ts';
import { SeriesTable } from '../scenario/expression/series-values.ts';

export interface SearchOptions {
  /** Search for where it stops to hold, having held. */
  readonly not: boolean;
  /** Only a change from this moment on counts. */
  readonly after: Micros;
}

/** The record that made the condition hold, or end, and what it was made of then. */
export interface Turn {
  readonly record: LogRecord;
  /** `available(deployment/web) is 2`. */
  readonly values: string;
}

/**
 * Looks for the first record with which a condition begins to hold (or ends). It looks at every record in turn: a
 * condition may hold now and then, so that a search by halves would find some turn, and not the first.
 */
export class ConditionSearch {
  private readonly expression: Expression;
  private readonly options: SearchOptions;
  private readonly series = new SeriesTable();
  private hasBegun = false;
  private holds = false;
  private found: Turn | undefined;

  constructor(expression: Expression, options: SearchOptions) {
    this.expression = expression;
    this.options = options;
  }

  get turn(): Turn | undefined {
    return this.found;
  }

  /** `view` is the state that the record led to. */
  observe(record: LogRecord, view: View): void {
    if (this.found !== undefined) return;
    this.series.observe(record);
    if (this.hasBegun ? !this.canChange(record) : record.type !== 'event') return;
    this.hasBegun = true;
    const { expression, options } = this;
    // Unknown, because an object is not there, is not true.
    const holds = expression.evaluate(view, record.t, this.series) === true;
    const before = this.holds;
    this.holds = holds;
    if (holds === before || holds === options.not || record.t < options.after) return;
    const values = expression.parts.map(
      ({ text, type, evaluate }) => `${text} is ${formatValue(evaluate(view, record.t, this.series), type)}`,
    );
    this.found = { record, values: values.join(', ') };
  }

  private canChange(record: LogRecord): boolean {
    const { followsTime, dependencies, series } = this.expression;
    if (record.type === 'event') return followsTime || concerns(dependencies, record);
    return record.type === 'sample' && series.includes(record.series);
  }
}
