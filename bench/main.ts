import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bareLoopRate } from './bare-loop.ts';
import type { Benchmark, Measurement } from './benchmark.ts';
import { endWithReader } from './closed-output.ts';
import { BENCHMARKS } from './list.ts';

const USAGE = `usage: npm run bench -- [--only NAME] [--json]

Each benchmark runs in a process of its own, where the bare loop is measured right after it: a ratio never compares
two processes.

${BENCHMARKS.map(({ name, about }) => `  ${name.padEnd(26)} ${about}`).join('\n')}
`;

interface Options {
  readonly only: string | undefined;
  readonly json: boolean;
  /** Run this one here, and print its measurements as JSON: what a parent process asks of a child. */
  readonly child: string | undefined;
}

function parse(argv: readonly string[]): Options | string {
  let only: string | undefined;
  let child: string | undefined;
  let json = false;
  for (let i = 0; i < argv.length; i += 1) {
    const argument = argv[i] as string;
    if (argument === '--json') json = true;
    else if (argument === '--only' || argument === '--child') {
      i += 1;
      const value = argv[i];
      if (value === undefined) return `${argument} needs the name of a benchmark`;
      if (argument === '--only') only = value;
      else child = value;
    } else return `unknown argument ${argument}`;
  }
  return { only, json, child };
}

/** A name is a benchmark's own, or that of a figure which one gives beside its own. */
function select(name: string): readonly Benchmark[] {
  const figure = name.replace(/^memory-/, 'scale-').replace(/^http-(?:gets|pod-creates)$/, 'http-creates');
  return BENCHMARKS.filter((benchmark) => benchmark.name === name || benchmark.name === figure);
}

async function runHere(benchmark: Benchmark): Promise<readonly Measurement[]> {
  const say = (text: string): void => {
    process.stderr.write(`${text}\n`);
  };
  const result = await benchmark.run({ bareLoop: () => bareLoopRate(3), say });
  return Array.isArray(result) ? result : [result as Measurement];
}

function runInChild(benchmark: Benchmark): readonly Measurement[] {
  const self = fileURLToPath(import.meta.url);
  const child = spawnSync(process.execPath, [...process.execArgv, self, '--child', benchmark.name], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 1 << 24,
  });
  if (child.status !== 0) throw new Error(`benchmark ${benchmark.name} failed`);
  return JSON.parse(child.stdout) as readonly Measurement[];
}

function amount(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString('en');
  return value.toPrecision(3);
}

function line({ name, value, unit, ratioToBareLoop, note }: Measurement): string {
  const ratio = ratioToBareLoop === undefined ? '' : `${ratioToBareLoop.toFixed(3)} of the bare loop`;
  return `${name.padEnd(26)} ${amount(value).padStart(12)} ${unit.padEnd(12)} ${ratio} ${note ?? ''}`.trimEnd();
}

async function main(argv: readonly string[]): Promise<number> {
  const options = parse(argv);
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n\n${USAGE}`);
    return 2;
  }
  const name = options.child ?? options.only;
  const chosen = name === undefined ? BENCHMARKS : select(name);
  if (chosen.length === 0) {
    process.stderr.write(`there is no benchmark named ${name}\n\n${USAGE}`);
    return 2;
  }
  if (options.child !== undefined) {
    const results: Measurement[] = [];
    for (const benchmark of chosen) results.push(...(await runHere(benchmark)));
    process.stdout.write(JSON.stringify(results));
    return 0;
  }
  const measurements: Measurement[] = [];
  for (const benchmark of chosen) {
    for (const measurement of runInChild(benchmark)) {
      measurements.push(measurement);
      if (!options.json) process.stdout.write(`${line(measurement)}\n`);
    }
  }
  if (options.json) process.stdout.write(`${JSON.stringify(measurements, undefined, 2)}\n`);
  return 0;
}

endWithReader();
process.exitCode = await main(process.argv.slice(2));
