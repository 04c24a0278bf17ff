import type { RandomStream } from '../random/keyed.ts';

export interface BootstrapOptions {
  /** How many samples are drawn from the sample; 2,000 are enough for an interval of 95 % (Efron & Tibshirani, 1993). */
  readonly resamples: number;
  /** The share of such intervals that hold the true mean: 0.95. */
  readonly confidence: number;
  /** Draws are keyed: the same differences give the same interval, whatever was drawn before. */
  readonly random: RandomStream;
}

export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

export function meanOf(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/**
 * The value below which a share of sorted values lies, between two of them by straight line (type 7 of Hyndman & Fan,
 * 1996: what R, NumPy and spreadsheets do).
 */
export function quantileSorted(sorted: readonly number[], share: number): number {
  const place = Math.min(Math.max(share, 0), 1) * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below];
  if (low === undefined) throw new Error('a quantile needs at least one value');
  const high = sorted[below + 1] ?? low;
  // Equal neighbours give themselves, with no rounding.
  return low === high ? low : low + (high - low) * (place - below);
}

/**
 * The mean of paired differences with its percentile bootstrap interval: the pairs are drawn again with replacement,
 * and the interval holds the middle share of the means of such samples. One pair has no spread to learn from: its
 * interval is the difference itself, as is that of differences which are all equal.
 */
export function pairedBootstrap(differences: readonly number[], options: BootstrapOptions): Interval {
  const { resamples, confidence, random } = options;
  const count = differences.length;
  if (count === 0) throw new Error('a bootstrap needs at least one difference');
  if (!(confidence > 0 && confidence < 1))
    throw new Error('the confidence of an interval lies between 0 and 1');
  if (!Number.isInteger(resamples) || resamples < 1) throw new Error('a bootstrap draws at least one sample');
  const mean = meanOf(differences);
  const [first] = differences;
  if (differences.every((difference) => difference === first)) return { mean, low: mean, high: mean };
  const means: number[] = [];
  for (let sample = 0; sample < resamples; sample += 1) {
    const entity = `sample ${sample}`;
    let sum = 0;
    for (let place = 0; place < count; place += 1) {
      sum += differences[random.below(count, entity, `pair ${place}`)] ?? 0;
    }
    means.push(sum / count);
  }
  means.sort((a, b) => a - b);
  const tail = (1 - confidence) / 2;
  return { mean, low: quantileSorted(means, tail), high: quantileSorted(means, 1 - tail) };
}
