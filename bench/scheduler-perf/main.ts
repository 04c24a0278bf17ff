import path from 'node:path';
import { parseArgs } from 'node:util';
import { formatProblems } from '../../files/problem.ts';
import { endWithReader } from '../closed-output.ts';
import { loadPerfFile } from './load.ts';
import { PerfError } from './objects.ts';
import { type PerfResult, runPerfWorkload } from './run.ts';

const USAGE = `usage: npm run bench:scheduler -- [--file FILE] [--only TEXT] [--size TEXT] [--json]

Runs the workloads of a file of scheduler_perf, kube-scheduler's own benchmark, through the scheduler alone: every
default plugin, all nodes scored. Beside it the plain pipeline, on the first pods of the same workload.

  --file FILE   performance-config.yaml (default: ../shared/data/perf/scheduler_perf/performance-config.yaml)
  --only TEXT   workloads whose name has this in it
  --size TEXT   sizes whose name starts with this (default: 5000Nodes; "all" for every one)
  --json        one JSON object
`;
const DEFAULT_FILE = path.join('..', 'shared', 'data', 'perf', 'scheduler_perf', 'performance-config.yaml');

function rate(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}

function line(result: PerfResult): string {
  const { name, nodes, pods, placed, podsPerSecond, ratioToReference, referencePods, threshold, waiting } =
    result;
  const sample = `plain ${rate(result.referencePodsPerSecond)}/s over ${referencePods} pods, ×${rate(ratioToReference)}`;
  const left = placed === pods ? '' : `  (${placed} of ${pods} placed)`;
  const queue = waiting === 0 ? '' : `  (${waiting} others wait without a node)`;
  const bar = threshold === undefined ? 'no threshold in the file' : `threshold ${threshold}/s`;
  return `${name.padEnd(46)} ${String(nodes).padStart(5)} nodes ${rate(podsPerSecond).padStart(9)} pods/s  ${sample}  ${bar}${left}${queue}`;
}

function run(argv: readonly string[]): number {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      file: { type: 'string', default: DEFAULT_FILE },
      only: { type: 'string', default: '' },
      size: { type: 'string', default: '5000Nodes' },
      json: { type: 'boolean', default: false },
    },
  });
  const { workloads, problems } = loadPerfFile(values.file);
  if (problems.length > 0) throw new PerfError(formatProblems(problems));
  const chosen = workloads.filter(({ name }) => {
    const size = name.slice(name.indexOf('/') + 1);
    return name.includes(values.only) && (values.size === 'all' || size.startsWith(values.size));
  });
  if (chosen.length === 0) {
    const names = workloads.map(({ name }) => `  ${name}`).join('\n');
    throw new PerfError(`no workload of ${values.file} is called so; there are\n${names}`);
  }
  const results: PerfResult[] = [];
  const unsupported: { readonly name: string; readonly needs: readonly string[] }[] = [];
  for (const workload of chosen) {
    if (workload.unsupported.length > 0) {
      unsupported.push({ name: workload.name, needs: workload.unsupported });
      if (!values.json) {
        process.stdout.write(
          `${workload.name.padEnd(46)} not supported: ${workload.unsupported.join(', ')}\n`,
        );
      }
      continue;
    }
    const result = runPerfWorkload(values.file, workload);
    results.push(result);
    if (!values.json) process.stdout.write(`${line(result)}\n`);
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ results, unsupported }, undefined, 2)}\n`);
  return 0;
}

endWithReader();
try {
  process.exitCode = run(process.argv.slice(2));
} catch (error) {
  const isOption = error instanceof TypeError && 'code' in error;
  if (!(error instanceof PerfError) && !isOption) throw error;
  process.stderr.write(`${error.message}\n${isOption ? `\n${USAGE}` : ''}`);
  process.exitCode = 2;
}
