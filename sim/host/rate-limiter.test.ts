import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Micros, SECOND } from '../../core/time.ts';
import { RateLimiter } from './rate-limiter.ts';

/** A bucket that is filled token by token: as many at the start as fit, one more each interval until it is full. */
class Bucket {
  private tokens: number;
  private filledAt = 0;
  private readonly interval: Micros;
  private readonly burst: number;

  constructor(qps: number, burst: number) {
    this.interval = SECOND / qps;
    this.burst = burst;
    this.tokens = burst;
  }

  reserve(now: Micros): Micros {
    while (this.tokens < this.burst && this.filledAt + this.interval <= now) {
      this.tokens += 1;
      this.filledAt += this.interval;
    }
    if (this.tokens === this.burst) this.filledAt = now;
    this.tokens -= 1;
    // Tokens that are not there yet are lent: the request waits until its own has come.
    return this.tokens >= 0 ? now : this.filledAt - this.tokens * this.interval;
  }
}

test('requests go out when the tokens of a bucket allow it', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(1, 5, 20, 50),
      fc.integer({ min: 1, max: 6 }),
      fc.array(fc.oneof(fc.constant(0), fc.nat(3 * SECOND)), { maxLength: 40 }),
      (qps, burst, pauses) => {
        const limiter = new RateLimiter(qps, burst);
        const bucket = new Bucket(qps, burst);
        let now = 0;
        for (const pause of pauses) {
          now += pause;
          expect(limiter.reserve(now)).toBe(bucket.reserve(now));
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('no more than the burst and the rate in any stretch of time', () => {
  const limiter = new RateLimiter(10, 5);
  const sent = Array.from({ length: 100 }, () => limiter.reserve(0));
  sent.forEach((from, index) => {
    const within = sent.slice(index).filter((at) => at < from + SECOND);
    expect(within.length).toBeLessThanOrEqual(5 + 10);
  });
});

test.each([0, -1])('%d requests a second is no limit', (qps) => {
  const limiter = new RateLimiter(qps, 1);
  expect([limiter.reserve(7), limiter.reserve(7), limiter.reserve(8)]).toEqual([7, 7, 8]);
});
