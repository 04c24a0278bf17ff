import type { Kind } from '../../core/kinds/kind.ts';
import type { Journal } from '../../core/log/journal.ts';
import type { EventRecord } from '../../core/log/record.ts';
import { MILLISECOND, type Micros } from '../../core/time.ts';
import { type Kernel, PRIORITY, type Target } from '../kernel/kernel.ts';

/**
 * How many events are kept before those that every reader has seen are dropped. Few, since an event holds the
 * version of its object that it replaced: what is let go soon never leaves the young generation.
 */
const TRIM_AT = 4096;

/** Events of one millisecond travel together: a watch is a stream of frames, not of single events. */
const FRAME: Micros = MILLISECOND;

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
      for (const reader of this.readers) reader.noticed(record);
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
  private delay: Micros;
  private readonly deliver: (event: EventRecord) => void;
  private readonly kinds: ReadonlySet<number> | undefined;
  private scheduled = false;
  private stopped = false;

  /** `deliver` is called for each event in order; of these kinds alone where they are given. */
  constructor(
    kernel: Kernel,
    stream: WatchStream,
    delay: Micros,
    deliver: (event: EventRecord) => void,
    kinds?: readonly Kind[],
  ) {
    this.kernel = kernel;
    this.stream = stream;
    this.delay = delay;
    this.deliver = deliver;
    this.kinds = kinds === undefined ? undefined : new Set(kinds.map((kind) => kind.index));
    this.position = stream.end;
    stream.add(this);
  }

  /** Hot path. */
  noticed(event: EventRecord): void {
    if (this.scheduled || this.stopped) return;
    if (!this.follows(event.kind)) {
      // A reader that waits for nothing has seen all before this one, and passes it over.
      this.position += 1;
      return;
    }
    this.scheduled = true;
    const due = Math.ceil((event.t + this.delay) / FRAME) * FRAME;
    this.kernel.schedule(due, PRIORITY.watch, this, undefined);
  }

  /** From now on events take this long; those under way keep their order. */
  setDelay(delay: Micros): void {
    if (delay === this.delay) return;
    this.delay = delay;
    if (this.stopped || this.stream.at(this.position) === undefined) return;
    // What waited for the old time may be due already.
    this.scheduled = true;
    this.kernel.schedule(Math.ceil(this.kernel.now / FRAME) * FRAME, PRIORITY.watch, this, undefined);
  }

  private follows(kind: Kind): boolean {
    return this.kinds === undefined || this.kinds.has(kind.index);
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
      if (this.follows(event.kind)) this.deliver(event);
      event = this.stream.at(this.position);
    }
    // What nobody here follows is passed over, so that the next event to wait for is one that somebody does.
    while (event !== undefined && !this.follows(event.kind)) {
      this.position += 1;
      event = this.stream.at(this.position);
    }
    if (event !== undefined) this.noticed(event);
  }
}
