import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pc from 'picocolors';
import { describe, expect, test } from 'vitest';
import { runBenchmark } from '../bench/policies/run-benchmark.ts';
import { loadBenchmark } from '../files/policies/load-benchmark.ts';
import { formatProblems } from '../files/problem.ts';
import { reportOf, type UnitResult } from '../sim/policies/compare.ts';
import { POLICY_MEASURES } from '../sim/policies/policy-measures.ts';
import { workloadScenario } from '../sim/policies/to-scenario.ts';
import { loggedRun, reExecuted } from '../sim/testing/logged-run.ts';
import { reportCsv } from './bench-report/report-csv.ts';
import { reportText } from './bench-report/report-text.ts';

/**
 * Every benchmark of examples/ prints what its expected.txt tells. REWRITE=1 writes the files anew: commit that only
 * when you know what changed them.
 */
const folder = fileURLToPath(new URL('../examples', import.meta.url));
const rewrites = process.env.REWRITE === '1';

const examples = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(path.join(folder, entry.name, 'benchmark.yaml')))
  .map((entry) => entry.name)
  .sort();

describe.each(examples)('examples/%s', (example) => {
  const loaded = loadBenchmark(path.join(folder, example, 'benchmark.yaml'));
  if (!loaded.ok) throw new Error(formatProblems(loaded.problems));
  const { benchmark } = loaded;

  async function results(): Promise<readonly UnitResult[]> {
    const found: UnitResult[] = [];
    await runBenchmark(benchmark, {
      workers: 0,
      look: async () => undefined,
      onResult: (unit, outcome) => {
        if ('refusal' in outcome) throw new Error(outcome.refusal);
        found.push({ unit, measures: outcome.measures });
      },
    });
    return found;
  }

  test('prints the expected report, in whatever order its runs end', async () => {
    const found = await results();
    const report = reportOf(benchmark, found);
    const text = reportText(report, pc.createColors(false));
    const file = path.join(folder, example, 'expected.txt');
    if (rewrites) writeFileSync(file, text);
    expect(text).toBe(readFileSync(file, 'utf8'));
    expect(reportOf(benchmark, found.toReversed())).toEqual(report);
    const lines = reportCsv(report).trimEnd().split('\n');
    const [workload] = report.workloads;
    expect(lines).toHaveLength(1 + workload!.measures.length * report.policies.length * report.seeds);
    expect(lines[0]).toBe('workload,policy,seed,measure,unit,value');
  });

  test('is a whole simulation too, which comes out the same from its log', () => {
    const { workloads, policies } = benchmark;
    const scenario = workloadScenario(benchmark.name, workloads[0]!, policies[1]!.configuration, 1);
    expect(JSON.parse(JSON.stringify(scenario))).toStrictEqual(scenario);
    const run = loggedRun(scenario);
    expect(run.outcome.simulation.refusals).toEqual([]);
    expect(reExecuted(run).text === run.text).toBe(true);
  });
});

test('docs/policy-benchmarks.md has every measure, in the words of the program', () => {
  const page = readFileSync(path.join(folder, '..', 'docs', 'policy-benchmarks.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `((?:cpu|memory|gpu|nodes|pods)\/[\w-]+)` \| (.*) \|$/gm)];
  expect(rows.map(([, name, about]) => [name, about])).toEqual(
    Object.entries(POLICY_MEASURES).map(([name, { about }]) => [name, about]),
  );
});

test('there is an example', () => {
  expect(examples).toContain('scheduler-policies');
});
