import type { TornTail } from '../core/log/block-reader.ts';
import type { Moment as LogMoment } from '../core/log/decoder.ts';
import type { LogRecord } from '../core/log/record.ts';
import { State } from '../core/store/state.ts';
import type { View } from '../core/store/view.ts';
import type { Micros } from '../core/time.ts';
import { type LogReading, readLog, readStateAt } from '../files/log/read-log.ts';
import { InputError } from './exit.ts';
import { formatVirtualTime, parseMoment } from './time.ts';

/** What a log says about one moment. */
export interface LogView {
  readonly view: View;
  readonly now: Micros;
  readonly start: Micros;
}

/** Say aloud that the end of a log was cut off: nobody should take the rest for the whole. */
export function warnOfTornTail(file: string, tail: TornTail | undefined): void {
  if (tail === undefined) return;
  const { droppedLines, droppedBytes, lastRv } = tail;
  process.stderr.write(
    `warning: ${file} was not closed: ${droppedLines} lines (${droppedBytes} bytes) after its last whole block ` +
      `are left out, and it ends at record ${lastRv}\n`,
  );
}

function headerStart(file: string): Micros {
  // Reading up to the first record is enough to learn where the clock started.
  return readLog(file, { at: { rv: 1 } }).header.start;
}

export function logMoment(text: string, start: Micros): LogMoment {
  const parsed = parseMoment(text, start);
  if (!parsed.ok) throw new InputError(`--at: ${parsed.error}`);
  return parsed.moment.type === 'rv' ? { rv: parsed.moment.rv } : { t: parsed.moment.t };
}

/** Nobody knows what came after a log's end: its last state is not shown for a later one. */
export function requireNotPast(
  moment: LogMoment,
  end: { readonly rv: number; readonly t: Micros; readonly start: Micros },
): void {
  if ('rv' in moment ? moment.rv <= end.rv : moment.t <= end.t) return;
  const place = `${formatVirtualTime(end.t - end.start)}, with record ${end.rv}`;
  throw new InputError(`--at: the log ends at ${place}: expected a moment up to there`);
}

/** The state of a log at a moment, or at its end. */
export function openLog(file: string, at: string | undefined): LogView {
  if (at === undefined) return openWholeLog(file, at);
  return openAt(file, at, (moment) => readStateAt(file, moment));
}

/** The same, read from the start, for what no keyframe holds: every record on the way is handed on. */
export function openWholeLog(
  file: string,
  at: string | undefined,
  onRecord?: (record: LogRecord) => void,
): LogView {
  const callback = onRecord === undefined ? {} : { onRecord };
  if (at !== undefined) return openAt(file, at, (moment) => readLog(file, { at: moment, ...callback }));
  const { header, objects, rv, t, summary } = readLog(file, callback);
  warnOfTornTail(file, summary?.tornTail);
  return { view: State.of(objects, rv), now: t, start: header.start };
}

function openAt(file: string, at: string, read: (moment: LogMoment) => LogReading): LogView {
  const start = headerStart(file);
  const moment = logMoment(at, start);
  const { objects, rv, t, summary } = read(moment);
  warnOfTornTail(file, summary?.tornTail);
  if (summary !== undefined) requireNotPast(moment, { rv, t, start });
  // Between two records time goes on: ages are counted to the moment that was asked for.
  const now = 't' in moment && summary === undefined ? Math.max(t, moment.t) : t;
  return { view: State.of(objects, rv), now, start };
}
