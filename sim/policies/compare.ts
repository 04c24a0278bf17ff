import type { Measure, Measures } from '../measures/measure.ts';
import { randomStream } from '../random/keyed.ts';
import { type Interval, meanOf, pairedBootstrap } from '../statistics/bootstrap.ts';
import { aboutWorkload } from './about.ts';
import type { BenchmarkUnit, PolicyBenchmark } from './benchmark.ts';
import { labelOf } from './policy-measures.ts';
import { rankingOf } from './ranking.ts';
import type { BenchmarkReport, MeasureReport, PolicyReport, WorkloadReport } from './report.ts';
import { verdictOf } from './verdict.ts';

export interface UnitResult {
  readonly unit: BenchmarkUnit;
  readonly measures: Measures;
}

const RESAMPLES = 2000;
const CONFIDENCE = 0.95;
const DIGITS = 1_000_000;

function rounded(value: number): number {
  // No negative zero.
  return Math.round(value * DIGITS) / DIGITS + 0;
}

function differenceOf(values: readonly number[], base: readonly number[], entity: string): Interval {
  const differences = values.map((value, index) => rounded(value - base[index]!));
  const random = randomStream(1, `bootstrap ${entity}`);
  const { mean, low, high } = pairedBootstrap(differences, {
    resamples: RESAMPLES,
    confidence: CONFIDENCE,
    random,
  });
  return { mean: rounded(mean), low: rounded(low), high: rounded(high) };
}

/** Each result's place does not depend on when it came. */
export function reportOf(benchmark: PolicyBenchmark, results: readonly UnitResult[]): BenchmarkReport {
  const byUnit = new Map(results.map(({ unit, measures }) => [keyOf(unit), measures]));
  return {
    benchmark: benchmark.name,
    policies: benchmark.policies.map(({ name }) => name),
    seeds: benchmark.seeds,
    workloads: benchmark.workloads.map((workload, index): WorkloadReport => {
      const seeds = Array.from({ length: benchmark.seeds }, (_, i) => i + 1).filter((seed) =>
        benchmark.policies.every((_policy, policy) => byUnit.has(keyOf({ workload: index, policy, seed }))),
      );
      const found = benchmark.policies.map((_policy, policy) =>
        seeds.map((seed) => byUnit.get(keyOf({ workload: index, policy, seed }))!),
      );
      const measures = seeds.length === 0 ? [] : measuresOf(benchmark, workload.name, found);
      const verdicts = benchmark.policies
        .slice(1)
        .map((_policy, place) => verdictOf(measures, place + 1, seeds.length));
      const { name, kind } = workload;
      const ranking = rankingOf(name, measures);
      const report = { workload: name, kind, about: aboutWorkload(workload), seeds, measures, verdicts };
      return ranking === undefined ? report : { ...report, ranking };
    }),
  };
}

function keyOf({ workload, policy, seed }: BenchmarkUnit): string {
  return `${workload} ${policy} ${seed}`;
}

/** The measures that every run has. `found`: by policy, then by seed. */
function measuresOf(
  { policies }: PolicyBenchmark,
  workload: string,
  found: readonly (readonly Measures[])[],
): readonly MeasureReport[] {
  const runs = found.flat();
  const names = Object.keys(runs[0] ?? {}).filter((name) => runs.every((run) => run[name] !== undefined));
  return names.map((name): MeasureReport => {
    const { unit, better }: Measure = runs[0]![name]!;
    const values = found.map((ofPolicy) => ofPolicy.map((run) => run[name]!.value));
    return {
      measure: name,
      label: labelOf(name),
      unit,
      ...(better === undefined ? {} : { better }),
      policies: policies.map(({ name: policy }, index): PolicyReport => {
        const own = values[index]!;
        const entity = `${workload} ${policy} ${name}`;
        const report = { policy, mean: rounded(meanOf(own)), values: own };
        return index === 0 ? report : { ...report, difference: differenceOf(own, values[0]!, entity) };
      }),
    };
  });
}
