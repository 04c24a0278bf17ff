import type { LogRecord } from '../../core/log/record.ts';
import type { Micros } from '../../core/time.ts';
import { readRecords } from '../../files/log/read-log.ts';
import { type Divergence, firstDivergence } from '../../sim/diff/histories.ts';
import { diffStates } from '../../sim/diff/states.ts';
import { type Comparison, compareRuns } from '../../sim/what-if/compare.ts';
import { observationOf } from '../../sim/what-if/observed-run.ts';
import { printDivergence, printStateDifference } from '../diff/diff-text.ts';
import { EXIT, InputError } from '../exit.ts';
import { openLog, warnOfTornTail } from '../log-view.ts';
import { measuresJson, measuresText, momentsJson, momentsText } from '../what-if/what-if-text.ts';

export interface DiffCommandOptions {
  readonly json?: boolean;
}

interface Side {
  readonly file: string;
  readonly at: string | undefined;
}

/** `LOG` or `LOG@TIME`. A file may have an `@` in its name: the time is what follows the last one. */
function parseSide(text: string): Side {
  const place = text.lastIndexOf('@');
  if (place < 0) return { file: text, at: undefined };
  const at = text.slice(place + 1);
  if (place === 0 || at === '') throw new InputError(`expected LOG or LOG@TIME, got ${JSON.stringify(text)}`);
  return { file: text.slice(0, place), at };
}

function recordsOf(file: string): { readonly records: readonly LogRecord[]; readonly start: number } {
  const { header, records, tornTail } = readRecords(file);
  warnOfTornTail(file, tornTail);
  return { records, start: header.start };
}

/** Notable moments and measures of both histories, each up to the moment that was asked for. */
function comparisonOf(
  left: readonly LogRecord[],
  right: readonly LogRecord[],
  ends: readonly [Micros, Micros],
): Comparison | undefined {
  const until = (records: readonly LogRecord[], end: Micros) => records.filter(({ t }) => t <= end);
  const before = observationOf(until(left, ends[0]), ends[0]);
  const after = observationOf(until(right, ends[1]), ends[1]);
  return before === undefined || after === undefined ? undefined : compareRuns(before, after, 0);
}

function divergenceJson(divergence: Divergence | undefined): unknown {
  if (divergence === undefined) return null;
  const { common, left, right } = divergence;
  return { common, left: left?.rv ?? null, right: right?.rv ?? null };
}

/** `wavetank diff A B`: where two histories part, and how the states differ. */
export function diffCommand(a: string, b: string, options: DiffCommandOptions): number {
  const left = parseSide(a);
  const right = parseSide(b);
  const leftLog = openLog(left.file, left.at);
  const rightLog = openLog(right.file, right.at);
  const difference = diffStates(leftLog.view, rightLog.view);
  const sides = { left: a, right: b };
  // Two moments of one log share their history: where it parts is no question.
  const histories = left.file === right.file ? undefined : [recordsOf(left.file), recordsOf(right.file)];
  const divergence =
    histories === undefined
      ? undefined
      : firstDivergence(histories[0]?.records ?? [], histories[1]?.records ?? [], { skipScenario: true });
  const comparison =
    histories === undefined
      ? undefined
      : comparisonOf(histories[0]?.records ?? [], histories[1]?.records ?? [], [leftLog.now, rightLog.now]);
  if (options.json === true) {
    const changed = difference.changed.map(({ kind, ...rest }) => ({ kind: kind.kind, ...rest }));
    const named = (list: typeof difference.onlyLeft) =>
      list.map(({ kind, key }) => ({ kind: kind.kind, key }));
    const result = {
      ...(histories === undefined ? {} : { histories: divergenceJson(divergence) }),
      ...(comparison === undefined
        ? {}
        : { moments: momentsJson(comparison.moments), measures: measuresJson(comparison.measures) }),
      onlyLeft: named(difference.onlyLeft),
      onlyRight: named(difference.onlyRight),
      changed,
      same: difference.same,
    };
    process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
    return EXIT.fine;
  }
  if (histories !== undefined) {
    const starts = { left: leftLog.start, right: rightLog.start };
    process.stdout.write(`${printDivergence(divergence, sides, starts)}\n`);
  }
  if (comparison !== undefined && divergence !== undefined) {
    const columns = { before: a, after: b };
    process.stdout.write(
      `${momentsText(comparison.moments, columns)}\n${measuresText(comparison, columns)}\n`,
    );
  }
  process.stdout.write(printStateDifference(difference, sides));
  return EXIT.fine;
}
