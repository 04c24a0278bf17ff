import type { Interval } from '../statistics/bootstrap.ts';

/** What a benchmark came to, as plain JSON. */
export interface BenchmarkReport {
  readonly benchmark: string;
  readonly policies: readonly string[];
  /** Asked for of each workload; fewer are there where the run was ended early. */
  readonly seeds: number;
  readonly workloads: readonly WorkloadReport[];
}

export interface WorkloadReport {
  readonly workload: string;
  readonly kind: 'generated' | 'trace' | 'scenario';
  readonly about: string;
  /** Those that every policy has run. */
  readonly seeds: readonly number[];
  readonly measures: readonly MeasureReport[];
  /** A sentence for each policy but the first. */
  readonly verdicts: readonly string[];
  /** Of three policies and more. */
  readonly ranking?: RankingReport;
}

/** All policies by one measure. */
export interface RankingReport {
  readonly measure: string;
  readonly label: string;
  readonly unit: string;
  /** The most first: means with the bootstrap interval of 95 %. */
  readonly policies: readonly ({ readonly policy: string } & Interval)[];
  /** Each pair once. */
  readonly pairs: readonly PairReport[];
}

export interface PairReport {
  /** The one whose mean is higher. */
  readonly better: string;
  readonly worse: string;
  /** Of the pairs of one seed, with the bootstrap interval of 95 %. */
  readonly difference: Interval;
  /** The interval lies on one side of zero. */
  readonly differs: boolean;
}

export interface MeasureReport {
  readonly measure: string;
  readonly label: string;
  readonly unit: string;
  readonly better?: 'more' | 'less';
  /** In the order of the policies. */
  readonly policies: readonly PolicyReport[];
}

export interface PolicyReport {
  readonly policy: string;
  readonly mean: number;
  /** In the order of the seeds. */
  readonly values: readonly number[];
  /** Of the pairs with the first policy, with the bootstrap interval of 95 %; absent of the first. */
  readonly difference?: Interval;
}
