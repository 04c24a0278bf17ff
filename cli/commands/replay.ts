import type { Controller } from '../../controllers/controller.ts';
import type { LogHeader } from '../../core/log/format.ts';
import { snapshotOf } from '../../core/log/format.ts';
import { LogError } from '../../core/log/log-error.ts';
import type { View } from '../../core/store/view.ts';
import { readLog } from '../../files/log/read-log.ts';
import { openLogWriter } from '../../files/log/write-log.ts';
import { loadRecordedPlugins } from '../../files/plugins/recorded-plugins.ts';
import { type Divergence, LogComparison } from '../../files/replay/compare-log.ts';
import { type ReadStimuli, readStimuli } from '../../files/replay/read-stimuli.ts';
import { type Recording, recordingCollector, reExecute, reExecution } from '../../sim/re-execute.ts';
import type { Simulation } from '../../sim/simulation.ts';
import { EXIT, InputError } from '../exit.ts';
import { interruptible, runToEnd } from '../interruption.ts';
import { warnOfTornTail } from '../log-view.ts';
import { requireOtherFile } from '../output-file.ts';
import { controllersOf, ownControllers } from '../scenario-controllers.ts';
import { Progress } from '../terminal.ts';
import { formatVirtualTime } from '../time.ts';
import { VERSION } from '../version.ts';
import { divergenceText } from './divergence.ts';
import { whatIf } from './what-if.ts';

export interface ReplayOptions {
  readonly verify?: boolean;
  /** Modules of the user's own controllers, as when the log was made. */
  readonly controller?: readonly string[];
  /** Modules of the scheduler's plugins, where they are not beside the log. */
  readonly plugin?: readonly string[];
  readonly out?: string;
  /** A change: then the run is compared with what it would have been. */
  readonly with?: string;
  readonly seeds?: string;
  readonly json?: boolean;
}

interface Opened {
  readonly header: LogHeader;
  readonly recording: Recording;
  /** What is wrong with the file itself: a broken chain, found where it was read. */
  readonly damage: LogError | undefined;
}

/** Reads as much as there is: a damaged log still has the stimuli that stand before the damage. */
function open(file: string): Opened {
  let collector = recordingCollector();
  let header: LogHeader | undefined;
  let damage: LogError | undefined;
  try {
    const reading = readLog(file, { onRecord: collector.sink });
    header = reading.header;
    warnOfTornTail(file, reading.summary?.tornTail);
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    damage = error;
  }
  if (damage !== undefined) {
    // A block that was changed gives nothing up; its stimuli are still there to be read.
    const found = stimuliOf(file, damage);
    header = found.header;
    collector = recordingCollector();
    for (const stimulus of found.stimuli) collector.sink(stimulus);
  }
  const recording = collector.finish();
  if (typeof recording === 'string') throw damage ?? new InputError(`${file}: ${recording}`);
  if (header === undefined) throw new Error(`${file} was read without its header`);
  return { header, recording, damage };
}

function noView(): never {
  throw new Error('the log asked for the state before there was one');
}

/** A scenario that was changed in the file may not even run: then the damage is what there is to tell. */
function attempt<T>(damage: LogError | undefined, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw damage ?? error;
  }
}

