import type { LogRecord } from '../../core/log/record.ts';
import { firstDivergence } from '../diff/histories.ts';
import type { Measure, Measures } from '../measures/measure.ts';
import { randomStream } from '../random/keyed.ts';
import { meanOf, pairedBootstrap } from '../statistics/bootstrap.ts';
import { RecordIndex } from '../why/record-source.ts';
import { type WhyStep, walk } from '../why/why.ts';
import { type MomentDifference, momentDifferences } from './moments.ts';
import type { Observation } from './observed-run.ts';

/** Where the two histories part, with the causes of what each has there. */
export interface Parting {
  /** How many records agree before it. */
  readonly common: number;
  readonly before: LogRecord | undefined;
  readonly after: LogRecord | undefined;
  readonly whyBefore: readonly WhyStep[];
  readonly whyAfter: readonly WhyStep[];
}

export type Verdict = 'better' | 'worse' | 'same' | 'unclear' | 'different';

/** A measure of both sides. With several seeds these are means over them. */
export interface MeasureDifference {
  readonly name: string;
  readonly unit: string;
  /** Absent where that side has nothing to measure. */
  readonly before: number | undefined;
  readonly after: number | undefined;
  /** After less before; absent where one of them is. */
  readonly difference: number | undefined;
  /** The interval of the mean difference: with several seeds. */
  readonly low?: number;
  readonly high?: number;
  /** `unclear`: the interval holds zero. `different`: neither way is better. */
  readonly verdict: Verdict;
}

export interface ExpectationDifference {
  readonly name: string;
  readonly before: boolean | undefined;
  readonly after: boolean | undefined;
  readonly message: string;
}

export interface Comparison {
  readonly parting: Parting | undefined;
  readonly moments: readonly MomentDifference[];
  readonly expectations: readonly ExpectationDifference[];
  /** All that either side has, by name. */
  readonly measures: readonly MeasureDifference[];
  readonly seeds: number;
}

const RESAMPLES = 2000;
const CONFIDENCE = 0.95;

function chain(records: readonly LogRecord[], record: LogRecord | undefined): readonly WhyStep[] {
  if (record === undefined) return [];
  const index = new RecordIndex();
  // Causes come before what they cause.
  for (const one of records) {
    if (one.rv > record.rv) break;
    index.add(one);
  }
  return walk(index, record).steps;
}

function partingOf(before: Observation, after: Observation): Parting | undefined {
  const divergence = firstDivergence(before.records, after.records, { skipScenario: true });
  if (divergence === undefined) return undefined;
  const { common, left, right } = divergence;
  return {
    common,
    before: left,
    after: right,
    whyBefore: chain(before.records, left),
    whyAfter: chain(after.records, right),
  };
}

function expectationDifferences(before: Observation, after: Observation): readonly ExpectationDifference[] {
  const lefts = new Map(before.expectations.map((result) => [result.name, result]));
  const rights = new Map(after.expectations.map((result) => [result.name, result]));
  return [...new Set([...lefts.keys(), ...rights.keys()])].flatMap((name) => {
    const left = lefts.get(name);
    const right = rights.get(name);
    if (left?.ok === right?.ok) return [];
    return [{ name, before: left?.ok, after: right?.ok, message: (right ?? left)?.message ?? '' }];
  });
}

function verdictOf(better: Measure['better'], low: number, high: number, difference: number): Verdict {
  if (difference === 0 && low === 0 && high === 0) return 'same';
  if (low <= 0 && high >= 0) return 'unclear';
  if (better === undefined) return 'different';
  return difference > 0 === (better === 'more') ? 'better' : 'worse';
}

function meanOfSome(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : meanOf(values);
}

/** Pairs of measures, one pair for each seed; the first is that of the recorded run. */
export type MeasuredPair = readonly [before: Measures, after: Measures];

export function measureDifferences(
  pairs: readonly MeasuredPair[],
  seed: number,
): readonly MeasureDifference[] {
  const names = new Set(pairs.flatMap(([before, after]) => [...Object.keys(before), ...Object.keys(after)]));
  const random = randomStream(seed, 'bootstrap');
  return [...names].sort().map((name): MeasureDifference => {
    const lefts = pairs.flatMap(([before]) => before[name]?.value ?? []);
    const rights = pairs.flatMap(([, after]) => after[name]?.value ?? []);
    const [measure] = pairs.flatMap(([before, after]) => before[name] ?? after[name] ?? []);
    const unit = measure?.unit ?? '';
    const differences = pairs.flatMap(([before, after]) => {
      const a = before[name];
      const b = after[name];
      return a === undefined || b === undefined ? [] : [b.value - a.value];
    });
    const both = { name, unit, before: meanOfSome(lefts), after: meanOfSome(rights) };
    if (differences.length === 0) return { ...both, difference: undefined, verdict: 'different' };
    const { mean, low, high } = pairedBootstrap(differences, {
      resamples: RESAMPLES,
      confidence: CONFIDENCE,
      random,
    });
    const verdict = verdictOf(measure?.better, low, high, mean);
    return { ...both, difference: mean, ...(pairs.length > 1 ? { low, high } : {}), verdict };
  });
}

/** Two histories, and what they come to in numbers. `more`: the same two sides with other seeds. */
export function compareRuns(
  before: Observation,
  after: Observation,
  seed: number,
  more: readonly MeasuredPair[] = [],
): Comparison {
  const pairs: readonly MeasuredPair[] = [[before.measures, after.measures], ...more];
  return {
    parting: partingOf(before, after),
    moments: momentDifferences(before, after),
    expectations: expectationDifferences(before, after),
    measures: measureDifferences(pairs, seed),
    seeds: pairs.length,
  };
}
