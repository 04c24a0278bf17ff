import type { LogRecord } from '../../core/log/record.ts';
import type { View } from '../../core/store/view.ts';
import type { Micros } from '../../core/time.ts';
import { formatDuration } from './duration.ts';
import type { Value } from './expression/call.ts';
import { compileCondition, concerns, type Expression, formatValue } from './expression/expression.ts';
import { SeriesTable, type SeriesValues } from './expression/series-values.ts';
import type { Expectation } from './scenario.ts';

/** What an expectation came to. */
export interface ExpectationResult {
  readonly name: string;
  readonly ok: boolean;
  readonly message: string;
  /** The moment of the failure, where there is one. */
  readonly failedAt?: Micros;
  /** The last event that had changed what was asked by then. */
  readonly rv?: number;
}

/**
 * Watches a run for what its scenario expects. The value of an expression is that after each event, and after each
 * sample that it asks for; between two of them nothing changes.
 *
 * - `always` must be true from its `from` on, or where there is none from the first moment at which it is true
 *   (one that never becomes true has failed), until just before its `until`, or the end.
 * - `eventually` must be true at one moment from `after` to `after + within`, or the end.
 *
 * A value that is unknown, because it asks about an object that is not there, is not true.
 */
export class ExpectationChecker {
  private readonly watched: readonly Watched[];
  /** By the index of a kind: those whose value its objects can change. */
  private readonly byKind = new Map<number, Watched[]>();
  private readonly bySeries = new Map<string, Watched[]>();
  private readonly followingTime: readonly Watched[];
  private readonly series = new SeriesTable();
  private hasBegun = false;

  /** Throws when an expression can't be read: those of a scenario have been checked. */
  constructor(expectations: readonly Expectation[], start: Micros) {
    this.watched = expectations.map((expectation) => new Watched(expectation, start, this.series));
    this.followingTime = this.watched.filter(({ expression }) => expression.followsTime);
    for (const watched of this.watched) {
      for (const series of new Set(watched.expression.series)) {
        this.bySeries.set(series, [...(this.bySeries.get(series) ?? []), watched]);
      }
      if (watched.expression.followsTime) continue;
      const kinds = new Set(watched.expression.dependencies.map(({ kind }) => kind.index));
      for (const kind of kinds) this.byKind.set(kind, [...(this.byKind.get(kind) ?? []), watched]);
    }
  }

  /** After each record; `view` is the state that it led to, `now` its time. */
  observe(record: LogRecord, view: View, now: Micros): void {
    if (record.type === 'sample') {
      this.series.observe(record);
      for (const watched of this.bySeries.get(record.series) ?? []) watched.sample(view, now, record.rv);
      return;
    }
    if (record.type !== 'event') return;
    if (!this.hasBegun) {
      this.hasBegun = true;
      for (const watched of this.watched) watched.sample(view, now, record.rv);
      return;
    }
    for (const watched of this.followingTime) watched.sample(view, now, record.rv);
    const concerned = this.byKind.get(record.kind.index);
    if (concerned === undefined) return;
    for (const watched of concerned) {
      if (concerns(watched.expression.dependencies, record)) watched.sample(view, now, record.rv);
    }
  }

  /** At the end of the run; `view` is the last state. */
  finish(view: View, now: Micros): readonly ExpectationResult[] {
    return this.watched.map((watched) => watched.finish(view, now));
  }
}

/** The value at one moment, with what it was made of. */
interface Sample {
  readonly at: Micros;
  readonly rv: number;
  readonly isTrue: boolean;
  readonly values: readonly Value[];
}

class Watched {
  readonly expression: Expression;
  private readonly expectation: Expectation;
  private readonly start: Micros;
  private readonly series: SeriesValues;
  /** The moments at which the value counts: from `opensAt` on, to `closesAt`. */
  private readonly opensAt: Micros;
  private readonly closesAt: Micros;
  /** An `always` without `from` begins with the first moment at which it is true. */
  private begunAt: Micros | undefined;
  private last: Sample | undefined;
  private result: ExpectationResult | undefined;

  constructor(expectation: Expectation, start: Micros, series: SeriesValues) {
    const compiled = compileCondition(expectation.expression);
    if (!compiled.ok) {
      throw new Error(`the expression ${expectation.expression} can't be read: ${compiled.message}`);
    }
    this.expectation = expectation;
    this.expression = compiled.expression;
    this.start = start;
    this.series = series;
    const { opens, length } =
      expectation.type === 'always'
        ? { opens: expectation.from ?? 0, length: (expectation.until ?? Infinity) - (expectation.from ?? 0) }
        : { opens: expectation.after, length: expectation.within ?? Infinity };
    this.opensAt = start + opens;
    this.closesAt = this.opensAt + length;
    if (expectation.type === 'always' && expectation.from !== undefined) this.begunAt = this.opensAt;
  }

