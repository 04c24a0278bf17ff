import { SECOND } from '../core/time.ts';
import type { CampaignFailure, CampaignState } from '../property-tests/campaign/campaign.ts';
import { SITUATIONS } from '../property-tests/campaign/situations.ts';
import { formatDuration } from '../sim/scenario/duration.ts';
import type { paint } from './terminal.ts';
import { VERSION } from './version.ts';

/** What a campaign found out, for people and for `--json`. */
export interface FuzzReport {
  readonly state: CampaignState;
  /** Runs that an earlier part of the campaign had done. */
  readonly runsBefore: number;
  readonly runsAsked: number | undefined;
  readonly seed: number;
  readonly workers: number;
  readonly wallSeconds: number;
  readonly invariants: readonly string[];
  readonly mutants: readonly string[];
  readonly out: string | undefined;
  /** The file of each failure's scenario, by the name of what fails. */
  readonly files: ReadonlyMap<string, string>;
  /** The scenario that cases were drawn on. */
  readonly scenarioFile: string | undefined;
  /** The scenarios themselves, where there are no files. */
  readonly scenarioTexts: ReadonlyMap<string, string>;
  readonly interrupted: boolean;
}

function count(value: number): string {
  return value.toLocaleString('en');
}

function speed({ state, runsBefore, wallSeconds }: FuzzReport): number {
  return Math.round((state.runs - runsBefore) / Math.max(wallSeconds, 0.001));
}

function failureJson(report: FuzzReport, known: CampaignFailure): Readonly<Record<string, unknown>> {
  const failure = known.shrunk?.failure ?? known.failure;
  const { name, seed, runs, shrunk } = known;
  return {
    name,
    seed,
    runs,
    message: failure.message,
    ...(failure.object === undefined ? {} : { object: failure.object }),
    ...(failure.namespace === undefined ? {} : { namespace: failure.namespace }),
    rv: failure.rv,
    shrunk: shrunk !== undefined,
    ...(shrunk === undefined
      ? {}
      : { entries: shrunk.scenario.timeline.length, attempts: shrunk.attempts, complete: shrunk.complete }),
    ...(report.out === undefined
      ? { scenario: report.scenarioTexts.get(name) }
      : { file: report.files.get(name) }),
  };
}

export function fuzzJson(report: FuzzReport): Readonly<Record<string, unknown>> {
  const { state } = report;
  return {
    version: VERSION,
    seed: report.seed,
    workers: report.workers,
    runs: state.runs,
    failedRuns: state.failedRuns,
    records: state.records,
    virtualSeconds: state.virtual / SECOND,
    wallSeconds: Number(report.wallSeconds.toFixed(3)),
    runsPerSecond: speed(report),
    invariants: report.invariants,
    mutants: report.mutants,
    failures: state.failures.map((failure) => failureJson(report, failure)),
    sometimes: SITUATIONS.map(({ name, about }, index) => ({
      name,
      about,
      runs: state.situations[index] ?? 0,
    })),
    interrupted: report.interrupted,
    ...(report.out === undefined ? {} : { out: report.out }),
  };
}

function failureLines(
  report: FuzzReport,
  known: CampaignFailure,
  colors: ReturnType<typeof paint>,
): readonly string[] {
  const { name, seed, runs, shrunk } = known;
  const failure = shrunk?.failure ?? known.failure;
  const of = runs === 1 ? '1 run' : `${count(runs)} runs`;
  const lines = [
    `${colors.red('FAILED')}       ${name} in ${of} of ${count(report.state.runs)}, first with seed ${seed}`,
    `             ${failure.message}`,
  ];
  if (shrunk !== undefined) {
    const entries = shrunk.scenario.timeline.length;
    const more = shrunk.complete ? '' : ', and could be smaller';
    lines.push(
      `             shrunk to ${entries} timeline ${entries === 1 ? 'entry' : 'entries'} in ${shrunk.attempts} attempts${more}`,
    );
  }
  const file = report.files.get(name);
  if (file !== undefined) lines.push(`             wavetank run ${file}`);
  return lines;
}

export function fuzzText(report: FuzzReport, colors: ReturnType<typeof paint>): string {
  const { state } = report;
  const threads = report.workers === 1 ? '1 thread' : `${report.workers} threads`;
  const before = report.runsBefore === 0 ? '' : `, ${count(report.runsBefore)} of them before`;
  const lines = [
    '',
    colors.bold(`${count(state.runs)} runs from seed ${report.seed}${before}`),
    `${formatDuration(Math.round(state.virtual / SECOND) * SECOND)} of virtual time and ${count(state.records)} records ` +
      `in ${report.wallSeconds.toFixed(2)} s on ${threads} (${count(speed(report))} runs a second)`,
    '',
  ];
  const reached = SITUATIONS.map(({ name, about }, index) => ({
    name,
    about,
    runs: state.situations[index] ?? 0,
  }));
  for (const { name, about, runs } of reached.filter((situation) => situation.runs > 0)) {
    lines.push(`${count(runs).padStart(11)}  ${colors.dim(name.padEnd(24))}${about}`);
  }
  const never = reached.filter(({ runs }) => runs === 0).map(({ name }) => name);
  if (never.length > 0) lines.push(`${'never'.padStart(11)}  ${never.join(', ')}`);
  lines.push('');
  if (state.failures.length === 0) {
    lines.push(`${colors.green('passed')}       ${report.invariants.length} invariants held in every run`);
  }
  for (const failure of state.failures) lines.push(...failureLines(report, failure, colors));
  if (report.out !== undefined) lines.push(`kept in      ${report.out}`);
  for (const [name, text] of report.scenarioTexts) lines.push('', colors.dim(`--- ${name}`), text.trimEnd());
  lines.push('');
  return lines.join('\n');
}
