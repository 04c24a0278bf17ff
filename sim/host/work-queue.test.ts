import { beforeEach, describe, expect, test } from 'vitest';
import { MILLISECOND, SECOND } from '../../core/time.ts';
import { Kernel } from '../kernel/kernel.ts';
import { WorkQueue } from './work-queue.ts';

let kernel: Kernel;
let queue: WorkQueue;
let woken: number;

beforeEach(() => {
  kernel = new Kernel(0);
  woken = 0;
  queue = new WorkQueue(kernel, () => {
    woken += 1;
  });
});

/** Everything that can be taken now, as `key because of rv`. */
function takeAll(): readonly string[] {
  const taken: string[] = [];
  for (let next = queue.take(); next !== undefined; next = queue.take())
    taken.push(
      `${next.key} ${next.cause.rv}${next.cause.reason === undefined ? '' : ` ${next.cause.reason}`}`,
    );
  return taken;
}

test('keys come out in the order in which they came, each once, with the newest record as its cause', () => {
  queue.add('b', { rv: 1 });
  queue.add('a', { rv: 2 });
  queue.add('b', { rv: 5 });
  queue.add('b', { rv: 3 });
  expect([queue.length, woken]).toEqual([2, 2]);
  expect(takeAll()).toEqual(['b 5', 'a 2']);
});

test('a key that is worked on is not handed out again before that is done', () => {
  queue.add('a', { rv: 1 });
  expect(takeAll()).toEqual(['a 1']);
  queue.add('a', { rv: 2 });
  queue.add('a', { rv: 3 });
  expect(takeAll()).toEqual([]);
  queue.done('a');
  expect(takeAll()).toEqual(['a 3']);
  queue.done('a');
  expect(takeAll()).toEqual([]);
});

describe('later', () => {
  test('a delayed key comes when its time has come, with the cause of its timer', () => {
    queue.addAfter('a', SECOND, { rv: 1, reason: 'not ready for 1s' });
    kernel.runUntil(SECOND - 1);
    expect(takeAll()).toEqual([]);
    kernel.runUntil(SECOND);
    expect(takeAll()).toEqual(['a 1 not ready for 1s']);
  });

  test('of several the earliest counts', () => {
    queue.addAfter('a', 3 * SECOND, { rv: 1 });
    queue.addAfter('a', SECOND, { rv: 2 });
    queue.addAfter('a', 2 * SECOND, { rv: 3 });
    kernel.runUntil(10 * SECOND);
    expect([takeAll(), woken]).toEqual([['a 2'], 1]);
  });

  test('no delay is now', () => {
    queue.addAfter('a', 0, { rv: 1 });
    expect(takeAll()).toEqual(['a 1']);
  });

  test('a change in between gives it its own turn, and the timer another', () => {
    queue.addAfter('a', SECOND, { rv: 1 });
    queue.add('a', { rv: 2 });
    expect(takeAll()).toEqual(['a 2']);
    queue.done('a');
    kernel.runUntil(SECOND);
    expect(takeAll()).toEqual(['a 1']);
  });
});

describe('back-off', () => {
  /** Milliseconds until each failure of a key is tried again. */
  function delays(count: number): readonly number[] {
    return Array.from({ length: count }, () => {
      const failedAt = kernel.now;
      queue.addRateLimited('a', { rv: 1 });
      kernel.runUntil(kernel.nextTime() as number);
      expect(takeAll()).toEqual(['a 1']);
      queue.done('a');
      return (kernel.now - failedAt) / MILLISECOND;
    });
  }

  test('doubles from 5 ms to 1000 s', () => {
    const all = delays(22);
    expect(all.slice(0, 5)).toEqual([5, 10, 20, 40, 80]);
    expect(all[17]).toBe(5 * 2 ** 17);
    expect(all.slice(18)).toEqual([1_000_000, 1_000_000, 1_000_000, 1_000_000]);
  });

  test('begins anew after a success', () => {
    delays(3);
    queue.forget('a');
    expect(delays(1)).toEqual([5]);
  });
});

test('a crash loses everything: what waits, what is ready, what is worked on, and the failures', () => {
  queue.add('ready', { rv: 1 });
  queue.add('taken', { rv: 1 });
  queue.take();
  queue.addAfter('late', SECOND, { rv: 1 });
  queue.clear();
  kernel.runUntil(10 * SECOND);
  expect([takeAll(), queue.length]).toEqual([[], 0]);
  queue.add('ready', { rv: 2 });
  expect(takeAll()).toEqual(['ready 2']);
});

test('thousands of keys pass through in order', () => {
  for (let n = 0; n < 5000; n += 1) {
    queue.add(`k${n}`, { rv: n });
    if (n % 2 === 1) expect(queue.take()?.key).toBe(`k${(n - 1) / 2}`);
  }
  expect(takeAll()).toHaveLength(2500);
});
