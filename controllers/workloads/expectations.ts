import { MINUTE, type Micros } from '../../core/time.ts';

/**
 * What a controller has done and has not seen yet. A view is a consistent state at one version, so it holds
 * all of one's own writes once it has reached the newest of them. Until then the count of pods is out of date,
 * and to act on it again would create or delete too many (`ControllerExpectations` of
 * pkg/controller/controller_utils.go).
 */
export interface Expectation {
  /** The newest event of one's own. */
  readonly version: number;
  /** When the expectation was set: it lapses after five minutes, should its event never come. */
  readonly since: Micros;
}

/** `ExpectationsTimeout`. */
const EXPECTATION_TIMEOUT = 5 * MINUTE;

/** A version that no view ever reaches. */
const NEVER_SEEN = Number.MAX_SAFE_INTEGER;

export function satisfied(expectation: Expectation | undefined, version: number, now: Micros): boolean {
  if (expectation === undefined || expectation.version <= version) return true;
  return now - expectation.since > EXPECTATION_TIMEOUT;
}

/** With the event of one more write; a write that changed nothing makes none (`rv` 0). */
export function expecting(
  expectation: Expectation | undefined,
  rv: number,
  now: Micros,
): Expectation | undefined {
  if (rv === 0) return expectation;
  if (expectation === undefined) return { version: rv, since: now };
  return expectation.version >= rv ? expectation : { version: rv, since: expectation.since };
}

/**
 * A pod that was to be created in a namespace that is going away: the real controller takes the refusal for a
 * success and waits for a pod that never comes, which keeps it from trying again for five minutes.
 */
export function expectingForever(now: Micros): Expectation {
  return { version: NEVER_SEEN, since: now };
}
