import { describe, expect, it } from 'vitest';
import type { Measures } from '../measures/measure.ts';
import type { PolicyBenchmark } from './benchmark.ts';
import { reportOf, type UnitResult } from './compare.ts';
import { formatAmount } from './format-amount.ts';
import { measureOf } from './policy-measures.ts';

const CONFIGURATION = {
  apiVersion: 'kubescheduler.config.k8s.io/v1',
  kind: 'KubeSchedulerConfiguration',
  profiles: [],
} as const;

function benchmark(seeds: number, ...policies: readonly string[]): PolicyBenchmark {
  return {
    name: 'b',
    seeds,
    policies: policies.map((name) => ({ name, configuration: CONFIGURATION })),
    decisionBudget: 1,
    workloads: [{ kind: 'trace', name: 'w', nodes: [], tasks: [], arrival: 'inflation', load: 1 }],
  };
}

function measures(empty: number, fragmented: number, pending: number): Measures {
  return {
    'nodes/empty-mean': measureOf('nodes/empty-mean', empty),
    'cpu/fragmented-mean': measureOf('cpu/fragmented-mean', fragmented),
    'pods/pending': measureOf('pods/pending', pending),
  };
}

/** What each seed measured, by policy. */
function results(...byPolicy: readonly (readonly Measures[])[]): readonly UnitResult[] {
  return byPolicy.flatMap((runs, policy) =>
    runs.map((found, index) => ({ unit: { workload: 0, policy, seed: index + 1 }, measures: found })),
  );
}

const BASE = [measures(10, 8, 3), measures(20, 9, 5), measures(30, 7, 4), measures(25, 8, 4)];
const OTHER = [measures(110, 4, 5), measures(121, 5, 3), measures(131, 3, 4), measures(124, 4.5, 4)];

describe('the report of a benchmark', () => {
  const report = reportOf(benchmark(4, 'spread', 'pack'), results(BASE, OTHER));
  const [workload] = report.workloads;

  it('has the differences of pairs, not the difference of two samples', () => {
    const [empty] = workload!.measures;
    expect(empty?.policies[0]).toEqual({ policy: 'spread', mean: 21.25, values: [10, 20, 30, 25] });
    expect(empty?.policies[1]).toMatchObject({ mean: 121.5, difference: { mean: 100.25 } });
    // The pairs differ by 99 to 101, though the seeds by 20.
    expect(empty?.policies[1]?.difference?.low).toBeGreaterThanOrEqual(99);
    expect(empty?.policies[1]?.difference?.high).toBeLessThanOrEqual(101);
  });

  it('puts it in a sentence', () => {
    expect(workload?.verdicts).toEqual([
      'against spread, pack leaves 100.3 [99.5, 101.0] more nodes empty on average and has 3.88 [3.63, 4.00] points ' +
        'less of the CPUs in fragments on average; no difference in pods left pending',
    ]);
  });

  it('has a sentence for each policy but the first', () => {
    const three = reportOf(benchmark(4, 'a', 'b', 'c'), results(BASE, OTHER, BASE));
    expect(three.workloads[0]?.verdicts).toEqual([
      expect.stringMatching(/^against a, b leaves 100\.3 /),
      'c and a show no difference in empty nodes, fragmentation of CPUs or pods left pending',
    ]);
  });

  it('is of the seeds that every policy has run', () => {
    const early = reportOf(benchmark(4, 'spread', 'pack'), results(BASE, OTHER.slice(0, 2)));
    expect(early.workloads[0]?.seeds).toEqual([1, 2]);
    expect(early.workloads[0]?.measures[0]?.policies[0]?.values).toEqual([10, 20]);
    expect(early.seeds).toBe(4);
  });

  it('compares nothing where no seed is complete', () => {
    const none = reportOf(benchmark(4, 'spread', 'pack'), results(BASE));
    expect(none.workloads[0]).toMatchObject({ seeds: [], measures: [] });
    expect(none.workloads[0]?.verdicts).toEqual([
      'no seed was run with every policy: nothing can be compared',
    ]);
  });

  it('says that one seed gives no interval', () => {
    const single = reportOf(benchmark(1, 'spread', 'pack'), results(BASE.slice(0, 1), OTHER.slice(0, 1)));
    expect(single.workloads[0]?.verdicts).toEqual([
      'against spread, pack leaves 100.0 more nodes empty on average, has 4.00 points less of the CPUs in fragments on ' +
        'average and leaves 2.00 more pods pending (of one seed, so without an interval)',
    ]);
  });

  it('leaves out what not every run has measured', () => {
    const [first, ...rest] = OTHER;
    const { 'pods/pending': _, ...without } = first!;
    const report = reportOf(benchmark(4, 'spread', 'pack'), results(BASE, [without, ...rest]));
    expect(report.workloads[0]?.measures.map(({ measure }) => measure)).toEqual([
      'nodes/empty-mean',
      'cpu/fragmented-mean',
    ]);
  });
});

it.each([
  [0, '0.00'],
  [-0.001, '0.00'],
  [1.234, '1.23'],
  [-12.34, '-12.3'],
  [999.94, '999.9'],
  [1234.5, '1,235'],
  [-1234567, '-1,234,567'],
])('%f is shown as %s', (value, text) => {
  expect(formatAmount(value)).toBe(text);
});
