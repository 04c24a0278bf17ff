import { HOUR, type Micros } from '../../core/time.ts';

/** A group that did not get its machines, and is left alone for a while. */
export interface GroupBackoff {
  readonly duration: Micros;
  readonly until: Micros;
  readonly failedAt: Micros;
}

/** `node-group-backoff-reset-timeout`: after so long without a failure it begins anew. */
const RESET_AFTER = 3 * HOUR;

/** Twice as long as the last time, unless that was long ago or is not over (`exponentialBackoff.Backoff`). */
export function nextBackoff(
  known: GroupBackoff | undefined,
  initial: Micros,
  most: Micros,
  now: Micros,
): GroupBackoff {
  if (known === undefined || now >= known.failedAt + RESET_AFTER) {
    return { duration: initial, until: now + initial, failedAt: now };
  }
  // A second failure of the same attempt does not count twice.
  const duration = known.until > now ? known.duration : Math.min(known.duration * 2, most);
  return { duration, until: now + duration, failedAt: now };
}