  /** Takes the value anew, after an event that may have changed it. */
  sample(view: View, now: Micros, rv: number): void {
    if (this.result !== undefined) return;
    this.passTo(now);
    if (this.result !== undefined) return;
    this.last = this.take(view, now, rv);
    if (now >= this.opensAt) this.judge(this.last, now);
  }

  finish(view: View, now: Micros): ExpectationResult {
    if (this.result === undefined && (this.last === undefined || this.expression.followsTime)) {
      this.sample(view, now, this.last?.rv ?? 0);
    }
    if (this.result === undefined) this.passTo(now);
    return this.result ?? this.atTheEnd(now);
  }

  private take(view: View, now: Micros, rv: number): Sample {
    return {
      at: now,
      rv,
      isTrue: this.expression.evaluate(view, now, this.series) === true,
      values: this.expression.parts.map((part) => part.evaluate(view, now, this.series)),
    };
  }

  /** The last value has held until now: the beginning and the end of the window may lie in between. */
  private passTo(now: Micros): void {
    const { last } = this;
    if (last !== undefined && last.at < this.opensAt && now > this.opensAt) this.judge(last, this.opensAt);
    if (this.result !== undefined) return;
    if (this.expectation.type === 'always') {
      if (now >= this.closesAt) this.result = this.heldOrNever(this.closesAt);
    } else if (now > this.closesAt) {
      this.result = this.neverInTime();
    }
  }

  private judge(sample: Sample, at: Micros): void {
    if (this.expectation.type === 'eventually') {
      if (sample.isTrue) this.result = this.passed(`true at ${this.time(at)}, after event ${sample.rv}`);
    } else if (sample.isTrue) {
      this.begunAt ??= at;
    } else if (this.begunAt !== undefined) {
      const message = `${this.shown(sample)}, first at ${this.time(at)} after event ${sample.rv}`;
      this.result = this.failed(message, at, sample.rv);
    }
  }

  private atTheEnd(now: Micros): ExpectationResult {
    if (now < this.opensAt) {
      const message = `not looked at: the run ended at ${this.time(now)}, before ${this.time(this.opensAt)}`;
      return this.failed(message, now, this.last?.rv);
    }
    if (this.last !== undefined && this.last.at < this.opensAt) this.judge(this.last, this.opensAt);
    if (this.result !== undefined) return this.result;
    if (this.expectation.type === 'always') return this.heldOrNever(now);
    const { last } = this;
    const values = last === undefined ? '' : `: ${this.values(last)} at the end`;
    return this.failed(
      `${this.expression.text} was not true before the run ended at ${this.time(now)}${values}`,
      now,
      last?.rv,
    );
  }

  private heldOrNever(at: Micros): ExpectationResult {
    if (this.begunAt !== undefined)
      return this.passed(`held from ${this.time(this.begunAt)} to ${this.time(at)}`);
    const { last } = this;
    const values = last === undefined ? '' : `: ${this.values(last)} at the end`;
    return this.failed(`${this.expression.text} was never true${values}`, at, last?.rv);
  }

  private neverInTime(): ExpectationResult {
    const { last } = this;
    const values = last === undefined ? '' : `, when ${this.values(last)}`;
    const message = `${this.expression.text} was not true by ${this.time(this.closesAt)}${values}`;
    return this.failed(message, this.closesAt, last?.rv);
  }

  /** `available(deployment/web) was 1, expected >= 2`. */
  private shown(sample: Sample): string {
    const { comparison, text } = this.expression;
    if (comparison === undefined) return `${text} did not hold: ${this.values(sample)}`;
    return `${this.values(sample)}, expected ${comparison.expected}`;
  }

  private values(sample: Sample): string {
    const values = this.expression.parts.map(({ text, type }, index) => {
      const value = sample.values[index];
      return `${text} was ${formatValue(value, type)}${value === undefined ? ' (no such object)' : ''}`;
    });
    return values.join(', ');
  }

  private time(at: Micros): string {
    return formatDuration(at - this.start);
  }

  private passed(message: string): ExpectationResult {
    return { name: this.expectation.name, ok: true, message };
  }

  private failed(message: string, failedAt: Micros, rv: number | undefined): ExpectationResult {
    return { name: this.expectation.name, ok: false, message, failedAt, ...(rv === undefined ? {} : { rv }) };
  }
}
