import type { EventRecord, LogRecord, Verb } from '../../core/log/record.ts';
import { State } from '../../core/store/state.ts';
import type { Micros } from '../../core/time.ts';

const REVERSED: Readonly<Record<Verb, Verb>> = { create: 'delete', update: 'update', delete: 'create' };

/** The event that undoes another. A slot is one object's for good, so it comes back where it was. */
function reversed(event: EventRecord, version: number): EventRecord {
  const { verb, previous, next } = event;
  return { ...event, rv: version, verb: REVERSED[verb], previous: next, next: previous };
}

/**
 * The state at any place of a history. It moves from where it is: forwards by the events, backwards by undoing them,
 * so that dragging the time costs what lies between two looks, and no copy of the state is kept.
 */
export class TimeMachine {
  readonly state = new State();
  private readonly records: readonly LogRecord[];
  private applied = 0;

  constructor(records: readonly LogRecord[]) {
    this.records = records;
  }

  /** How many records the state holds. */
  get position(): number {
    return this.applied;
  }

  /** How many records there are up to a time, and with it. */
  positionAt(t: Micros): number {
    let low = 0;
    let high = this.records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.records[middle] as LogRecord).t <= t) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  moveTo(position: number): void {
    const target = Math.max(0, Math.min(position, this.records.length));
    while (this.applied < target) {
      const record = this.records[this.applied++] as LogRecord;
      if (record.type === 'event') this.state.apply(record);
    }
    while (this.applied > target) {
      const record = this.records[--this.applied] as LogRecord;
      if (record.type !== 'event') continue;
      const before = this.records[this.applied - 1];
      this.state.apply(reversed(record, before === undefined ? 0 : before.rv));
    }
  }
}
