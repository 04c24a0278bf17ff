import { type Micros, SECOND } from '../../core/time.ts';

/** client-go `flowcontrol.NewTokenBucketRateLimiter`, in integers: when the next request may go out. */
export class RateLimiter {
  private readonly interval: Micros;
  private readonly burst: number;
  /** The moment at which the bucket would be full again, as a theoretical arrival time (GCRA). */
  private fullAt: Micros = 0;

  /** `qps` requests a second with bursts of `burst`; a `qps` of 0 or less means no limit. */
  constructor(qps: number, burst: number) {
    this.interval = qps > 0 ? Math.round(SECOND / qps) : 0;
    this.burst = Math.max(1, burst);
  }

  /** Take a token; returns when the request may be sent. Hot path. */
  reserve(now: Micros): Micros {
    if (this.interval === 0) return now;
    const earliest = this.fullAt - (this.burst - 1) * this.interval;
    const at = earliest > now ? earliest : now;
    this.fullAt = Math.max(this.fullAt, at) + this.interval;
    return at;
  }
}
