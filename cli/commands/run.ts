import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Controller } from '../../controllers/controller.ts';
import { LogEncoder } from '../../core/log/encoder.ts';
import type { LogHeader } from '../../core/log/format.ts';
import { snapshotOf } from '../../core/log/format.ts';
import type { LogRecord } from '../../core/log/record.ts';
import type { View } from '../../core/store/view.ts';
import { newNodeHasher } from '../../files/log/node-hasher.ts';
import { type LogWriter, openLogWriter } from '../../files/log/write-log.ts';
import { formatProblems } from '../../files/problem.ts';
import { loadInput } from '../../files/scenario/load-scenario.ts';
import { InvariantChecker } from '../../property-tests/invariants/checker.ts';
import { INVARIANTS } from '../../property-tests/invariants/list.ts';
import { MeasureCollector } from '../../sim/measures/collector.ts';
import { ScenarioRun } from '../../sim/run.ts';
import { formatDuration } from '../../sim/scenario/duration.ts';
import type { Scenario } from '../../sim/scenario/scenario.ts';
import { Story } from '../../sim/story/story.ts';
import { EXIT, InputError } from '../exit.ts';
import { interruptible, runToEnd } from '../interruption.ts';
import { requireOtherFile } from '../output-file.ts';
import { writeReport } from '../report/write-report.ts';
import { controllersOf, ownControllers } from '../scenario-controllers.ts';
import { type RunReport, reportJson, reportText } from '../summary.ts';
import { Progress, paint } from '../terminal.ts';
import { VERSION } from '../version.ts';

export interface RunCommandOptions {
  readonly seed?: string;
  readonly for?: string;
  readonly nodes?: string;
  readonly set?: readonly string[];
  readonly out?: string;
  /** Where a report goes. */
  readonly report?: string;
  readonly untilSettled?: boolean;
  /** `--no-invariants`. */
  readonly invariants?: boolean;
  /** Modules of one's own controllers. */
  readonly controller?: readonly string[];
  readonly json?: boolean;
}

/** What the header of a run's log says; a re-execution writes the same. */
function logHeader(scenario: Scenario): LogHeader {
  return { version: VERSION, start: scenario.startTime, scenario: scenario.name, seed: scenario.seed };
}

