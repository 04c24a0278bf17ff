import type { Interval } from '../statistics/bootstrap.ts';
import { formatAmount } from './format-amount.ts';
import type { MeasureReport } from './report.ts';

/** How a verdict speaks of a measure: `more` where the policy has more of it than the first one. */
interface Wording {
  /** Only where none of these is measured. */
  readonly unless?: readonly string[];
  readonly phrase: (amount: string, more: boolean) => string;
  readonly none: string;
}

const GPUS = ['gpu/allocated'];

/** In the order in which a verdict speaks of them. */
const WORDINGS: Readonly<Record<string, Wording>> = {
  'nodes/empty-mean': {
    phrase: (amount, more) => `leaves ${amount} ${more ? 'more' : 'fewer'} nodes empty on average`,
    none: 'empty nodes',
  },
  'gpu/allocated': {
    phrase: (amount, more) =>
      `has ${amount} points ${more ? 'more' : 'less'} of the GPUs allocated at the end`,
    none: 'GPUs allocated',
  },
  'cpu/allocated': {
    unless: GPUS,
    phrase: (amount, more) =>
      `has ${amount} points ${more ? 'more' : 'less'} of the CPUs allocated at the end`,
    none: 'CPUs allocated',
  },
  'gpu/fragmented-mean': {
    phrase: (amount, more) =>
      `has ${amount} points ${more ? 'more' : 'less'} of the GPUs in fragments on average`,
    none: 'fragmentation of GPUs',
  },
  'cpu/fragmented-mean': {
    unless: GPUS,
    phrase: (amount, more) =>
      `has ${amount} points ${more ? 'more' : 'less'} of the CPUs in fragments on average`,
    none: 'fragmentation of CPUs',
  },
  'pods/pending': {
    phrase: (amount, more) => `leaves ${amount} ${more ? 'more' : 'fewer'} pods pending`,
    none: 'pods left pending',
  },
  'pods/pending-time': {
    phrase: (amount, more) => `makes pods wait ${amount} pod-seconds ${more ? 'longer' : 'less'}`,
    none: 'time pending',
  },
  'pods/unscheduled': {
    phrase: (amount, more) => `leaves ${amount} ${more ? 'more' : 'fewer'} pods without a node`,
    none: 'pods without a node',
  },
  'pods/lost': {
    phrase: (amount, more) => `loses ${amount} ${more ? 'more' : 'fewer'} pods`,
    none: 'pods lost',
  },
  'nodes/mean': {
    phrase: (amount, more) => `needs ${amount} ${more ? 'more' : 'fewer'} nodes on average`,
    none: 'nodes',
  },
  'cluster/cost': {
    phrase: (amount, more) => `costs ${amount} ${more ? 'more' : 'less'}`,
    none: 'cost',
  },
  'requests/error-ratio': {
    phrase: (amount, more) => `has ${amount} ${more ? 'more' : 'less'} of all requests failing`,
    none: 'requests that fail',
  },
};

/** The interval lies on one side of zero. */
export function isDifferent({ low, high }: Interval): boolean {
  return low > 0 || high < 0;
}

function bracket({ mean, low, high }: Interval, seeds: number): string {
  const amount = formatAmount(Math.abs(mean));
  if (seeds < 2) return amount;
  const [least, most] = mean < 0 ? [-high, -low] : [low, high];
  return `${amount} [${formatAmount(least)}, ${formatAmount(most)}]`;
}

/** `a`, `a and b`, `a, b and c`. */
function joined(parts: readonly string[], last: string): string {
  if (parts.length < 2) return parts.join('');
  return `${parts.slice(0, -1).join(', ')} ${last} ${parts.at(-1)}`;
}

/** What the differences of a policy from the first come to, in a sentence. */
export function verdictOf(measures: readonly MeasureReport[], place: number, seeds: number): string {
  const names = new Set(measures.map(({ measure }) => measure));
  const different: string[] = [];
  const same: string[] = [];
  for (const [name, { unless = [], phrase, none }] of Object.entries(WORDINGS)) {
    const report = measures.find(({ measure }) => measure === name);
    const difference = report?.policies[place]?.difference;
    if (difference === undefined || unless.some((other) => names.has(other))) continue;
    if (isDifferent(difference)) different.push(phrase(bracket(difference, seeds), difference.mean > 0));
    else same.push(none);
  }
  const [policy, base] = [measures[0]?.policies[place]?.policy, measures[0]?.policies[0]?.policy];
  if (policy === undefined || base === undefined)
    return 'no seed was run with every policy: nothing can be compared';
  const certainty = seeds < 2 ? ' (of one seed, so without an interval)' : '';
  if (different.length === 0)
    return `${policy} and ${base} show no difference in ${joined(same, 'or')}${certainty}`;
  const rest = same.length === 0 ? '' : `; no difference in ${joined(same, 'or')}`;
  return `against ${base}, ${policy} ${joined(different, 'and')}${rest}${certainty}`;
}
