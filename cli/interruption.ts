import { setImmediate } from 'node:timers/promises';
import type { RunOutcome, ScenarioRun } from '../sim/run.ts';

/** Signals that end a command, and its exit code then: 128 and the signal's number, as shells have it. */
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
type Signal = keyof typeof SIGNALS;

/** Kernel entries between two looks at the signals: a tenth of a second on a slow machine. */
const ENTRIES_BETWEEN_LOOKS = 10_000;

/** The person pressed Ctrl-C, or the system asks to end. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  readonly exitCode: number;
  readonly signal: Signal;

  constructor(signal: Signal) {
    super(`ended by ${signal}: nothing was written`);
    this.signal = signal;
    this.exitCode = SIGNALS[signal];
  }
}

/**
 * Do `work`, which calls `look` now and then, and ends with an `Interruption` there when a signal has come: it
 * can put away what it has begun. Node runs no signal's listener while a program computes, so `look` waits for
 * one turn of its event loop.
 */
export async function interruptible<T>(work: (look: () => Promise<void>) => Promise<T>): Promise<T> {
  let received: Signal | undefined;
  const listener = (signal: NodeJS.Signals): void => {
    received ??= signal as Signal;
  };
  const signals = Object.keys(SIGNALS) as Signal[];
  for (const signal of signals) process.on(signal, listener);
  try {
    return await work(async () => {
      await setImmediate();
      if (received !== undefined) throw new Interruption(received);
    });
  } finally {
    for (const signal of signals) process.off(signal, listener);
  }
}

/** A run to its end, with looks at the signals. */
export async function runToEnd(run: ScenarioRun, look: () => Promise<void>): Promise<RunOutcome> {
  while (run.proceed(ENTRIES_BETWEEN_LOOKS)) await look();
  return run.finish();
}
