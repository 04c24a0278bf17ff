import type { BenchmarkReport } from '../../sim/policies/report.ts';

const HEAD = ['workload', 'policy', 'seed', 'measure', 'unit', 'value'];

function cell(value: string | number): string {
  const text = String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Every value of every run, a line each: what a statistics program wants. */
export function reportCsv({ workloads }: BenchmarkReport): string {
  const rows = workloads.flatMap(({ workload, seeds, measures }) =>
    measures.flatMap(({ measure, unit, policies }) =>
      policies.flatMap(({ policy, values }) =>
        seeds.map((seed, index) => [workload, policy, seed, measure, unit, values[index] ?? '']),
      ),
    ),
  );
  return [HEAD, ...rows].map((row) => `${row.map(cell).join(',')}\n`).join('');
}
