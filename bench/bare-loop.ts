import { Heap } from 'heap-js';
import { bestRate } from './benchmark.ts';

interface Entry {
  readonly time: number;
  readonly sequence: number;
}

const OPERATIONS = 1_000_000;
const PENDING = 10_000;
const KEYS = 4096;

/**
 * The yardstick: what a discrete-event loop costs before it does anything. Pop the earliest entry, touch a map,
 * push one that is due later.
 */
export function bareLoopRate(repeats = 5): number {
  return bestRate(repeats, OPERATIONS, () => {
    const heap = new Heap<Entry>((a, b) => a.time - b.time || a.sequence - b.sequence);
    const state = new Map<number, number>();
    let sequence = 0;
    for (let i = 0; i < PENDING; i += 1) {
      sequence += 1;
      heap.push({ time: Math.imul(sequence, 0x9e3779b1) >>> 12, sequence });
    }
    for (let i = 0; i < OPERATIONS; i += 1) {
      const entry = heap.pop() as Entry;
      state.set(entry.sequence % KEYS, entry.time);
      sequence += 1;
      heap.push({ time: entry.time + (Math.imul(sequence, 0x9e3779b1) >>> 12), sequence });
    }
  });
}
