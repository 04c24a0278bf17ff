import type { Controller } from '../../controllers/controller.ts';
import { type LogHeader, snapshotOf } from '../../core/log/format.ts';
import type { View } from '../../core/store/view.ts';
import { type LogWriter, openLogWriter } from '../../files/log/write-log.ts';
import { formatProblems } from '../../files/problem.ts';
import { type LoadedChange, loadChange } from '../../files/what-if/load-change.ts';
import type { Recording } from '../../sim/re-execute.ts';
import type { Scenario } from '../../sim/scenario/scenario.ts';
import { applyChange } from '../../sim/what-if/apply-change.ts';
import { compareRuns, type MeasuredPair } from '../../sim/what-if/compare.ts';
import {
  type Observation,
  ObservedRun,
  type ObserveOptions,
  withSeed,
} from '../../sim/what-if/observed-run.ts';
import { EXIT, InputError } from '../exit.ts';
import { runToEnd } from '../interruption.ts';
import { controllersOf } from '../scenario-controllers.ts';
import { Progress } from '../terminal.ts';
import { formatVirtualTime } from '../time.ts';
import { VERSION } from '../version.ts';
import { printWhatIf, type WhatIf, whatIfJson } from '../what-if/what-if-text.ts';

export interface WhatIfOptions {
  readonly with: string;
  readonly seeds?: string;
  readonly out?: string;
  readonly json?: boolean;
}

const SEEDS_MAX = 10_000;

function seedCount(given: string | undefined): number {
  if (given === undefined) return 1;
  const count = Number(given);
  if (/^\d+$/.test(given) && count >= 1 && count <= SEEDS_MAX) return count;
  throw new InputError(
    `--seeds: expected a whole number from 1 to ${SEEDS_MAX}, got ${JSON.stringify(given)}`,
  );
}

/** The change, made to the recording; or everything in it that changes nothing. */
function changed(
  file: string,
  recording: Recording,
): { readonly name: string; readonly recording: Recording } {
  const loaded: LoadedChange = loadChange(file);
  if (!loaded.ok) throw new InputError(formatProblems(loaded.problems));
  const applied = applyChange(recording, loaded.change);
  if (!applied.ok) throw new InputError(formatProblems(applied.problems.map(loaded.placed)));
  return { name: loaded.change.name, recording: applied.recording };
}

/** Refusals that the change brings with it: then it does not say what its author thinks. */
function requireAccepted(before: Observation, after: Observation): void {
  const known = new Set(before.refusals.map(({ source, message }) => `${source}: ${message}`));
  const news = after.refusals
    .map(({ source, message }) => `${source}: ${message}`)
    .filter((refusal) => !known.has(refusal));
  if (news.length > 0) throw new InputError([...new Set(news)].join('\n'));
}

interface Watched {
  /** What the run of a scenario has to bring: its mutants, and the user's own. */
  readonly controllers: (scenario: Scenario) => readonly Controller[];
  readonly progress: Progress;
  readonly look: () => Promise<void>;
}

async function observed(
  recording: Recording,
  what: string,
  { progress, look, controllers }: Watched,
  options: ObserveOptions = {},
): Promise<Observation> {
  const { startTime } = recording.scenario;
  const run = new ObservedRun(recording, {
    ...options,
    controllers: controllers(recording.scenario),
    onProgress: (now) => progress.update(() => `${what}: ${formatVirtualTime(now - startTime)}`),
  });
  return run.observation(await runToEnd(run.run, look));
}

/** Runs the changed side, and writes its log where one is wanted. */
async function observedWithLog(
  recording: Recording,
  header: LogHeader,
  out: string | undefined,
  watched: Watched,
): Promise<{ readonly observation: Observation; readonly writer: LogWriter | undefined }> {
  if (out === undefined)
    return { observation: await observed(recording, 'changed', watched), writer: undefined };
  let view: View | undefined;
  const snapshot = () => {
    if (view === undefined) throw new Error('the log asked for the state before there was one');
    return snapshotOf(view);
  };
  const { startTime, name, seed } = recording.scenario;
  const writer = openLogWriter(
    out,
    { ...header, version: VERSION, start: startTime, scenario: name, seed },
    { snapshot },
  );
  try {
    const observation = await observed(recording, 'changed', watched, {
      sinks: [writer.append],
      onStart: (simulation) => {
        view = simulation.view;
      },
    });
    return { observation, writer };
  } catch (error) {
    writer.abort();
    throw error;
  }
}

/** Both sides again with other seeds, of which the numbers alone are kept. */
async function otherSeeds(
  before: Recording,
  after: Recording,
  count: number,
  watched: Watched,
): Promise<readonly MeasuredPair[]> {
  const pairs: MeasuredPair[] = [];
  for (let index = 1; index < count; index += 1) {
    const measured = async (recording: Recording, side: string) => {
      const seed = recording.scenario.seed + index;
      const what = `seed ${index + 1} of ${count}, ${side}`;
      return (await observed(withSeed(recording, seed), what, watched, { measuresOnly: true })).measures;
    };
    pairs.push([await measured(before, 'recorded'), await measured(after, 'changed')]);
  }
  return pairs;
}

/** `wavetank replay FILE --with CHANGE`: the same stimuli, one thing changed, and what differs. */
export async function whatIf(
  file: string,
  header: LogHeader,
  recording: Recording,
  options: WhatIfOptions,
  own: readonly Controller[],
  look: () => Promise<void>,
): Promise<number> {
  const seeds = seedCount(options.seeds);
  const change = changed(options.with, recording);
  if (header.version !== VERSION) {
    process.stderr.write(
      `warning: ${file} was written by wavetank ${header.version}; both sides are run with this version, ${VERSION}\n`,
    );
  }
  const progress = new Progress();
  const controllers = (scenario: Scenario) => [...controllersOf(scenario, file), ...own];
  const watched: Watched = { progress, look, controllers };
  let writer: LogWriter | undefined;
  try {
    const before = await observed(recording, 'recorded', watched);
    const after = await observedWithLog(change.recording, header, options.out, watched);
    writer = after.writer;
    requireAccepted(before, after.observation);
    const more = await otherSeeds(recording, change.recording, seeds, watched);
    const comparison = compareRuns(before, after.observation, recording.scenario.seed, more);
    writer?.close();
    progress.clear();
    const told: WhatIf = {
      file,
      change: change.name,
      start: recording.scenario.startTime,
      changedStart: change.recording.scenario.startTime,
      comparison,
      outFile: options.out,
    };
    process.stdout.write(
      options.json === true ? `${JSON.stringify(whatIfJson(told), undefined, 2)}\n` : printWhatIf(told),
    );
    return EXIT.fine;
  } catch (error) {
    progress.clear();
    writer?.abort();
    throw error;
  }
}
