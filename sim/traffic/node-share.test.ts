import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { availableCpu, type CpuClaim } from './node-share.ts';

const claim = (wants: number, request: number, limit = Number.POSITIVE_INFINITY): CpuClaim => ({
  wants,
  request,
  limit,
});

describe('the CPU of a machine', () => {
  it('that is not all wanted is there for each, up to its limit', () => {
    expect(availableCpu(4000, [claim(500, 500), claim(1000, 1000, 1500)])).toEqual([3000, 1500]);
  });

  it('that is short goes by requests', () => {
    expect(availableCpu(3000, [claim(4000, 500), claim(4000, 1000)])).toEqual([1000, 2000]);
  });

  it('goes to others where one wants less than its share', () => {
    // 200 is wanted of the first share, 2,800 are left for the second.
    expect(availableCpu(3000, [claim(200, 500), claim(4000, 1000)])).toEqual([1400, 2800]);
  });

  it('that something else takes is not there', () => {
    expect(availableCpu(0, [claim(200, 500)])).toEqual([0]);
    expect(availableCpu(1000, [])).toEqual([]);
  });
});

/** What each gets when the machine goes round handing out a thousandth of a core at a time: the plain way. */
function handedOut(capacity: number, claims: readonly CpuClaim[]): readonly number[] {
  const got = claims.map(() => 0);
  const step = capacity / 20_000;
  for (let left = capacity; left > step / 2; left -= step) {
    let least = -1;
    for (const [i, { wants, request }] of claims.entries()) {
      if (got[i]! >= wants) continue;
      const weight = Math.max(request, 2);
      if (least < 0 || got[i]! / weight < got[least]! / Math.max(claims[least]!.request, 2)) least = i;
    }
    if (least < 0) return got;
    got[least]! += step;
  }
  return got;
}

test('who wants more than its share gets what a machine would hand out bit by bit', () => {
  const wish = fc.record({
    wants: fc.integer({ min: 0, max: 4000 }),
    request: fc.integer({ min: 1, max: 2000 }),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 100, max: 6000 }),
      fc.array(wish, { minLength: 1, maxLength: 6 }),
      (capacity, wishes) => {
        const claims = wishes.map(({ wants, request }) => claim(wants, request));
        const available = availableCpu(capacity, claims);
        const used = claims.map(({ wants }, i) => Math.min(wants, available[i]!));
        for (const [i, amount] of handedOut(capacity, claims).entries()) {
          expect(Math.abs(used[i]! - amount)).toBeLessThan(2 + capacity / 1000);
        }
      },
    ),
    { numRuns: 60 },
  );
});
