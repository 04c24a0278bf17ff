import type { LogRecord } from '../../core/log/record.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import { actionObserver } from './actions.ts';
import { deploymentObserver } from './deployments.ts';
import { jobObserver } from './jobs.ts';
import { nodeObserver } from './nodes.ts';
import type { Note, Observer, Tone } from './note.ts';
import { podObserver } from './pods.ts';
import { scalingObserver } from './scaling.ts';
import { serviceObserver } from './services.ts';
import { setObserver } from './sets.ts';

/** Notes of a group closer together than this are one moment. */
const TOGETHER_WITHIN: Micros = 15 * SECOND;
/** A story is for reading: past this many moments the rest is counted. */
const MOMENTS_MAX = 200;

/** A line of a run's story. */
export interface Moment {
  /** When it began, and its first record: what `why` can be asked about. */
  readonly t: Micros;
  readonly rv: number;
  readonly tone: Tone;
  readonly text: string;
}

interface Gathered {
  readonly first: Note;
  /** What it says while it is about one thing alone. */
  readonly text: string;
  readonly lastAt: Micros;
  readonly count: number;
  readonly subjects: ReadonlySet<string>;
}

function begun(note: Note): Gathered {
  const subjects = new Set(note.subject === undefined ? [] : [note.subject]);
  return { first: note, text: note.text, lastAt: note.t, count: 1, subjects };
}

function joined(known: Gathered, note: Note): Gathered {
  const { first, count, subjects } = known;
  if (note.subject === undefined) return { ...known, lastAt: note.t, count: count + 1 };
  if (!subjects.has(note.subject)) {
    return { ...known, lastAt: note.t, count: count + 1, subjects: new Set([...subjects, note.subject]) };
  }
  return { ...known, lastAt: note.t, text: first.subject === note.subject ? note.text : known.text };
}

/** Gathers the notable moments of a run as its records come. */
export class Story {
  private readonly observers: readonly Observer[] = [
    actionObserver,
    nodeObserver,
    deploymentObserver(),
    jobObserver,
    podObserver,
    scalingObserver,
    serviceObserver(),
    setObserver(),
  ];
  private readonly open = new Map<string, Gathered>();
  private readonly closed: Gathered[] = [];
  private dropped = 0;

  observe(record: LogRecord): void {
    for (const observer of this.observers) observer.observe(record, (note) => this.add(note));
  }

  private add(note: Note): void {
    const known = this.open.get(note.group);
    if (known !== undefined && note.t - known.lastAt <= (note.within ?? TOGETHER_WITHIN)) {
      this.open.set(note.group, joined(known, note));
      return;
    }
    if (known !== undefined) this.close(known);
    this.open.set(note.group, begun(note));
  }

  private close(gathered: Gathered): void {
    if (this.closed.length < MOMENTS_MAX) this.closed.push(gathered);
    else this.dropped += 1;
  }

  /** The moments so far, in the order in which they began. */
  moments(): { readonly moments: readonly Moment[]; readonly dropped: number } {
    const all = [...this.closed, ...this.open.values()].sort(
      (a, b) => a.first.t - b.first.t || a.first.rv - b.first.rv,
    );
    const moments = all.map(({ first, text, count, subjects }) => ({
      t: first.t,
      rv: first.rv,
      tone: first.tone,
      text: count > 1 && first.together !== undefined ? first.together(count, subjects.size) : text,
    }));
    return { moments, dropped: this.dropped };
  }
}
