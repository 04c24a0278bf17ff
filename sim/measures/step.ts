import type { Micros } from '../../core/time.ts';

/** A value that holds until the next one, and what it has come to over time. Values that last no time count nothing. */
export class Step {
  /** The value times its duration, summed up. */
  private sum = 0;
  private lasted: Micros = 0;
  private least = Number.POSITIVE_INFINITY;
  private most = Number.NEGATIVE_INFINITY;
  private since: Micros;
  private current: number;

  constructor(value: number, since: Micros) {
    this.current = value;
    this.since = since;
  }

  get value(): number {
    return this.current;
  }

  set(value: number, now: Micros): void {
    if (value === this.current) return;
    this.passTo(now);
    this.current = value;
  }

  /** The time until now counts with the value that it had. */
  passTo(now: Micros): void {
    const span = now - this.since;
    if (span <= 0) return;
    this.since = now;
    this.sum += this.current * span;
    this.lasted += span;
    if (this.current < this.least) this.least = this.current;
    if (this.current > this.most) this.most = this.current;
  }

  /** What there was of it by now: value times microseconds. */
  integral(now: Micros): number {
    this.passTo(now);
    return this.sum;
  }

  /** Its mean over the time; the value itself where no time has passed. */
  mean(now: Micros): number {
    this.passTo(now);
    return this.lasted === 0 ? this.current : this.sum / this.lasted;
  }

  min(now: Micros): number {
    this.passTo(now);
    return this.lasted === 0 ? this.current : this.least;
  }

  max(now: Micros): number {
    this.passTo(now);
    return this.lasted === 0 ? this.current : this.most;
  }
}
