import { formatDuration } from '../scenario/duration.ts';
import type { ScenarioProblem } from '../scenario/problem.ts';
import type { TimelineEntry } from '../scenario/scenario.ts';
import { actionText } from '../story/actions.ts';
import type { EntrySelector, MoveEntry } from './change.ts';

interface Edited {
  readonly entries: readonly TimelineEntry[];
  readonly problems: readonly ScenarioProblem[];
}

function fits({ at, source, action }: TimelineEntry, which: EntrySelector): boolean {
  return (
    (which.at === undefined || which.at === at) &&
    (which.source === undefined || which.source === source) &&
    (which.action === undefined || which.action === action.op) &&
    (which.fault === undefined || (action.op === 'fault' && action.fault === which.fault))
  );
}

function selectorText({ at, fault, action, source }: EntrySelector): string {
  const parts = [
    at === undefined ? undefined : `at ${formatDuration(at)}`,
    fault === undefined ? undefined : `fault ${fault}`,
    action === undefined ? undefined : `action ${action}`,
    source === undefined ? undefined : `source ${source}`,
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}

const NAMED_MAX = 12;

function entryText({ at, source, action }: TimelineEntry): string {
  return `at ${formatDuration(at)} ${actionText(action)} (${source})`;
}

function noneFits(which: EntrySelector, entries: readonly TimelineEntry[]): string {
  const shown = entries.slice(0, NAMED_MAX).map(entryText).join('; ');
  const more = entries.length > NAMED_MAX ? `; and ${entries.length - NAMED_MAX} more` : '';
  const there = entries.length === 0 ? 'it is empty' : `there is ${shown}${more}`;
  return `nothing in the timeline of the recorded run fits ${selectorText(which)}: ${there}`;
}

/** Leave out what fits one of the selectors; each has to fit something. */
export function dropEntries(entries: readonly TimelineEntry[], drop: readonly EntrySelector[]): Edited {
  const problems = drop.flatMap((which, index): readonly ScenarioProblem[] =>
    entries.some((entry) => fits(entry, which))
      ? []
      : [{ path: ['spec', 'timeline', 'drop', index], message: noneFits(which, entries) }],
  );
  return { entries: entries.filter((entry) => !drop.some((which) => fits(entry, which))), problems };
}

/** Move what fits; the first that fits goes to the new time, and the others keep their distance to it. */
export function moveEntries(
  entries: readonly TimelineEntry[],
  moves: readonly MoveEntry[],
  end: number,
): Edited {
  const problems: ScenarioProblem[] = [];
  let moved = entries;
  for (const [index, { which, to }] of moves.entries()) {
    const path = ['spec', 'timeline', 'move', index];
    const first = moved.find((entry) => fits(entry, which));
    if (first === undefined) {
      problems.push({ path, message: noneFits(which, moved) });
      continue;
    }
    const by = to - first.at;
    if (by === 0) problems.push({ path: [...path, 'to'], message: `it is at ${formatDuration(to)} already` });
    if (to > end) {
      const message = `is after the end of the recorded run, which is at ${formatDuration(end)}`;
      problems.push({ path: [...path, 'to'], message });
    }
    moved = moved.map((entry) => (fits(entry, which) ? { ...entry, at: Math.max(0, entry.at + by) } : entry));
  }
  return { entries: moved, problems };
}
