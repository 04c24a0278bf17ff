import type { Divergence } from '../../files/replay/compare-log.ts';

/** A line of a log is shown no longer than this around the place where it differs. */
const SHOWN = 160;

interface EventLine {
  readonly rv?: number;
  readonly v?: string;
  readonly k?: string;
  readonly o?: string;
  readonly a?: string;
  readonly block?: number;
  readonly s?: { readonly op?: string };
}

function parsed(line: string | undefined): EventLine | undefined {
  if (line === undefined) return undefined;
  try {
    return JSON.parse(line) as EventLine;
  } catch {
    return undefined;
  }
}

/** What a line tells of, in words: the event by number, component, verb and object. */
function subject(line: string | undefined): string {
  const event = parsed(line);
  if (line === undefined) return 'nothing: it ends here';
  if (event === undefined) return 'a line that is no JSON';
  if (event.block !== undefined) return `the seal of block ${event.block}`;
  if (event.s !== undefined) return `record ${event.rv}: ${event.a} does ${event.s.op}`;
  if (event.v !== undefined) return `event ${event.rv}: ${event.a} ${event.v} ${event.k} ${event.o}`;
  return event.rv === undefined ? 'the header' : `record ${event.rv}`;
}

function firstDifference(a: string, b: string): number {
  let place = 0;
  while (place < a.length && place < b.length && a[place] === b[place]) place += 1;
  return place;
}

function around(text: string | undefined, place: number): string {
  if (text === undefined) return '(end of the log)';
  const from = Math.max(0, place - SHOWN / 2);
  const to = Math.min(text.length, from + SHOWN);
  return `${from > 0 ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}`;
}

/** Both sides of the first difference. */
export function divergenceText({ recorded, reExecuted }: Divergence): string {
  const place = firstDifference(recorded ?? '', reExecuted ?? '');
  return (
    `  recorded      ${subject(recorded)}\n                ${around(recorded, place)}\n` +
    `  re-executed   ${subject(reExecuted)}\n                ${around(reExecuted, place)}\n`
  );
}
