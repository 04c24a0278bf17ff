import type { Scenario } from '../../sim/scenario/scenario.ts';
import { PASSES } from './passes.ts';

/** Runs of one shrinking, unless a caller says otherwise: a small scenario is done after some hundreds. */
const ATTEMPTS_MAX = 3000;

export interface ShrinkOptions {
  readonly attemptsMax?: number;
  /** Asked before each attempt; `true` ends the shrinking with the smallest that was found. */
  readonly stop?: () => boolean;
  readonly onAttempt?: (attempts: number) => void;
}

export interface Shrunk {
  readonly scenario: Scenario;
  /** Scenarios that were run. */
  readonly attempts: number;
  /** Whether nothing simpler is left to try. */
  readonly complete: boolean;
}

/**
 * The smallest scenario, as far as simple steps lead, of which `fails` still says yes: a greedy delta debugging over
 * the plain data of a scenario. Deterministic, unless `stop` looks at a clock.
 */
export function shrink(
  scenario: Scenario,
  fails: (candidate: Scenario) => boolean,
  options: ShrinkOptions = {},
): Shrunk {
  const { attemptsMax = ATTEMPTS_MAX, stop, onAttempt } = options;
  let current = scenario;
  let attempts = 0;
  const tried = new Set<string>([JSON.stringify(scenario)]);
  for (;;) {
    const before = current;
    for (const pass of PASSES) {
      let candidates = pass(current)[Symbol.iterator]();
      for (let next = candidates.next(); next.done !== true; next = candidates.next()) {
        const candidate = next.value;
        const text = JSON.stringify(candidate);
        if (tried.has(text)) continue;
        tried.add(text);
        if (attempts >= attemptsMax || stop?.() === true)
          return { scenario: current, attempts, complete: false };
        attempts += 1;
        onAttempt?.(attempts);
        if (!fails(candidate)) continue;
        current = candidate;
        candidates = pass(current)[Symbol.iterator]();
      }
    }
    if (current === before) return { scenario: current, attempts, complete: true };
  }
}
