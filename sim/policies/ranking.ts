import { randomStream } from '../random/keyed.ts';
import { type Interval, meanOf, pairedBootstrap } from '../statistics/bootstrap.ts';
import type { MeasureReport, PairReport, RankingReport } from './report.ts';
import { isDifferent } from './verdict.ts';

/** Every policy against every other, by the one measure that says most of a workload. */

/** The first that is measured. */
const RANKED_BY = ['gpu/allocated', 'cpu/allocated'];
/** With two policies, the difference in the table says it all. */
const FEWEST_POLICIES = 3;
const RESAMPLES = 2000;
const CONFIDENCE = 0.95;
const DIGITS = 1_000_000;

function rounded(value: number): number {
  return Math.round(value * DIGITS) / DIGITS + 0;
}

function intervalOf(values: readonly number[], entity: string): Interval {
  const random = randomStream(1, `bootstrap ${entity}`);
  const { mean, low, high } = pairedBootstrap(values.map(rounded), {
    resamples: RESAMPLES,
    confidence: CONFIDENCE,
    random,
  });
  return { mean: rounded(mean), low: rounded(low), high: rounded(high) };
}

/** Best first, and for each pair how much more the better one has; `undefined` where there is nothing to rank. */
export function rankingOf(workload: string, measures: readonly MeasureReport[]): RankingReport | undefined {
  const [name] = RANKED_BY.filter((each) => measures.some(({ measure }) => measure === each));
  const report = measures.find(({ measure }) => measure === name);
  if (report === undefined || report.policies.length < FEWEST_POLICIES) return undefined;
  const ordered = report.policies
    .map((policy, place) => ({ ...policy, place }))
    .sort((a, b) => meanOf(b.values) - meanOf(a.values) || a.place - b.place);
  const policies = ordered.map(({ policy, values }) => ({
    policy,
    ...intervalOf(values, `${workload} ${policy} ${name} mean`),
  }));
  const pairs = ordered.flatMap((better, i) =>
    ordered.slice(i + 1).map((worse): PairReport => {
      const differences = better.values.map((value, seed) => value - worse.values[seed]!);
      const difference = intervalOf(differences, `${workload} ${better.policy} ${worse.policy} ${name}`);
      return {
        better: better.policy,
        worse: worse.policy,
        difference,
        differs: differences.length > 1 && isDifferent(difference),
      };
    }),
  );
  return { measure: report.measure, label: report.label, unit: report.unit, policies, pairs };
}

/** What the order comes to, in a sentence: those between which no difference shows stand together. */
export function rankingVerdict({ label, policies, pairs }: RankingReport): string {
  const differ = (a: string, b: string): boolean =>
    pairs.some(({ better, worse, differs }) => better === a && worse === b && differs);
  const names = policies.map(({ policy }) => policy);
  const order = names.map((name, i) => {
    const before = names[i - 1];
    if (before === undefined) return name;
    return differ(before, name) ? `> ${name}` : `~ ${name}`;
  });
  return `by ${label}: ${order.join(' ')}`;
}
