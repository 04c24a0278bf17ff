import type { Micros } from '../../core/time.ts';

export type LaneTone = 'bad' | 'action' | 'neutral' | 'good' | 'up' | 'down' | 'load';

/** An object that an item of the page leads to. */
export interface ObjectPlace {
  /** `plural.group`. */
  readonly resource: string;
  readonly key: string;
}

/** Something that took time, or happened at one. */
export interface LaneItem {
  readonly from: Micros;
  /** Equal to `from` for what took no time. */
  readonly to: Micros;
  /** The record that it began with. */
  readonly rv: number;
  readonly tone: LaneTone;
  /** A few words: what fits into a bar. */
  readonly label: string;
  /** A sentence. */
  readonly detail: string;
  readonly object?: ObjectPlace;
}

export interface Lane {
  readonly id: string;
  readonly title: string;
  /** In the order in which they began. */
  readonly items: readonly LaneItem[];
}

/** Spans that are open until something ends them, or the run. */
export class Spans<Subject> {
  readonly closed: LaneItem[] = [];
  private readonly open = new Map<Subject, LaneItem>();

  has(subject: Subject): boolean {
    return this.open.has(subject);
  }

  begin(subject: Subject, item: LaneItem): void {
    this.open.set(subject, item);
  }

  change(subject: Subject, change: (item: LaneItem) => LaneItem): void {
    const item = this.open.get(subject);
    if (item !== undefined) this.open.set(subject, change(item));
  }

  end(subject: Subject, t: Micros): void {
    const item = this.open.get(subject);
    if (item === undefined) return;
    this.open.delete(subject);
    this.closed.push({ ...item, to: t });
  }

  /** All of them, those that are still open until `end`. */
  all(end: Micros): readonly LaneItem[] {
    const open = [...this.open.values()].map((item) => ({ ...item, to: end }));
    return [...this.closed, ...open].sort(inOrder);
  }
}

export function inOrder(a: LaneItem, b: LaneItem): number {
  return a.from - b.from || a.rv - b.rv || (a.label < b.label ? -1 : a.label > b.label ? 1 : 0);
}
