import { MINUTE, type Micros, SECOND } from '../../core/time.ts';
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
    .replace(/(?<=^|[ /])\d+(?=[ /%]|$)/g, 'N');
}

function bySubject(moments: readonly Moment[], start: Micros): ReadonlyMap<string, readonly Placed[]> {
  const map = new Map<string, Placed[]>();
  for (const moment of moments) {
    const subject = subjectOf(moment);
    const placed = { moment, at: moment.t - start };
    const list = map.get(subject);
    if (list === undefined) map.set(subject, [placed]);
    else list.push(placed);
  }
  return map;
}

function timeOf({ before, after }: MomentDifference): Micros {
  return before ?? after ?? 0;
}

/** Moments further apart than this are two, though they tell of the same thing. */
const PAIR_WITHIN: Micros = 10 * MINUTE;

interface Placed {
  readonly moment: Moment;
  /** Since the start of its run. */
  readonly at: Micros;
}

type Pair = readonly [Placed | undefined, Placed | undefined];

/** Moments of one subject: those closest to each other are the same one, each at most once. */
function pairsOf(left: readonly Placed[], right: readonly Placed[]): readonly Pair[] {
  const candidates = left.flatMap((a, i) => right.map((b, j) => ({ i, j, distance: Math.abs(a.at - b.at) })));
  candidates.sort((a, b) => a.distance - b.distance || a.i - b.i || a.j - b.j);
  const pairs: Pair[] = [];
  const lefts = new Set<number>();
  const rights = new Set<number>();
  for (const { i, j, distance } of candidates) {
    if (distance > PAIR_WITHIN || lefts.has(i) || rights.has(j)) continue;
    lefts.add(i);
    rights.add(j);
    pairs.push([left[i], right[j]]);
  }
  for (const [i, a] of left.entries()) if (!lefts.has(i)) pairs.push([a, undefined]);
  for (const [j, b] of right.entries()) if (!rights.has(j)) pairs.push([undefined, b]);
  return pairs;
}

/** The notable moments in which two histories differ, in the order of their times. */
export function momentDifferences(
  before: { readonly start: Micros; readonly moments: readonly Moment[] },
  after: { readonly start: Micros; readonly moments: readonly Moment[] },
): readonly MomentDifference[] {
  const lefts = bySubject(before.moments, before.start);
  const rights = bySubject(after.moments, after.start);
  const found: MomentDifference[] = [];
  for (const subject of new Set([...lefts.keys(), ...rights.keys()])) {
    for (const [a, b] of pairsOf(lefts.get(subject) ?? [], rights.get(subject) ?? [])) {
      const isSame =
        a !== undefined &&
        b !== undefined &&
        Math.abs(a.at - b.at) < SAME_WITHIN &&
        a.moment.text === b.moment.text;
      const told = (b ?? a)?.moment;
      if (isSame || told === undefined) continue;
      found.push({ text: told.text, tone: told.tone, before: a?.at, after: b?.at });
    }
  }
  const order = (moment: MomentDifference): string => `${moment.text} ${moment.after ?? ''}`;
  return found.sort((a, b) => timeOf(a) - timeOf(b) || (order(a) < order(b) ? -1 : 1));
}