/** A log that goes nowhere: its hash is what tells two runs apart. */
function hashingWriter(header: LogHeader, view: () => View): LogWriter {
  const encoder = new LogEncoder(header, {
    newHasher: newNodeHasher,
    snapshot: () => snapshotOf(view()),
    write: () => undefined,
  });
  return {
    append: (record) => encoder.append(record),
    keyframe: () => encoder.keyframe(),
    close: () => encoder.close(),
    abort: () => undefined,
  };
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function repeatCommand(paths: readonly string[], scenario: Scenario, options: RunCommandOptions): string {
  const words = ['wavetank', 'run', ...paths, '--seed', String(scenario.seed)];
  if (options.for !== undefined) words.push('--for', options.for);
  if (options.nodes !== undefined) words.push('--nodes', options.nodes);
  for (const assignment of options.set ?? []) words.push('--set', assignment);
  if (options.untilSettled === true) words.push('--until-settled');
  if (options.invariants === false) words.push('--no-invariants');
  for (const module of options.controller ?? []) words.push('--controller', module);
  return words.map(quoted).join(' ');
}

/** `wavetank run PATH…` */
export async function runCommand(paths: readonly string[], options: RunCommandOptions): Promise<number> {
  if (options.out !== undefined) requireOtherFile(options.out, paths);
  if (options.report !== undefined) requireOtherFile(options.report, paths, '--report');
  if (options.report !== undefined && options.report === options.out) {
    throw new InputError(`--report ${options.report}: the log is written there (--out): name another file`);
  }
  const loaded = loadInput(paths, {
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.for === undefined ? {} : { for: options.for }),
    ...(options.nodes === undefined ? {} : { nodes: options.nodes }),
    ...(options.set === undefined ? {} : { set: options.set }),
  });
  if (!loaded.ok) throw new InputError(formatProblems(loaded.problems));
  const { scenario } = loaded;

  const controllers = [
    ...controllersOf(scenario, paths.join(' ')),
    ...(await ownControllers(options.controller)),
  ];
  const { out, report } = options;
  if (out !== undefined || report === undefined) {
    return interruptible((look) => runAndReport(scenario, paths, options, controllers, look, out));
  }
  // A report is made from a log, which nobody asked for here.
  const folder = mkdtempSync(path.join(tmpdir(), 'wavetank-'));
  const log = path.join(folder, 'run.jsonl');
  try {
    return await interruptible((look) => runAndReport(scenario, paths, options, controllers, look, log));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Nothing of a log is left behind when it ends early, for whatever reason. */
async function runAndReport(
  scenario: Scenario,
  paths: readonly string[],
  options: RunCommandOptions,
  controllers: readonly Controller[],
  look: () => Promise<void>,
  recordTo: string | undefined,
): Promise<number> {
  const story = new Story();
  const measures = new MeasureCollector(scenario);
  const checker = new InvariantChecker(options.invariants === false ? [] : INVARIANTS);
  const header = logHeader(scenario);
  let view: View | undefined;
  const currentView = (): View => {
    if (view === undefined) throw new Error('the log asked for the state before there was one');
    return view;
  };
  const writer =
    recordTo === undefined
      ? hashingWriter(header, currentView)
      : openLogWriter(recordTo, header, { snapshot: () => snapshotOf(currentView()) });
  const progress = new Progress();
  let events = 0;
  try {
    const startedAt = process.hrtime.bigint();
    const run = new ScenarioRun(scenario, {
      sinks: [
        (record: LogRecord) => {
          if (record.type === 'event') events += 1;
          writer.append(record);
          story.observe(record);
          measures.sink(record);
        },
      ],
      untilSettled: options.untilSettled === true,
      controllers,
      onStart: (simulation) => {
        view = simulation.view;
        simulation.journal.subscribe((record) => checker.observe(record, simulation.view));
      },
      onProgress: (now, simulation) => {
        progress.update(
          () =>
            `${scenario.name}: ${formatDuration(now - scenario.startTime)} of ${formatDuration(scenario.duration)}, ` +
            `${simulation.journal.lastNumber.toLocaleString('en')} records`,
        );
        // A refused action means that the scenario does not say what its author thinks.
        return simulation.refusals.length > 0;
      },
    });
    const outcome = await runToEnd(run, look);
    progress.clear();
    const { simulation } = outcome;
    if (simulation.refusals.length > 0) {
      throw new InputError(
        simulation.refusals.map(({ source, message }) => `${source}: ${message}`).join('\n'),
      );
    }
    const violations = checker.finish(simulation.view, simulation.now);
    const seal = writer.close();
    const report: RunReport = {
      version: VERSION,
      scenario,
      endedAt: simulation.now,
      wallSeconds: Number(process.hrtime.bigint() - startedAt) / 1e9,
      events,
      records: simulation.journal.lastNumber,
      sha256: seal.sha256,
      view: simulation.view,
      expectations: outcome.expectations,
      invariantsChecked: checker.checked,
      violations,
      measures: measures.measures(simulation.now),
      moments: story.moments().moments,
      momentsDropped: story.moments().dropped,
      settledAt: outcome.settledAt,
      askedToSettle: options.untilSettled === true,
      logFile: options.out,
      reportFile: options.report,
      repeat: repeatCommand(paths, scenario, options),
    };
    if (recordTo !== undefined && options.report !== undefined) await writeReport(recordTo, options.report);
    const text =
      options.json === true
        ? `${JSON.stringify(reportJson(report), undefined, 2)}\n`
        : reportText(report, paint());
    process.stdout.write(text);
    const fine = violations.length === 0 && outcome.expectations.every(({ ok }) => ok);
    return fine ? EXIT.fine : EXIT.failed;
  } catch (error) {
    progress.clear();
    writer.abort();
    throw error;
  }
}
