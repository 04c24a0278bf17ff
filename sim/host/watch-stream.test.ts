import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Kind } from '../../core/kinds/kind.ts';
import { CONFIG_MAP, NODE, POD } from '../../core/kinds/registry.ts';
import { Journal } from '../../core/log/journal.ts';
import { MILLISECOND } from '../../core/time.ts';
import { Kernel, PRIORITY } from '../kernel/kernel.ts';
import { WatchReader, WatchStream } from './watch-stream.ts';

function world() {
  const kernel = new Kernel(0);
  const journal = new Journal();
  const stream = new WatchStream(journal);
  const happen = (kind: Kind, at = kernel.now): void => {
    const rv = journal.nextNumber;
    journal.event(rv, at, 0, undefined, 'test', 'create', kind, rv, `k${rv}`, undefined, undefined);
  };
  const reader = (delay: number, kinds?: readonly Kind[]) => {
    const heard: { readonly rv: number; readonly at: number }[] = [];
    const it = new WatchReader(
      kernel,
      stream,
      delay,
      ({ rv }) => void heard.push({ rv, at: kernel.now }),
      kinds,
    );
    return { it, heard };
  };
  return { kernel, stream, happen, reader };
}

test('every reader hears every event, once, in order, late by its delay and no more than a frame', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(3000), fc.constantFrom(POD, NODE, CONFIG_MAP)), { maxLength: 40 }),
      fc.array(fc.nat(5000), { minLength: 1, maxLength: 4 }),
      (events, delays) => {
        const { kernel, happen, reader } = world();
        const readers = delays.map((delay) => ({ delay, all: reader(delay), pods: reader(delay, [POD]) }));
        const times: { readonly at: number; readonly kind: Kind }[] = [];
        let at = 0;
        for (const [pause, kind] of events) {
          at += pause;
          times.push({ at, kind });
          kernel.schedule(at, PRIORITY.api, { handle: () => happen(kind) }, undefined);
        }
        kernel.runUntil(at + 1_000_000);
        for (const { delay, all, pods } of readers) {
          expect(all.heard.map(({ rv }) => rv)).toEqual(times.map((_, index) => index + 1));
          expect(pods.heard).toEqual(all.heard.filter(({ rv }) => times[rv - 1]?.kind === POD));
          for (const { rv, at: heardAt } of all.heard) {
            const happenedAt = times[rv - 1]?.at ?? 0;
            expect(heardAt - happenedAt).toBeGreaterThanOrEqual(delay);
            expect(heardAt - happenedAt).toBeLessThan(delay + MILLISECOND);
          }
        }
      },
    ),
    { numRuns: 200 },
  );
});

describe('a reader', () => {
  test('begins with what comes after it', () => {
    const { kernel, happen, reader } = world();
    happen(POD);
    const late = reader(0);
    happen(POD);
    kernel.runUntil(1000);
    expect(late.heard.map(({ rv }) => rv)).toEqual([2]);
  });

  test('that is stopped hears nothing more, not even what was under way', () => {
    const { kernel, happen, reader } = world();
    const { it, heard } = reader(500);
    happen(POD);
    it.stop();
    happen(POD);
    kernel.runUntil(10_000);
    expect(heard).toEqual([]);
  });
});

test('events that every reader has seen are dropped, and a slow one loses none', () => {
  const { kernel, stream, happen, reader } = world();
  const fast = reader(0);
  const slow = reader(1_000_000);
  const count = 150_000;
  for (let n = 0; n < count; n += 1) {
    if (n % 1000 === 0) kernel.runUntil(kernel.now + MILLISECOND);
    happen(POD);
  }
  kernel.runUntil(kernel.now + 2_000_000);
  for (let n = 0; n < 70_000; n += 1) happen(POD);
  expect(stream.at(0)).toBeUndefined();
  kernel.runUntil(kernel.now + 2_000_000);
  expect([fast.heard.length, slow.heard.length]).toEqual([count + 70_000, count + 70_000]);
});
