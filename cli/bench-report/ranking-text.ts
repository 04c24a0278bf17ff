import type pc from 'picocolors';
import { formatAmount } from '../../sim/policies/format-amount.ts';
import { rankingVerdict } from '../../sim/policies/ranking.ts';
import type { RankingReport } from '../../sim/policies/report.ts';
import { columns } from './columns.ts';

type Paint = ReturnType<typeof pc.createColors>;

/** The policies, best first, with what each has more than those below it, and whether that shows. */
export function rankingText(ranking: RankingReport, seeds: number, paint: Paint): readonly string[] {
  const { label, unit, policies, pairs } = ranking;
  const worse = policies.slice(1).map(({ policy }) => policy);
  const rows = policies.map(({ policy, mean, low, high }) => {
    const interval = seeds < 2 ? '' : ` [${formatAmount(low)}, ${formatAmount(high)}]`;
    const cells = worse.map((other) => {
      const pair = pairs.find((each) => each.better === policy && each.worse === other);
      if (pair === undefined) return '';
      const more = `+${formatAmount(pair.difference.mean)}`;
      return pair.differs ? more : paint.dim(`${more} ~`);
    });
    return [policy, `${formatAmount(mean)}${interval}`, ...cells];
  });
  return [
    ...columns([[`${label}, ${unit}`, 'mean', ...worse.map((policy) => `over ${policy}`)], ...rows]),
    ...(seeds < 2 ? [] : ['  ~: the interval of the difference holds zero']),
    `  ${rankingVerdict(ranking)}${seeds < 2 ? ' (of one seed, so without intervals)' : ''}`,
  ];
}
