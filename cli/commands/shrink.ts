import { closest } from '../../core/text/closest.ts';
import { formatProblems } from '../../files/problem.ts';
import { loadInput } from '../../files/scenario/load-scenario.ts';
import { writeWholeFile } from '../../files/whole-file.ts';
import { runCase } from '../../property-tests/campaign/case.ts';
import { threadPool } from '../../property-tests/campaign/pool.ts';
import type { ShrinkResult, WorkSetup } from '../../property-tests/campaign/protocol.ts';
import type { Scenario } from '../../sim/scenario/scenario.ts';
import { EXIT, InputError } from '../exit.ts';
import { failingScenario, failureExplanation } from '../failure-text.ts';
import { integerOption } from '../integer-option.ts';
import { interruptible } from '../interruption.ts';
import { requireOtherFile } from '../output-file.ts';
import { controllersOf, moduleUrls, ownControllers } from '../scenario-controllers.ts';

export interface ShrinkCommandOptions {
  readonly invariant?: string;
  readonly out?: string;
  readonly attempts?: string;
  readonly controller?: readonly string[];
  readonly json?: boolean;
}

/** How often signals are looked for while a thread shrinks. */
const LOOK_EVERY_MS = 100;

/** What fails in the file: the name that was asked for, or the first. */
function failingName(file: string, failing: readonly string[], wanted: string | undefined): string {
  const [first] = failing;
  if (first === undefined) {
    throw new InputError(`${file}: nothing fails in it, so there is nothing to shrink`);
  }
  if (wanted === undefined) return first;
  if (failing.includes(wanted)) return wanted;
  const near = closest(wanted, failing);
  const meant = near === undefined ? '' : `, did you mean ${JSON.stringify(near)}?`;
  throw new InputError(
    `${file}: ${JSON.stringify(wanted)} does not fail in it${meant} (what fails: ${[...new Set(failing)].join(', ')})`,
  );
}

async function inThread(
  setup: WorkSetup,
  scenario: Scenario,
  name: string,
  attemptsMax: number | undefined,
  look: () => Promise<void>,
): Promise<ShrinkResult> {
  const pool = threadPool(1);
  let watching: NodeJS.Timeout | undefined;
  try {
    const interrupted = new Promise<never>((_resolve, reject) => {
      watching = setInterval(() => {
        look().catch(reject);
      }, LOOK_EVERY_MS);
    });
    const work = pool.run({
      type: 'shrink',
      setup,
      scenario,
      name,
      ...(attemptsMax === undefined ? {} : { attemptsMax }),
    });
    work.catch(() => undefined);
    const result = await Promise.race([work, interrupted]);
    if (result === undefined) throw new Error(`${name} does not fail when it is run again: runs differ`);
    return result as ShrinkResult;
  } finally {
    clearInterval(watching);
    await pool.close();
  }
}

/** `wavetank shrink FILE` */
export async function shrinkCommand(file: string, options: ShrinkCommandOptions): Promise<number> {
  if (options.out !== undefined) requireOtherFile(options.out, [file]);
  const attempts = integerOption('--attempts', options.attempts, 1);
  const loaded = loadInput([file]);
  if (!loaded.ok) throw new InputError(formatProblems(loaded.problems));
  const { scenario } = loaded;
  const own = await ownControllers(options.controller);
  const controllers = [...controllersOf(scenario, file), ...own];
  const failing = runCase(scenario, { controllers }).failures.map(({ name }) => name);
  const name = failingName(file, failing, options.invariant);
  const setup: WorkSetup = {
    seed: 0,
    mutants: [],
    controllers: moduleUrls(options.controller ?? []),
  };
  const shrunk = await interruptible((look) => inThread(setup, scenario, name, attempts, look));
  const target = options.out;
  const text = failingScenario(shrunk.scenario, shrunk.failure, target, `wavetank shrink ${file}`);
  if (target !== undefined) writeWholeFile(target, [text]);
  const entries = shrunk.scenario.timeline.length;
  if (options.json === true) {
    const result = {
      file,
      name,
      attempts: shrunk.attempts,
      complete: shrunk.complete,
      entriesBefore: scenario.timeline.length,
      entries,
      failure: shrunk.failure,
      ...(target === undefined ? { scenario: text } : { out: target }),
    };
    process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
    return EXIT.fine;
  }
  if (target === undefined) {
    process.stdout.write(text);
    return EXIT.fine;
  }
  process.stdout.write(
    `${failureExplanation(shrunk.scenario, shrunk.failure, shrunk.why, target)}\n` +
      `wrote ${target}: ${entries} of ${scenario.timeline.length} timeline entries, after ${shrunk.attempts} attempts` +
      `${shrunk.complete ? '' : ' (there may be smaller ones: --attempts)'}\n`,
  );
  return EXIT.fine;
}
