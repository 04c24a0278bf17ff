import { DEPLOYMENT, KINDS, NODE, POD } from '../core/kinds/registry.ts';
import type { Deployment, Node, Pod } from '../core/schema/types.generated.ts';
import type { View } from '../core/store/view.ts';
import { type Micros, SECOND } from '../core/time.ts';
import type { Violation } from '../property-tests/invariants/invariant.ts';
import type { Measures } from '../sim/measures/measure.ts';
import { formatDuration } from '../sim/scenario/duration.ts';
import type { ExpectationResult } from '../sim/scenario/expectations.ts';
import type { Scenario } from '../sim/scenario/scenario.ts';
import type { Moment } from '../sim/story/story.ts';
import { whyCommandFor } from './failure-text.ts';
import { measureLines } from './measures/measure-lines.ts';
import type { paint } from './terminal.ts';

/** What `run` found out, for people and for `--json`. */
export interface RunReport {
  readonly version: string;
  readonly scenario: Scenario;
  readonly endedAt: Micros;
  readonly wallSeconds: number;
  readonly events: number;
  readonly records: number;
  readonly sha256: string;
  readonly view: View;
  readonly expectations: readonly ExpectationResult[];
  readonly measures: Measures;
  readonly invariantsChecked: number;
  readonly violations: readonly Violation[];
  readonly moments: readonly Moment[];
  readonly momentsDropped: number;
  readonly settledAt: Micros | undefined;
  readonly askedToSettle: boolean;
  readonly logFile: string | undefined;
  readonly reportFile: string | undefined;
  /** How to run this again. */
  readonly repeat: string;
}

function nodeIsReady(node: Node): boolean {
  return node.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
}

function podCounts(view: View): Readonly<Record<string, number>> {
  const counts: Record<string, number> = { Running: 0, Pending: 0, Failed: 0, Succeeded: 0 };
  for (const pod of view.list(POD)) {
    const phase = (pod as Pod).status.phase ?? 'Unknown';
    counts[phase] = (counts[phase] ?? 0) + 1;
  }
  return counts;
}

function nodeCounts(view: View): { readonly Ready: number; readonly NotReady: number } {
  const nodes = view.list(NODE);
  const ready = nodes.filter(nodeIsReady).length;
  return { Ready: ready, NotReady: nodes.length - ready };
}

function objectCounts(view: View): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const kind of KINDS) {
    const count = view.count(kind);
    if (count > 0) counts[kind.kind] = count;
  }
  return counts;
}

/** The one object that `run --json` prints. */
export function reportJson(report: RunReport): Readonly<Record<string, unknown>> {
  const { scenario, view } = report;
  return {
    version: report.version,
    scenario: scenario.name,
    seed: scenario.seed,
    virtualSeconds: (report.endedAt - scenario.startTime) / SECOND,
    wallSeconds: Number(report.wallSeconds.toFixed(3)),
    events: report.events,
    logSha256: report.sha256,
    objects: objectCounts(view),
    pods: podCounts(view),
    nodes: nodeCounts(view),
    assertions: report.expectations.map(({ name, ok, message }) => ({ name, ok, message })),
    invariants: {
      checked: report.invariantsChecked,
      violations: report.violations.map(({ name, rv, t, message }) => ({
        name,
        rv,
        t: (t - scenario.startTime) / SECOND,
        message,
      })),
    },
    metrics: report.measures,
    ...(report.askedToSettle
      ? {
          settledAfterSeconds:
            report.settledAt === undefined ? null : (report.settledAt - scenario.startTime) / SECOND,
        }
      : {}),
    ...(report.logFile === undefined ? {} : { log: report.logFile }),
    ...(report.reportFile === undefined ? {} : { report: report.reportFile }),
  };
}

const TIME_WIDTH = 11;

/** Whole milliseconds are what people can read. */
function atText(t: Micros, start: Micros): string {
  return formatDuration(Math.floor((t - start) / 1000) * 1000);
}

function toneMark(tone: Moment['tone'], colors: ReturnType<typeof paint>): (text: string) => string {
  switch (tone) {
    case 'good':
      return colors.green;
    case 'bad':
      return colors.red;
    case 'action':
      return colors.cyan;
    case 'neutral':
      return (text) => text;
  }
}

