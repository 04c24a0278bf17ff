import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { State } from '../../core/store/state.ts';
import type { Micros } from '../../core/time.ts';
import type { RunModel } from '../history/run-model.ts';
import type { ObjectPlace } from '../lanes/lane.ts';

/** What a person looks at closely: an object, or one record of what was done from outside. */
export type Selection =
  | ({ readonly type: 'object' } & ObjectPlace)
  | { readonly type: 'record'; readonly rv: number };

export interface TimeRange {
  readonly from: Micros;
  readonly to: Micros;
}

export type Tab = 'story' | 'objects' | 'checks';

interface Visit {
  readonly selection: Selection | undefined;
  readonly now: Micros;
}

/** A stretch of time shorter than this says nothing more. */
const RANGE_MIN: Micros = 1000;
const VISITS_MAX = 100;

/** Everything that changes while a person uses the page; the components follow it. */
export class PageState {
  readonly model: RunModel;
  readonly now: Signal<Micros>;
  /** The time under the pointer, which all charts show. */
  readonly hover = signal<Micros | undefined>(undefined);
  readonly range: Signal<TimeRange>;
  readonly selection = signal<Selection | undefined>(undefined);
  readonly tab = signal<Tab>('story');
  readonly isPlaying = signal(false);
  /** Pixels of the time axis; 0 until they are known, and nothing is drawn on it before. */
  readonly plotWidth = signal(0);
  /** Grows when colors have changed: what is drawn on a canvas has to be drawn again. */
  readonly theme = signal(0);
  /** The number of records that the state holds; read it, and `state` is that of `now`. */
  readonly position: ReadonlySignal<number>;
  private readonly visits = signal<readonly Visit[]>([]);

  constructor(model: RunModel, now: Micros) {
    this.model = model;
    this.now = signal(now);
    this.range = signal({ from: model.start, to: Math.max(model.end, model.start + RANGE_MIN) });
    this.position = computed(() => {
      model.machine.moveTo(model.machine.positionAt(this.now.value));
      return model.machine.position;
    });
  }

  /** The state at `now`; whoever calls this is told when it has changed. */
  stateNow(): State {
    // Reading the signal is what subscribes.
    void this.position.value;
    return this.model.machine.state;
  }

  get canGoBack(): boolean {
    return this.visits.value.length > 0;
  }

  goTo(t: Micros): void {
    this.now.value = Math.max(this.model.start, Math.min(Math.round(t), this.model.end));
    const { from, to } = this.range.value;
    const now = this.now.value;
    if (now < from || now > to) this.showRange(now - (to - from) / 2, now + (to - from) / 2);
  }

  /** Look at something, at a time; what was looked at before can be come back to. */
  select(selection: Selection, t?: Micros): void {
    const visits = [...this.visits.value, { selection: this.selection.value, now: this.now.value }];
    this.visits.value = visits.slice(-VISITS_MAX);
    this.selection.value = selection;
    if (t !== undefined) this.goTo(t);
  }

  goBack(): void {
    const last = this.visits.value.at(-1);
    if (last === undefined) return;
    this.visits.value = this.visits.value.slice(0, -1);
    this.selection.value = last.selection;
    this.goTo(last.now);
  }

  close(): void {
    this.selection.value = undefined;
    this.visits.value = [];
  }

  /** The object that a record is about, or the record itself where it came from outside. */
  selectRecord(rv: number, t: Micros): void {
    const record = this.model.source.get(rv);
    if (record?.type === 'event') {
      this.select({ type: 'object', resource: record.kind.resource, key: record.key }, t);
    } else if (record?.type === 'stimulus' && record.action.op !== 'scenario') {
      this.select({ type: 'record', rv }, t);
    } else this.goTo(t);
  }

  showRange(from: Micros, to: Micros): void {
    const { start, end } = this.model;
    const whole = Math.max(end - start, RANGE_MIN);
    const width = Math.max(RANGE_MIN, Math.min(to - from, whole));
    const left = Math.max(start, Math.min(Math.round(from), start + whole - width));
    this.range.value = { from: left, to: left + width };
  }

  showAll(): void {
    this.showRange(this.model.start, this.model.end);
  }

  get isZoomed(): boolean {
    const { from, to } = this.range.value;
    return to - from < this.model.end - this.model.start;
  }

  /** Make the visible time shorter or longer, around a moment. */
  zoom(factor: number, around: Micros): void {
    const { from, to } = this.range.value;
    const share = (around - from) / (to - from);
    const width = (to - from) * factor;
    this.showRange(around - share * width, around + (1 - share) * width);
  }
}
