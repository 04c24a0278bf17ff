import type { Micros } from '../../core/time.ts';
import { MILLISECOND, SECOND } from '../../core/time.ts';
import type { Cause } from '../actor.ts';
import { type Kernel, PRIORITY, type Target, type Timer } from '../kernel/kernel.ts';
import { RateLimiter } from './rate-limiter.ts';

/** How long a key that fails waits: `base`, doubled with each failure up to `max`. */
export interface BackOff {
  readonly base: Micros;
  readonly max: Micros;
}

/** client-go `workqueue.DefaultTypedControllerRateLimiter`: 5 ms doubling to 1000 s per item. */
const BACKOFF: BackOff = { base: 5 * MILLISECOND, max: 1000 * SECOND };
/** From this many failures on the back-off stands at its maximum: 5 ms × 2^18 is past 1000 s. */
const BACKOFF_STEPS_MAX = 18;
/** The same limiter's bucket: so many retries a second and at once, of all keys of a queue together. */
const RETRY_QPS = 10;
const RETRY_BURST = 100;

interface Waiting {
  readonly timer: Timer;
  readonly cause: Cause;
  readonly readyAt: Micros;
}

/**
 * client-go's work queue: a key stands in it once however often it is added, is never handed to two workers at
 * once, and comes back after a worker is done if it was added meanwhile. The cause of a key is the newest
 * record that put it here since it was last taken.
 */
export class WorkQueue implements Target {
  private readonly kernel: Kernel;
  private readonly onReady: () => void;
  private readonly backOff: BackOff;
  private ready: string[] = [];
  private head = 0;
  private readonly dirty = new Map<string, Cause>();
  /** As many as there are workers at most: few enough to look through. */
  private readonly processing: string[] = [];
  private readonly waiting = new Map<string, Waiting>();
  private readonly failures = new Map<string, number>();
  private retries = new RateLimiter(RETRY_QPS, RETRY_BURST);

  constructor(kernel: Kernel, onReady: () => void, backOff: BackOff = BACKOFF) {
    this.kernel = kernel;
    this.onReady = onReady;
    this.backOff = backOff;
  }

  /** Keys that a worker could take now. */
  get length(): number {
    return this.ready.length - this.head;
  }

  add(key: string, cause: Cause): void {
    const known = this.dirty.get(key);
    if (known !== undefined) {
      if (cause.rv >= known.rv) this.dirty.set(key, cause);
      return;
    }
    this.dirty.set(key, cause);
    if (this.processing.includes(key)) return;
    this.ready.push(key);
    this.onReady();
  }

  /** Of several delayed additions of a key the earliest counts. */
  addAfter(key: string, delay: Micros, cause: Cause): void {
    if (delay <= 0) {
      this.add(key, cause);
      return;
    }
    const readyAt = this.kernel.now + delay;
    const known = this.waiting.get(key);
    if (known !== undefined) {
      if (known.readyAt <= readyAt) return;
      this.kernel.cancel(known.timer);
    }
    const timer = this.kernel.schedule(readyAt, PRIORITY.actor, this, key);
    this.waiting.set(key, { timer, cause, readyAt });
  }

  addRateLimited(key: string, cause: Cause): void {
    const failures = this.failures.get(key) ?? 0;
    this.failures.set(key, failures + 1);
    const { base, max } = this.backOff;
    const backOff = Math.min(max, base * (1 << Math.min(failures, BACKOFF_STEPS_MAX)));
    const turn = this.retries.reserve(this.kernel.now) - this.kernel.now;
    this.addAfter(key, Math.max(backOff, turn), cause);
  }

  /** The key did well: its back-off starts anew. */
  forget(key: string): void {
    this.failures.delete(key);
  }

  /** The next key and its cause; it counts as being processed until `done`. */
  take(): { readonly key: string; readonly cause: Cause } | undefined {
    const key = this.ready[this.head];
    if (key === undefined) return undefined;
    this.head += 1;
    if (this.head > 1024 && this.head * 2 > this.ready.length) {
      this.ready = this.ready.slice(this.head);
      this.head = 0;
    }
    const cause = this.dirty.get(key) as Cause;
    this.dirty.delete(key);
    this.processing.push(key);
    return { key, cause };
  }

  done(key: string): void {
    const place = this.processing.indexOf(key);
    if (place >= 0) this.processing.splice(place, 1);
    if (!this.dirty.has(key)) return;
    this.ready.push(key);
    this.onReady();
  }

  /** A timer of `addAfter` fires. */
  handle(payload: unknown): void {
    const key = payload as string;
    const waiting = this.waiting.get(key);
    if (waiting === undefined) return;
    this.waiting.delete(key);
    this.add(key, waiting.cause);
  }

  /** Everything is lost: the process crashed. */
  clear(): void {
    for (const { timer } of this.waiting.values()) this.kernel.cancel(timer);
    this.waiting.clear();
    this.ready = [];
    this.head = 0;
    this.dirty.clear();
    this.processing.length = 0;
    this.failures.clear();
    this.retries = new RateLimiter(RETRY_QPS, RETRY_BURST);
  }
}
