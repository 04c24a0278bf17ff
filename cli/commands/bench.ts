import { writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runBenchmark } from '../../bench/policies/run-benchmark.ts';
import { withFile } from '../../files/file-error.ts';
import {
  type LoadedBenchmark,
  loadBenchmark,
  resolveBenchmark,
} from '../../files/policies/load-benchmark.ts';
import { formatProblems } from '../../files/problem.ts';
import type { PolicyBenchmark } from '../../sim/policies/benchmark.ts';
import { reportOf, type UnitResult } from '../../sim/policies/compare.ts';
import {
  DEFAULT_DECISION_BUDGET,
  DEFAULT_LOAD,
  DEFAULT_SEEDS,
  DEFAULT_TRACE_ARRIVAL,
  type WrittenWorkload,
} from '../../sim/policies/document.ts';
import { TRACE_ARRIVALS } from '../../sim/policies/workload.ts';
import { reportCsv } from '../bench-report/report-csv.ts';
import { reportText } from '../bench-report/report-text.ts';
import { EXIT, InputError } from '../exit.ts';
import { Interruption, interruptible } from '../interruption.ts';
import { requireOtherFile } from '../output-file.ts';
import { Progress, paint } from '../terminal.ts';
import { VERSION } from '../version.ts';
import { writeUnitLog } from './bench-log.ts';

export interface BenchOptions {
  readonly policy?: readonly string[];
  readonly trace?: string;
  readonly scenario?: string;
  readonly arrival?: string;
  readonly load?: string;
  readonly seeds?: string;
  readonly workers?: string;
  readonly json?: boolean;
  readonly csv?: string;
  readonly out?: string;
  readonly log?: string;
  readonly of?: string;
}

const SEEDS_MAX = 10_000;
const WORKERS_MAX = 256;

function wholeNumber(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new InputError(`--${option}: expected a whole number from ${min} to ${max}, got "${text}"`);
}

function traceWorkload({ trace = '', arrival, load }: BenchOptions): WrittenWorkload {
  const found =
    arrival === undefined ? DEFAULT_TRACE_ARRIVAL : TRACE_ARRIVALS.find((each) => each === arrival);
  if (found === undefined) {
    throw new InputError(`--arrival: expected one of ${TRACE_ARRIVALS.join(', ')}, got "${arrival}"`);
  }
  const share = load === undefined ? DEFAULT_LOAD : Number(load);
  if (!(share >= 0.01 && share <= 100)) {
    throw new InputError(`--load: expected a number from 0.01 to 100, got "${load}"`);
  }
  return {
    kind: 'trace',
    name: path.basename(path.resolve(trace)),
    folder: trace,
    arrival: found,
    load: share,
  };
}

/** A benchmark without a file of its own: policies and a workload named on the command line. */
function fromOptions(options: BenchOptions): LoadedBenchmark {
  const { policy = [], trace, scenario } = options;
  if (policy.length < 2 || (trace === undefined) === (scenario === undefined)) {
    throw new InputError(
      'expected the file of a benchmark, or at least two --policy FILE and either --trace FOLDER or --scenario FILE',
    );
  }
  const names = policy.map((file) => path.basename(file).replace(/\.(ya?ml|json)$/i, ''));
  const policies = policy.map((configuration, index) => {
    const name = names[index] ?? configuration;
    return { name: names.indexOf(name) === index ? name : configuration, configuration };
  });
  const workload: WrittenWorkload =
    trace !== undefined
      ? traceWorkload(options)
      : {
          kind: 'scenario',
          name: path.basename(path.dirname(path.resolve(scenario ?? ''))),
          file: scenario ?? '',
        };
  const written = {
    name: 'benchmark',
    seeds: DEFAULT_SEEDS,
    policies,
    workloads: [workload],
    decisionBudget: DEFAULT_DECISION_BUDGET,
  };
  return resolveBenchmark(written, '.');
}

function loaded(file: string | undefined, options: BenchOptions): LoadedBenchmark & { readonly ok: true } {
  if (file !== undefined && (options.policy !== undefined || options.scenario !== undefined)) {
    throw new InputError(`${file} names its policies and workloads: leave out --policy and --scenario`);
  }
  if (file !== undefined && (options.arrival !== undefined || options.load !== undefined)) {
    throw new InputError(`${file} says how its tasks come: leave out --arrival and --load`);
  }
  const result = file === undefined ? fromOptions(options) : loadBenchmark(file, options.trace);
  if (!result.ok) throw new InputError(formatProblems(result.problems));
  return result;
}

/** Bad rows are counted and named, and the rest is used: that must not go unsaid. */
function tellRejected({ rejected }: LoadedBenchmark & { readonly ok: true }): void {
  for (const { file, rows, count, examples } of rejected) {
    const more = count > examples.length ? `\n  … and ${count - examples.length} more` : '';
    process.stderr.write(
      `note: ${count} of the ${rows} rows of ${file} can't be used, and are left out:\n` +
        `${examples.map((example) => `  ${example}`).join('\n')}${more}\n`,
    );
  }
}

/** `wavetank bench FILE` */
export async function benchCommand(file: string | undefined, options: BenchOptions): Promise<number> {
  const workers =
    options.workers === undefined
      ? os.availableParallelism()
      : wholeNumber('workers', options.workers, 1, WORKERS_MAX);
  const given = loaded(file, options);
  for (const out of [options.csv, options.out, options.log])
    if (out !== undefined) requireOtherFile(out, given.files);
  tellRejected(given);
  const seeds =
    options.seeds === undefined ? given.benchmark.seeds : wholeNumber('seeds', options.seeds, 1, SEEDS_MAX);
  const benchmark: PolicyBenchmark = { ...given.benchmark, seeds };
  if (options.log !== undefined) return writeUnitLog(benchmark, options.of, options.log, given.modules);
  if (options.of !== undefined) throw new InputError('--of says which run --log FILE writes: give both');

  const results: UnitResult[] = [];
  const interruption = await runAll(benchmark, given.modules, workers, results);
  const report = reportOf(benchmark, results);
  const json = `${JSON.stringify({ version: VERSION, ...report, rejected: given.rejected, interrupted: interruption !== undefined }, undefined, 2)}\n`;
  const { csv, out } = options;
  if (csv !== undefined) withFile(csv, 'write', () => writeFileSync(csv, reportCsv(report)));
  if (out !== undefined) withFile(out, 'write', () => writeFileSync(out, json));
  process.stdout.write(options.json === true ? json : reportText(report, paint()));
  if (interruption === undefined) return EXIT.fine;
  process.stderr.write(
    `ended early, after ${results.length} runs: the report is of the seeds that are complete\n`,
  );
  return interruption.exitCode;
}

/** Runs all units, or as many as there is time for until a signal. */
async function runAll(
  benchmark: PolicyBenchmark,
  modules: readonly string[],
  workers: number,
  results: UnitResult[],
): Promise<Interruption | undefined> {
  const progress = new Progress();
  const startedAt = process.hrtime.bigint();
  try {
    await interruptible((look) =>
      runBenchmark(benchmark, {
        workers,
        modules,
        look,
        onResult: (unit, outcome, total) => {
          if ('refusal' in outcome) throw new InputError(outcome.refusal);
          results.push({ unit, measures: outcome.measures });
          progress.update(() => {
            const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
            return `${benchmark.name}: ${results.length} of ${total} runs, ${seconds.toFixed(0)} s`;
          });
        },
      }),
    );
    return undefined;
  } catch (error) {
    if (error instanceof Interruption) return error;
    throw error;
  } finally {
    progress.clear();
  }
}
