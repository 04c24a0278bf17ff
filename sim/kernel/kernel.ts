import { Heap } from 'heap-js';
import type { Micros } from '../../core/time.ts';

/**
 * The discrete-event kernel: a clock and a queue, and the only thing that moves time. Entries are handled in
 * the order of (time, priority, sequence), so two entries due at one moment have one order in every run.
 */
export interface Timer {
  readonly time: Micros;
  readonly priority: number;
  readonly sequence: number;
  readonly target: Target;
  readonly payload: unknown;
  cancelled: boolean;
}

/** What an entry of the queue is delivered to. */
export interface Target {
  handle(payload: unknown, now: Micros): void;
}

/**
 * At one moment the world changes first, then the API answers, then watchers hear of it, then actors act, and
 * what only looks (assertions, samples) comes last.
 */
export const PRIORITY = { world: 0, api: 1, watch: 2, actor: 3, observer: 4, client: 5 } as const;

function before(a: Timer, b: Timer): number {
  return a.time - b.time || a.priority - b.priority || a.sequence - b.sequence;
}

export class Kernel {
  private readonly queue = new Heap<Timer>(before);
  private sequence = 0;
  private handledCount = 0;
  private clock: Micros;

  constructor(start: Micros) {
    this.clock = start;
  }

  get now(): Micros {
    return this.clock;
  }

  /** Entries handled so far: the deterministic measure of work. */
  get handled(): number {
    return this.handledCount;
  }

  get pending(): number {
    return this.queue.length;
  }

  /** Hot path. `time` may not lie in the past. */
  schedule(time: Micros, priority: number, target: Target, payload: unknown): Timer {
    if (!(time >= this.clock)) {
      throw new Error(`an entry was scheduled at ${time}, before the clock's ${this.clock}`);
    }
    this.sequence += 1;
    const timer: Timer = { time, priority, sequence: this.sequence, target, payload, cancelled: false };
    this.queue.push(timer);
    return timer;
  }

  /** The entry stays in the queue and is passed over when its time comes. */
  cancel(timer: Timer): void {
    timer.cancelled = true;
  }

  /** When the next entry is due, or `undefined` where nothing is left. */
  nextTime(): Micros | undefined {
    let head = this.queue.peek();
    while (head?.cancelled === true) {
      this.queue.pop();
      head = this.queue.peek();
    }
    return head?.time;
  }

  /** Handle the next entry, if it is due by `limit`. Hot path. */
  step(limit: Micros): boolean {
    const queue = this.queue;
    for (;;) {
      const head = queue.peek();
      if (head === undefined || head.time > limit) return false;
      queue.pop();
      if (head.cancelled) continue;
      this.clock = head.time;
      this.handledCount += 1;
      head.target.handle(head.payload, head.time);
      return true;
    }
  }

  /** Handle everything that is due by `limit`, then set the clock to it. */
  runUntil(limit: Micros): void {
    this.advance(limit, Number.POSITIVE_INFINITY);
  }

  /** The same for at most so many entries; `true` when the clock has come to `limit`. */
  advance(limit: Micros, entriesMax: number): boolean {
    for (let entries = 0; this.step(limit); ) {
      entries += 1;
      if (entries >= entriesMax) return false;
    }
    if (limit > this.clock) this.clock = limit;
    return true;
  }
}
