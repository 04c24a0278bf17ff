import type { Micros } from '../../core/time.ts';

/** A value that holds until the next. */
export class StepSeries {
  readonly times: Micros[] = [];
  readonly values: number[] = [];

  /** The value from now on. Of several at one moment the last counts; one that changes nothing is no point. */
  set(t: Micros, value: number): void {
    const last = this.times.length - 1;
    if (this.times[last] === t) {
      this.values[last] = value;
      if (this.values[last - 1] === value) {
        this.times.pop();
        this.values.pop();
      }
      return;
    }
    if (this.values[last] === value) return;
    this.times.push(t);
    this.values.push(value);
  }

  get isEmpty(): boolean {
    return this.times.length === 0;
  }

  get last(): number {
    return this.values.at(-1) ?? 0;
  }

  /** The value at a time; `undefined` before the first. */
  at(t: Micros): number | undefined {
    let low = 0;
    let high = this.times.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.times[middle] as number) <= t) low = middle + 1;
      else high = middle;
    }
    return this.values[low - 1];
  }

  /** The same with fewer points: of each stretch of time the first, the least, the greatest and the last value. */
  thinned(pointsMax: number): StepSeries {
    const { times, values } = this;
    if (times.length <= pointsMax) return this;
    const thin = new StepSeries();
    const from = times[0] as number;
    const stretch = ((times.at(-1) as number) - from + 1) / (pointsMax / 4);
    for (let at = 0; at < times.length; ) {
      const end = from + (Math.floor(((times[at] as number) - from) / stretch) + 1) * stretch;
      const first = at;
      let least = at;
      let greatest = at;
      while (at < times.length && (times[at] as number) < end) {
        if ((values[at] as number) < (values[least] as number)) least = at;
        if ((values[at] as number) > (values[greatest] as number)) greatest = at;
        at++;
      }
      const kept = [...new Set([first, least, greatest, at - 1])].sort((a, b) => a - b);
      for (const index of kept) thin.set(times[index] as number, values[index] as number);
    }
    return thin;
  }
}