function listed(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  return parts.length === 0 ? 'none' : parts.map(([name, count]) => `${count} ${name}`).join(', ');
}

function deploymentsLine(view: View): string | undefined {
  const all = view.list(DEPLOYMENT);
  if (all.length === 0) return undefined;
  const short = all.filter((deployment: Deployment) => {
    const wanted = deployment.spec?.replicas ?? 1;
    return (deployment.status.availableReplicas ?? 0) < wanted;
  });
  const line = `deployments  ${all.length - short.length} of ${all.length} with all replicas available`;
  if (short.length === 0) return line;
  const shown = short.slice(0, 5).map((deployment) => {
    const wanted = deployment.spec?.replicas ?? 1;
    return `${deployment.metadata.name} ${deployment.status.availableReplicas ?? 0}/${wanted}`;
  });
  const more = short.length > shown.length ? `, and ${short.length - shown.length} more` : '';
  return `${line} (short: ${shown.join(', ')}${more})`;
}

/** Violations that are told; `--json` has them all. */
const VIOLATIONS_SHOWN = 5;

/** What must hold in every run, and did not: when, of what, and how to ask why. */
function violationLines(report: RunReport, colors: ReturnType<typeof paint>): readonly string[] {
  const { scenario, violations, logFile, repeat } = report;
  const lines: string[] = [];
  for (const violation of violations.slice(0, VIOLATIONS_SHOWN)) {
    const { name, t, message } = violation;
    lines.push(
      `${colors.red('VIOLATED')}     ${name} at ${atText(t, scenario.startTime)}`,
      `             ${message}`,
    );
    const why = whyCommandFor(violation, logFile ?? 'log.jsonl');
    if (why === undefined) continue;
    lines.push(`             ${logFile === undefined ? `${repeat} --out log.jsonl; ` : ''}${why}`);
  }
  const more = violations.length - VIOLATIONS_SHOWN;
  if (more > 0) lines.push(`             … and ${more} more (--json tells them all)`);
  return lines;
}

/** The closing summary: what ran, what happened, how it stands, and how to have it again. */
export function reportText(report: RunReport, colors: ReturnType<typeof paint>): string {
  const { scenario, view } = report;
  const start = scenario.startTime;
  const lines: string[] = [''];
  const virtual = atText(report.endedAt, start);
  const speed = (report.endedAt - start) / SECOND / Math.max(report.wallSeconds, 0.001);
  lines.push(
    colors.bold(scenario.name),
    `${virtual} of virtual time in ${report.wallSeconds.toFixed(2)} s ` +
      `(${Math.round(speed).toLocaleString('en')} times as fast), ${report.events.toLocaleString('en')} events`,
    '',
  );
  for (const moment of report.moments) {
    const time = atText(moment.t, start).padStart(TIME_WIDTH);
    lines.push(`${colors.dim(time)}  ${toneMark(moment.tone, colors)(moment.text)}`);
  }
  if (report.momentsDropped > 0) lines.push(`${' '.repeat(TIME_WIDTH)}  … and ${report.momentsDropped} more`);
  lines.push('', `at the end   pods: ${listed(podCounts(view))}; nodes: ${listed(nodeCounts(view))}`);
  const deployments = deploymentsLine(view);
  if (deployments !== undefined) lines.push(deployments);
  lines.push(...measureLines(report.measures));
  if (report.askedToSettle) {
    lines.push(
      report.settledAt === undefined
        ? `settled      not within ${formatDuration(scenario.duration)}`
        : `settled      after ${atText(report.settledAt, start)}`,
    );
  }
  for (const { name, ok, message } of report.expectations) {
    lines.push(
      `${ok ? colors.green('passed') : colors.red('FAILED')}       ${name}${ok ? '' : `\n             ${message}`}`,
    );
  }
  lines.push(...violationLines(report, colors));
  lines.push(
    `seed ${scenario.seed}, sha256 ${report.sha256.slice(0, 16)}${report.logFile === undefined ? '' : `, log ${report.logFile}`}`,
    ...(report.reportFile === undefined ? [] : [`report       ${report.reportFile}`]),
    `again        ${report.repeat}`,
    '',
  );
  return lines.join('\n');
}
