import path from 'node:path';
import { readSources } from '../../files/incidents/read-sources.ts';
import { writeScenario } from '../../files/incidents/write-scenario.ts';
import { formatProblems } from '../../files/problem.ts';
import { loadScenario } from '../../files/scenario/load-scenario.ts';
import type { Finding } from '../../sim/incidents/findings.ts';
import { importScenario } from '../../sim/incidents/import.ts';
import { parseDuration } from '../../sim/scenario/duration.ts';
import { EXIT, InputError } from '../exit.ts';

export interface ImportCommandOptions {
  readonly out: string;
  readonly name?: string;
  readonly settle?: string;
  readonly json?: boolean;
}

function nameOf(folder: string): string {
  const name = path
    .basename(path.resolve(folder))
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return name === '' ? 'incident' : name;
}

function settleOf(given: string | undefined): { readonly settle?: number } {
  if (given === undefined) return {};
  const parsed = parseDuration(given);
  if ('error' in parsed) throw new InputError(`--settle: ${parsed.error}`);
  return { settle: parsed.duration };
}

function findingText({ what, count, examples }: Finding): string {
  const more = count > examples.length ? ', …' : '';
  return `  ${count} ${what} (${examples.join(', ')}${more})`;
}

/** `wavetank import FILE…`: a scenario from a dump and an audit log of a real cluster. */
export function importCommand(files: readonly string[], options: ImportCommandOptions): number {
  const settle = settleOf(options.settle);
  const read = readSources(files);
  if (!read.ok) throw new InputError(formatProblems(read.problems));
  const name = options.name ?? nameOf(options.out);
  const imported = importScenario(read.sources, { name, ...settle });
  const { requests, objects, nodes, findings } = imported;
  const left = findings.map(findingText).join('\n');
  if (requests + objects + nodes === 0) {
    const why = left === '' ? 'they are empty' : `what they hold can't be used:\n${left}`;
    throw new InputError(`nothing in ${files.join(', ')} makes a scenario: ${why}`);
  }
  const scenario = writeScenario(options.out, imported);
  // What was written has to be readable: better a defect here than a surprise in `run`.
  const loaded = loadScenario(scenario);
  if (!loaded.ok)
    throw new InputError(`${scenario} can't be read again:\n${formatProblems(loaded.problems)}`);
  if (left !== '') process.stderr.write(`left out, or used in another way:\n${left}\n`);
  const result = { scenario, requests, objects, nodes, findings };
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(result, undefined, 2)}\n`
      : `wrote ${scenario}: ${nodes} nodes, ${objects} objects, ${requests} requests\n` +
          `run it: wavetank run ${scenario} --out run.jsonl\n`,
  );
  return EXIT.fine;
}
