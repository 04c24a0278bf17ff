import type pc from 'picocolors';
import { formatAmount } from '../../sim/policies/format-amount.ts';
import type {
  BenchmarkReport,
  MeasureReport,
  PolicyReport,
  WorkloadReport,
} from '../../sim/policies/report.ts';
import { isDifferent } from '../../sim/policies/verdict.ts';
import { columns } from './columns.ts';
import { rankingText } from './ranking-text.ts';

type Paint = ReturnType<typeof pc.createColors>;

const UNITS: Readonly<Record<string, string>> = { '%': ' %', s: ' s' };

function amount(value: number, unit: string): string {
  return `${formatAmount(value)}${UNITS[unit] ?? ''}`;
}

function signed(value: number): string {
  const text = formatAmount(value);
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/** `+2.40 [2.10, 2.71]`, with the interval alone in colour where it lies on one side of zero. */
function differenceCell({ difference }: PolicyReport, seeds: number, paint: Paint): string {
  if (difference === undefined) return '';
  const { mean, low, high } = difference;
  const text = seeds < 2 ? signed(mean) : `${signed(mean)} [${formatAmount(low)}, ${formatAmount(high)}]`;
  return isDifferent(difference) ? text : paint.dim(text);
}

function measureRow(
  { label, unit, policies }: MeasureReport,
  seeds: number,
  paint: Paint,
  withDifferences: boolean,
): readonly string[] {
  const isSaid = Object.hasOwn(UNITS, unit) || label.startsWith(unit);
  const shownUnit = isSaid ? '' : `, ${unit}`;
  return [
    `${label}${shownUnit}`,
    ...policies.flatMap((policy, index) => {
      const mean = amount(policy.mean, unit);
      return index === 0 || !withDifferences ? [mean] : [mean, differenceCell(policy, seeds, paint)];
    }),
  ];
}

/** Measures of single objects are left to the JSON report: a scenario may have hundreds. */
function isShown({ measure }: MeasureReport): boolean {
  return !/^(deployment|service)\//.test(measure);
}

function workloadText(report: BenchmarkReport, workload: WorkloadReport, paint: Paint): readonly string[] {
  const { seeds } = workload;
  const [base, ...others] = report.policies;
  const partial = seeds.length < report.seeds ? ` of ${report.seeds}` : '';
  const count = `${seeds.length}${partial} ${report.seeds === 1 ? 'seed' : 'seeds'}`;
  const { ranking } = workload;
  // Past two policies, no line holds the differences of all.
  const withDifferences = ranking === undefined;
  const head = [
    '',
    base ?? '',
    ...others.flatMap((name) => (withDifferences ? [name, 'difference'] : [name])),
  ];
  const rows = workload.measures
    .filter(isShown)
    .map((row) => measureRow(row, seeds.length, paint, withDifferences));
  return [
    `${paint.bold(workload.workload)}: ${workload.about}; ${count}`,
    ...(rows.length === 0 ? [] : columns([head, ...rows])),
    ...workload.verdicts.map((verdict) => `  ${verdict}`),
    ...(ranking === undefined ? [] : ['', ...rankingText(ranking, seeds.length, paint)]),
    '',
  ];
}

/** The report for people: a table for each workload, and the verdict in a sentence. */
export function reportText(report: BenchmarkReport, paint: Paint): string {
  const [base, ...others] = report.policies;
  const lines = [
    `${report.benchmark}: ${others.join(', ')} against ${base}`,
    'differences are of pairs of one seed, in [ ] the bootstrap interval of 95 % of their mean',
    '',
    ...report.workloads.flatMap((workload) => workloadText(report, workload, paint)),
  ];
  return lines.join('\n');
}
