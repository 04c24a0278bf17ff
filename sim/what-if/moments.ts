import { type Micros, SECOND } from '../../core/time.ts';
import type { Tone } from '../story/note.ts';
import type { Moment } from '../story/story.ts';

/** A notable moment that differs between two histories: in one alone, or at another time. Times since the start. */
export interface MomentDifference {
  readonly text: string;
  readonly tone: Tone;
  /** Absent where it is in the changed history alone. */
  readonly before: Micros | undefined;
  readonly after: Micros | undefined;
}

/** Moments of both histories that are closer than this are the same one. */
const SAME_WITHIN: Micros = SECOND;

/** What is told of a moment without what any two histories differ in: generated names, lengths of time, counts. */
function subjectOf({ text }: Moment): string {
  return text
    .replace(/-[a-z0-9]{8,10}-[a-z0-9]{5}\b/g, '-POD')
    .replace(/\d+(?:\.\d+)?s\b/g, 'TIME')
    .replace(/\b\d+(?=\D)/g, 'N');
}

function bySubject(moments: readonly Moment[]): ReadonlyMap<string, readonly Moment[]> {
  const map = new Map<string, Moment[]>();
  for (const moment of moments) {
    const subject = subjectOf(moment);
    const list = map.get(subject);
    if (list === undefined) map.set(subject, [moment]);
    else list.push(moment);
  }
  return map;
}

function timeOf({ before, after }: MomentDifference): Micros {
  return before ?? after ?? 0;
}

/** The notable moments in which two histories differ, in the order of their times. */
export function momentDifferences(
  before: { readonly start: Micros; readonly moments: readonly Moment[] },
  after: { readonly start: Micros; readonly moments: readonly Moment[] },
): readonly MomentDifference[] {
  const lefts = bySubject(before.moments);
  const rights = bySubject(after.moments);
  const found: MomentDifference[] = [];
  for (const subject of new Set([...lefts.keys(), ...rights.keys()])) {
    const left = lefts.get(subject) ?? [];
    const right = rights.get(subject) ?? [];
    for (let place = 0; place < Math.max(left.length, right.length); place += 1) {
      const a = left[place];
      const b = right[place];
      const at = a === undefined ? undefined : a.t - before.start;
      const then = b === undefined ? undefined : b.t - after.start;
      const isSame =
        at !== undefined && then !== undefined && Math.abs(at - then) < SAME_WITHIN && a?.text === b?.text;
      const told = b ?? a;
      if (isSame || told === undefined) continue;
      found.push({ text: told.text, tone: told.tone, before: at, after: then });
    }
  }
  const order = (moment: MomentDifference): string => `${moment.text} ${moment.after ?? ''}`;
  return found.sort((a, b) => timeOf(a) - timeOf(b) || (order(a) < order(b) ? -1 : 1));
}
