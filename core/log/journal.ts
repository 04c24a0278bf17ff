import type { KubeObject } from '../api/object.ts';
import type { Kind } from '../kinds/kind.ts';
import type { Micros } from '../time.ts';
import type {
  EventRecord,
  LogRecord,
  RecordSink,
  SampleRecord,
  Stimulus,
  StimulusRecord,
  Verb,
} from './record.ts';

/**
 * Where every record of a run gets its number, and the one place that hands records on: to the store's
 * watchers, to the log that is written, to whoever looks. Sinks are called in the order in which they came.
 */
export class Journal {
  private last = 0;
  private readonly sinks: RecordSink[] = [];

  /** The number that the next record will take. */
  get nextNumber(): number {
    return this.last + 1;
  }

  get lastNumber(): number {
    return this.last;
  }

  subscribe(sink: RecordSink): void {
    this.sinks.push(sink);
  }

  unsubscribe(sink: RecordSink): void {
    const place = this.sinks.indexOf(sink);
    if (place >= 0) this.sinks.splice(place, 1);
  }

  stimulus(t: Micros, cause: number, actor: string, action: Stimulus): StimulusRecord {
    const record: StimulusRecord = { type: 'stimulus', rv: this.take(), t, cause, actor, action };
    this.hand(record);
    return record;
  }

  sample(t: Micros, cause: number, series: string, value: number): SampleRecord {
    const record: SampleRecord = { type: 'sample', rv: this.take(), t, cause, series, value };
    this.hand(record);
    return record;
  }

  /** Hot path. `rv` must be what `nextNumber` said: the object carries it already. */
  event(
    rv: number,
    t: Micros,
    cause: number,
    reason: string | undefined,
    actor: string,
    verb: Verb,
    kind: Kind,
    slot: number,
    key: string,
    previous: KubeObject | undefined,
    next: KubeObject | undefined,
  ): EventRecord {
    if (rv !== this.last + 1)
      throw new Error(`event ${rv} was made out of turn: the next number is ${this.last + 1}`);
    if (cause >= rv) throw new Error(`event ${rv} names ${cause} as its cause, which is not before it`);
    this.last = rv;
    const record: EventRecord = {
      type: 'event',
      rv,
      t,
      cause,
      reason,
      actor,
      verb,
      kind,
      slot,
      key,
      previous,
      next,
    };
    this.hand(record);
    return record;
  }

  private take(): number {
    this.last += 1;
    return this.last;
  }

  private hand(record: LogRecord): void {
    for (const sink of this.sinks) sink(record);
  }
}
