import type { Journal } from '../../core/log/journal.ts';
import type { EventRecord } from '../../core/log/record.ts';
import type { Micros } from '../../core/time.ts';
import { type Kernel, PRIORITY, type Target } from '../kernel/kernel.ts';

/** How many events are kept before those that every reader has seen are dropped. */
const TRIM_AT = 65_536;

/**
 * The API server's watch cache, as far as the simulated world needs it: recent events in order, and readers
 * that each follow with a delay of their own.
 */
export class WatchStream {
  private events: EventRecord[] = [];
  private base = 0;
  private readonly readers: WatchReader[] = [];

  constructor(journal: Journal) {
    journal.subscribe((record) => {
      if (record.type !== 'event') return;
      this.events.push(record);
      for (const reader of this.readers) reader.noticed(record.t);
      if (this.events.length >= TRIM_AT) this.trim();
    });
  }

  /** Position after the newest event. */
  get end(): number {
    return this.base + this.events.length;
  }

  at(position: number): EventRecord | undefined {
    return this.events[position - this.base];
  }

  add(reader: WatchReader): void {
    this.readers.push(reader);
  }

  remove(reader: WatchReader): void {
    const place = this.readers.indexOf(reader);
    if (place >= 0) this.readers.splice(place, 1);
  }

  private trim(): void {
    let needed = this.end;
    for (const reader of this.readers) if (reader.position < needed) needed = reader.position;
    const drop = needed - this.base;
    if (drop < TRIM_AT / 2) return;
    this.events = this.events.slice(drop);
    this.base = needed;
  }
}

/** A cursor into the stream with one timer: not an entry in the kernel's queue for each delivery. */
export class WatchReader implements Target {
  position: number;
  private readonly kernel: Kernel;
  private readonly stream: WatchStream;
  private readonly delay: Micros;
  private readonly deliver: (event: EventRecord) => void;
  private scheduled = false;
  private stopped = false;

  /** `deliver` is called for each event in order. */
  constructor(kernel: Kernel, stream: WatchStream, delay: Micros, deliver: (event: EventRecord) => void) {
    this.kernel = kernel;
    this.stream = stream;
    this.delay = delay;
    this.deliver = deliver;
    this.position = stream.end;
    stream.add(this);
  }

  /** Hot path. */
  noticed(t: Micros): void {
    if (this.scheduled || this.stopped) return;
    this.scheduled = true;
    this.kernel.schedule(t + this.delay, PRIORITY.watch, this, undefined);
  }

  stop(): void {
    this.stopped = true;
    this.stream.remove(this);
  }

  handle(_payload: unknown, now: Micros): void {
    this.scheduled = false;
    if (this.stopped) return;
    let event = this.stream.at(this.position);
    while (event !== undefined && event.t + this.delay <= now) {
      this.position += 1;
      this.deliver(event);
      event = this.stream.at(this.position);
    }
    if (event !== undefined) this.noticed(event.t);
  }
}
