import type { Scenario } from '../../sim/scenario/scenario.ts';
import type { WhyAnswer } from '../../sim/why/why.ts';
import type { Failure } from './case.ts';

/** What a worker needs to know of a campaign, once: plain data that goes from thread to thread. */
export interface WorkSetup {
  readonly base?: Scenario;
  readonly mutants: readonly string[];
  /** Names of invariants; all unless given. */
  readonly invariants?: readonly string[];
  /** Modules of users' own controllers, as URLs. */
  readonly controllers: readonly string[];
  readonly seed: number;
}

/** A piece of work. */
export type Work =
  | { readonly type: 'batch'; readonly setup: WorkSetup; readonly from: number; readonly count: number }
  | {
      readonly type: 'shrink';
      readonly setup: WorkSetup;
      readonly scenario: Scenario;
      readonly name: string;
      readonly attemptsMax?: number;
    };

export interface FailedCase {
  readonly seed: number;
  readonly failures: readonly Failure[];
}

export interface BatchResult {
  readonly runs: number;
  readonly records: number;
  readonly virtual: number;
  /** Runs in which each situation came up, in the order of the list. */
  readonly situations: readonly number[];
  readonly failed: readonly FailedCase[];
}

export interface ShrinkResult {
  readonly scenario: Scenario;
  readonly failure: Failure;
  readonly attempts: number;
  readonly complete: boolean;
  readonly refusals: readonly string[];
  /** Why the object of the failure was as it was. */
  readonly why?: WhyAnswer;
}
