import { Kernel, PRIORITY, type Target } from '../sim/kernel/kernel.ts';
import { type Benchmark, bestRate } from './benchmark.ts';

const OPERATIONS = 1_000_000;
const PENDING = 10_000;
const KEYS = 4096;

/** The kernel with a target that does what the bare loop does. */
export const kernelBenchmark: Benchmark = {
  name: 'kernel',
  about: 'events a second through the kernel',
  run: ({ bareLoop }) => {
    const value = bestRate(5, OPERATIONS, () => {
      const kernel = new Kernel(0);
      const state = new Map<number, number>();
      let sequence = 0;
      const target: Target = {
        handle: (payload, now) => {
          state.set((payload as number) % KEYS, now);
          sequence += 1;
          kernel.schedule(now + (Math.imul(sequence, 0x9e3779b1) >>> 12), PRIORITY.actor, target, sequence);
        },
      };
      for (let i = 0; i < PENDING; i += 1) {
        sequence += 1;
        kernel.schedule(Math.imul(sequence, 0x9e3779b1) >>> 12, PRIORITY.actor, target, sequence);
      }
      while (kernel.handled < OPERATIONS) kernel.step(Number.POSITIVE_INFINITY);
    });
    return { name: 'kernel', value, unit: 'events/s', ratioToBareLoop: value / bareLoop() };
  },
};
