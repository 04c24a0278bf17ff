import { Tinypool } from 'tinypool';
import type { BatchResult, ShrinkResult, Work } from './protocol.ts';
import work from './worker.ts';

/** Where pieces of a campaign are worked on. */
export interface Pool {
  /** How many pieces it works on at once. */
  readonly size: number;
  run(piece: Work): Promise<BatchResult | ShrinkResult | undefined>;
  close(): Promise<void>;
}

/** A young generation that holds a whole run: little of a run outlives it. */
const YOUNG_GENERATION_MB = 64;

/** Threads, each with the whole program. */
export function threadPool(size: number): Pool {
  const pool = new Tinypool({
    filename: new URL('./worker.js', import.meta.url).href,
    runtime: 'worker_threads',
    minThreads: size,
    maxThreads: size,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  });
  return {
    size,
    run: (piece) => pool.run(piece) as Promise<BatchResult | ShrinkResult | undefined>,
    close: () => pool.destroy(),
  };
}

/** The thread of the caller, for whom a pool would take longer to start than the work takes. */
export function ownThread(): Pool {
  return { size: 1, run: async (piece) => work(piece), close: async () => undefined };
}
