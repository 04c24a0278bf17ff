import { expect, it } from 'vitest';
import { SECOND } from '../../core/time.ts';
import { type BackOff, backOffEnd, nextBackOff } from './back-off.ts';

it('doubles from 10 s to 300 s, attempt after attempt', () => {
  let backOff: BackOff | undefined;
  let now = 0;
  const periods: number[] = [];
  for (let i = 0; i < 8; i += 1) {
    now = backOffEnd(backOff, now);
    backOff = nextBackOff(backOff, now, now);
    periods.push(backOff.period / SECOND);
  }
  expect(periods).toEqual([10, 20, 40, 80, 160, 300, 300, 300]);
});

it('starts over for what ran longer than ten minutes since its last start', () => {
  const backOff: BackOff = { period: 160 * SECOND, since: 0 };
  expect(backOffEnd(backOff, 600 * SECOND)).toBe(760 * SECOND);
  expect(backOffEnd(backOff, 601 * SECOND)).toBe(601 * SECOND);
  expect(nextBackOff(backOff, 601 * SECOND, 601 * SECOND).period).toBe(10 * SECOND);
});