function verify(
  file: string,
  { header, recording, damage }: Opened,
  own: readonly Controller[],
  json: boolean,
): number {
  if (header.version !== VERSION) {
    throw new InputError(
      `${file} was written by wavetank ${String(header.version)}, and this is ${VERSION}: a log re-executes to the ` +
        'same bytes only with the version that wrote it. Reading it (get, describe, why) works with both',
    );
  }
  let simulation: Simulation | undefined;
  const comparison = new LogComparison(file, header, () => simulation?.view ?? noView());
  const progress = new Progress();
  const startedAt = process.hrtime.bigint();
  const { endAt } = recording;
  const outcome = attempt(damage, () =>
    reExecute(recording, {
      sinks: [comparison.sink],
      controllers: [...controllersOf(recording.scenario, file), ...own],
      onStart: (started) => {
        simulation = started;
      },
      onProgress: (now) => {
        progress.update(() => `re-executing ${file}: ${formatVirtualTime(now - header.start)}`);
        return comparison.divergence !== undefined;
      },
    }),
  );
  progress.clear();
  const { divergence, sha256 } = comparison.finish();
  const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
  const records = outcome.simulation.journal.lastNumber;
  if (json) {
    const result = { file, ok: divergence === undefined, records, sha256, seconds, divergence };
    process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
  } else if (divergence === undefined) {
    const span = formatVirtualTime(endAt - header.start);
    process.stdout.write(
      `verified: ${file} re-executed bit for bit (${records.toLocaleString('en')} records, ${span} of virtual time, ` +
        `${seconds.toFixed(2)} s)\nsha256 ${sha256}\n`,
    );
  } else {
    process.stdout.write(differs(file, divergence, damage));
  }
  return divergence === undefined ? EXIT.fine : EXIT.failed;
}

function differs(file: string, divergence: Divergence, damage: LogError | undefined): string {
  const cause = damage === undefined ? '' : `The file was changed after it was written: ${damage.message}\n`;
  return `not verified: ${file} and its re-execution part at line ${divergence.line}\n${divergenceText(divergence)}${cause}`;
}

/** The stimuli of a damaged log; where its header is what was damaged, there are none. */
function stimuliOf(file: string, damage: LogError): ReadStimuli {
  try {
    return readStimuli(file);
  } catch (error) {
    throw error instanceof LogError ? damage : error;
  }
}

/** Write the log of the re-execution. */
async function rewrite(
  out: string,
  file: string,
  { header, recording }: Opened,
  own: readonly Controller[],
  look: () => Promise<void>,
): Promise<number> {
  let simulation: Simulation | undefined;
  const view = (): View => simulation?.view ?? noView();
  const writer = openLogWriter(out, { ...header, version: VERSION }, { snapshot: () => snapshotOf(view()) });
  try {
    const run = reExecution(recording, {
      sinks: [writer.append],
      controllers: [...controllersOf(recording.scenario, file), ...own],
      onStart: (started) => {
        simulation = started;
      },
    });
    await runToEnd(run, look);
    const { records, sha256 } = writer.close();
    process.stdout.write(`wrote ${out}: ${records.toLocaleString('en')} records, sha256 ${sha256}\n`);
    return EXIT.fine;
  } catch (error) {
    writer.abort();
    throw error;
  }
}

/** `wavetank replay FILE` */
export async function replayCommand(file: string, options: ReplayOptions): Promise<number> {
  const { out, with: change } = options;
  if (out !== undefined) requireOtherFile(out, change === undefined ? [file] : [file, change]);
  if (change !== undefined && options.verify === true) {
    throw new InputError('--verify compares a run with its log, --with with a changed run: give one of them');
  }
  if (change === undefined && options.seeds !== undefined) {
    throw new InputError('--seeds is for a comparison: give a change with --with');
  }
  const opened = open(file);
  const own = await ownControllers(options.controller);
  const problem = loadRecordedPlugins(opened.recording.scenario, file, options.plugin);
  if (problem !== undefined) throw opened.damage ?? new InputError(problem);
  if (options.verify === true) {
    try {
      return verify(file, opened, own, options.json === true);
    } catch (error) {
      // No hash vouches for the scenario of a damaged log: what it breaks is the file's fault.
      throw opened.damage ?? error;
    }
  }
  if (change === undefined && out === undefined) {
    throw new InputError(
      'replay needs --verify, to compare with the log, --with CHANGE, to see what would have been, or --out FILE, ' +
        'to write the re-execution',
    );
  }
  if (opened.damage !== undefined) throw opened.damage;
  if (change !== undefined) {
    const { header, recording } = opened;
    return interruptible((look) => whatIf(file, header, recording, { ...options, with: change }, own, look));
  }
  if (out === undefined) throw new Error('replay has neither a change nor a file to write');
  return interruptible((look) => rewrite(out, file, opened, own, look));
}
