import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Kernel, PRIORITY, type Timer } from './kernel.ts';

interface Planned {
  readonly delay: number;
  readonly priority: number;
  /** What its handling schedules, and how many earlier timers it cancels. */
  readonly follows: readonly { readonly delay: number; readonly priority: number }[];
  readonly cancels: number;
}

const entry = { delay: fc.nat(5), priority: fc.nat(4) };
const planned: fc.Arbitrary<Planned> = fc.record({
  ...entry,
  follows: fc.array(fc.record(entry), { maxLength: 2 }),
  cancels: fc.nat(2),
});

/** The same from a list that is sorted anew for each entry. */
function naive(plan: readonly Planned[]): readonly string[] {
  const order: string[] = [];
  let waiting: { time: number; priority: number; id: number; plan: Planned | undefined }[] = [];
  let ids = 0;
  const add = (time: number, priority: number, its: Planned | undefined): void => {
    waiting.push({ time, priority, id: ids, plan: its });
    ids += 1;
  };
  for (const each of plan) add(each.delay, each.priority, each);
  while (waiting.length > 0) {
    waiting.sort((a, b) => a.time - b.time || a.priority - b.priority || a.id - b.id);
    const [next] = waiting.splice(0, 1);
    if (next === undefined) break;
    order.push(`${next.id}@${next.time}`);
    for (const follow of next.plan?.follows ?? []) add(next.time + follow.delay, follow.priority, undefined);
    const cancelled = new Set(Array.from({ length: next.plan?.cancels ?? 0 }, (_, n) => next.id + 1 + n));
    waiting = waiting.filter(({ id }) => !cancelled.has(id));
  }
  return order;
}

function withKernel(plan: readonly Planned[], run: (kernel: Kernel) => void): readonly string[] {
  const kernel = new Kernel(0);
  const order: string[] = [];
  const timers: Timer[] = [];
  const add = (time: number, priority: number, its: Planned | undefined): void => {
    const id = timers.length;
    const target = {
      handle: (payload: unknown, now: number): void => {
        expect([payload, now]).toEqual([id, kernel.now]);
        order.push(`${id}@${now}`);
        for (const follow of its?.follows ?? []) add(now + follow.delay, follow.priority, undefined);
        for (let n = 0; n < (its?.cancels ?? 0); n += 1) {
          const timer = timers[id + 1 + n];
          if (timer !== undefined) kernel.cancel(timer);
        }
      },
    };
    timers.push(kernel.schedule(time, priority, target, id));
  };
  for (const each of plan) add(each.delay, each.priority, each);
  run(kernel);
  return order;
}

test('entries are handled as a list that is sorted by time, priority and sequence would', () => {
  fc.assert(
    fc.property(fc.array(planned, { maxLength: 20 }), (plan) => {
      expect(withKernel(plan, (kernel) => kernel.runUntil(100))).toEqual(naive(plan));
    }),
    { numRuns: 300 },
  );
});

test('in how many pieces it runs makes no difference', () => {
  fc.assert(
    fc.property(fc.array(planned, { maxLength: 20 }), fc.integer({ min: 1, max: 3 }), (plan, entries) => {
      const pieces = withKernel(plan, (kernel) => {
        while (!kernel.advance(100, entries));
        expect(kernel.now).toBe(100);
      });
      expect(pieces).toEqual(naive(plan));
    }),
  );
});

test('the clock stops at the limit, and nothing is handled past it', () => {
  const kernel = new Kernel(10);
  const handled: number[] = [];
  const target = { handle: (payload: unknown) => void handled.push(payload as number) };
  kernel.schedule(20, PRIORITY.actor, target, 1);
  kernel.schedule(30, PRIORITY.actor, target, 2);
  kernel.runUntil(25);
  expect([kernel.now, handled, kernel.nextTime(), kernel.handled]).toEqual([25, [1], 30, 1]);
  kernel.runUntil(20);
  expect(kernel.now).toBe(25);
});

test('what is cancelled counts as nothing', () => {
  const kernel = new Kernel(0);
  const timer = kernel.schedule(5, PRIORITY.actor, { handle: () => expect.unreachable() }, undefined);
  kernel.cancel(timer);
  expect(kernel.nextTime()).toBeUndefined();
  kernel.runUntil(10);
  expect(kernel.handled).toBe(0);
});

test('the past cannot be scheduled', () => {
  const kernel = new Kernel(10);
  const target = { handle: () => undefined };
  expect(() => kernel.schedule(9, PRIORITY.actor, target, undefined)).toThrow(
    "an entry was scheduled at 9, before the clock's 10",
  );
  expect(() => kernel.schedule(Number.NaN, PRIORITY.actor, target, undefined)).toThrow('scheduled at NaN');
});
