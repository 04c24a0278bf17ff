import type { LogRecord } from '../../core/log/record.ts';
import type { Micros } from '../../core/time.ts';
import type { Comparison, MeasureDifference, Parting } from '../../sim/what-if/compare.ts';
import type { MomentDifference } from '../../sim/what-if/moments.ts';
import { stimulusDifference } from '../../sim/what-if/stimulus-difference.ts';
import { recordText } from '../diff/diff-text.ts';
import { alignColumns, DESCRIBE_SPACING, escapeTerminal } from '../print/elastic-tabs.ts';
import { formatVirtualTime } from '../time.ts';
import { printSteps } from '../why/why-text.ts';
import { changeText, valueText, verdictSentence } from './measure-text.ts';

export interface WhatIf {
  /** The log, and what the change is called. */
  readonly file: string;
  readonly change: string;
  readonly start: Micros;
  readonly changedStart: Micros;
  readonly comparison: Comparison;
  readonly outFile: string | undefined;
}

const MOMENTS_MAX = 60;

function table(rows: readonly (readonly string[])[]): string {
  return alignColumns(escapeTerminal(`${rows.map((row) => row.join('\t')).join('\n')}\n`), DESCRIBE_SPACING);
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}

/** The reasons of an event; an action from outside stands for itself. */
function whyText(record: LogRecord | undefined, steps: Parting['whyBefore'], start: Micros): string {
  return record?.type === 'event' && steps.length > 1 ? indented(indented(printSteps(steps, start))) : '';
}

function partingText({ start, changedStart, comparison }: WhatIf): string {
  const { parting } = comparison;
  if (parting === undefined) return 'The histories are the same: the change has no effect in this run.\n';
  const { common, before, after } = parting;
  const differs =
    before?.type === 'stimulus' && after?.type === 'stimulus' ? stimulusDifference(before, after) : [];
  return (
    `The histories agree in ${common} records, then part:\n` +
    escapeTerminal(`  recorded  ${recordText(before, start)}\n`) +
    whyText(before, parting.whyBefore, start) +
    escapeTerminal(`  changed   ${recordText(after, changedStart)}\n`) +
    whyText(after, parting.whyAfter, changedStart) +
    escapeTerminal(differs.map((line) => `            ${line}\n`).join(''))
  );
}

function timeText(t: Micros | undefined): string {
  // Whole milliseconds are what people can read.
  return t === undefined ? '-' : formatVirtualTime(Math.floor(t / 1000) * 1000);
}

/** What the two sides are called above their columns. */
export interface Columns {
  readonly before: string;
  readonly after: string;
}

const COLUMNS: Columns = { before: 'recorded', after: 'changed' };

/** Moments that one side alone has, or that are at another time. */
export function momentsText(moments: readonly MomentDifference[], columns: Columns = COLUMNS): string {
  if (moments.length === 0) return 'No notable moment differs.\n';
  const shown = moments.slice(0, MOMENTS_MAX);
  const rows = shown.map(({ text, before, after }) => [timeText(before), timeText(after), text]);
  const more = moments.length > shown.length ? `… and ${moments.length - shown.length} more\n` : '';
  return `What happened in one and not in the other, or at another time:\n${indented(
    table([[columns.before, columns.after, ''], ...rows]),
  )}${more}`;
}

/** Worth a line: what differs in more than nobody would read. */
function isTold({ verdict, unit, before, after, low }: MeasureDifference): boolean {
  if (verdict === 'same') return false;
  return low !== undefined || valueText(before, unit) !== valueText(after, unit);
}

/** Measures that differ. */
export function measuresText(
  comparison: Pick<Comparison, 'measures' | 'seeds'>,
  columns: Columns = COLUMNS,
): string {
  const told = comparison.measures.filter(isTold);
  if (told.length === 0) return 'No measure differs.\n';
  const several = comparison.seeds > 1;
  const title = several
    ? `Measures, means over ${comparison.seeds} seeds; differences with their 95 % intervals:`
    : 'Measures:';
  const rows = told.map(({ name, unit, before, after, difference, low, high, verdict }) => [
    name,
    valueText(before, unit),
    valueText(after, unit),
    changeText(difference, unit),
    ...(several ? [low === undefined ? '' : `[${changeText(low, unit)}, ${changeText(high, unit)}]`] : []),
    verdict === 'different' ? '' : verdict,
  ]);
  const header = ['', columns.before, columns.after, 'difference', ...(several ? ['interval'] : []), ''];
  return `${title}\n${indented(table([header, ...rows]))}`;
}

function expectationsText({ comparison }: WhatIf): string {
  const word = (ok: boolean | undefined): string => (ok === undefined ? 'absent' : ok ? 'passed' : 'FAILED');
  return comparison.expectations
    .map(({ name, before, after, message }) => {
      const told = after === false ? `: ${message}` : '';
      return escapeTerminal(`expectation  ${name}: ${word(before)} → ${word(after)}${told}\n`);
    })
    .join('');
}

/** Two histories in words and numbers. */
export function printWhatIf(whatIf: WhatIf): string {
  const { change, comparison, outFile } = whatIf;
  const parts = [
    partingText(whatIf),
    momentsText(comparison.moments),
    measuresText(comparison),
    expectationsText(whatIf),
    `${verdictSentence(change, comparison.measures, comparison.seeds)}\n`,
  ];
  const wrote = outFile === undefined ? '' : `\nwrote ${outFile}\n`;
  return `${parts.filter((part) => part !== '').join('\n')}${wrote}`;
}

function recordJson(record: LogRecord | undefined, start: Micros): unknown {
  if (record === undefined) return null;
  return { rv: record.rv, seconds: (record.t - start) / 1_000_000, text: recordText(record, start) };
}

function inSeconds(t: Micros | undefined): number | null {
  return t === undefined ? null : t / 1_000_000;
}

export function momentsJson(moments: readonly MomentDifference[]): unknown {
  return moments.map(({ text, before, after }) => ({
    text,
    beforeSeconds: inSeconds(before),
    afterSeconds: inSeconds(after),
  }));
}

export function measuresJson(measures: readonly MeasureDifference[]): unknown {
  return Object.fromEntries(
    measures.map(({ name, before, after, difference, ...rest }) => [
      name,
      { ...rest, before: before ?? null, after: after ?? null, difference: difference ?? null },
    ]),
  );
}

/** The same as one JSON object. */
export function whatIfJson(whatIf: WhatIf): Readonly<Record<string, unknown>> {
  const { file, change, start, changedStart, comparison, outFile } = whatIf;
  const { parting, moments, measures, expectations, seeds } = comparison;
  return {
    log: file,
    change,
    seeds,
    parting:
      parting === undefined
        ? null
        : {
            common: parting.common,
            recorded: recordJson(parting.before, start),
            changed: recordJson(parting.after, changedStart),
          },
    moments: momentsJson(moments),
    measures: measuresJson(measures),
    expectations,
    verdict: verdictSentence(change, measures, seeds),
    ...(outFile === undefined ? {} : { out: outFile }),
  };
}
