/** One figure of a benchmark. */
export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The value against the bare loop's of the same run, where both are rates. */
  readonly ratioToBareLoop?: number;
  /** A line for people: sizes, growth, memory. */
  readonly note?: string;
}

export interface BenchmarkContext {
  /**
   * Events a second of the bare loop, measured in this process when it is asked for: after the benchmark, since
   * what the loop teaches the engine about the heap would slow down what comes after it.
   */
  readonly bareLoop: () => number;
  /** Progress for people. */
  readonly say: (text: string) => void;
}

type Result = Measurement | readonly Measurement[];

/** A benchmark: one file, and one line in the list. */
export interface Benchmark {
  readonly name: string;
  readonly about: string;
  run(context: BenchmarkContext): Result | Promise<Result>;
}

/** Seconds that `work` took. */
export function timed(work: () => void): number {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}

/** The best of several rates: noise only ever slows a run down. */
export function bestRate(repeats: number, count: number, work: () => void): number {
  let best = 0;
  for (let i = 0; i < repeats; i += 1) best = Math.max(best, count / timed(work));
  return best;
}
