import { MINUTE, type Micros, SECOND } from '../../core/time.ts';

/** How long a node that failed a pod is left alone, doubling with each failure. */
export interface BackOff {
  readonly wait: Micros;
  readonly since: Micros;
}

/** `failedPodsBackoff` of the DaemonSet controller: `flowcontrol.NewBackOff(1 s, 15 min)`. */
const INITIAL: Micros = SECOND;
const MAX: Micros = 15 * MINUTE;

/** Whoever has not failed for this long starts anew (`hasExpired`). */
const EXPIRES: Micros = 2 * MAX;

/** How long yet (`IsInBackOffSinceUpdate`); 0 where the time is up. */
export function remaining(backOff: BackOff | undefined, now: Micros): Micros {
  if (backOff === undefined || now - backOff.since > EXPIRES) return 0;
  return Math.max(0, backOff.since + backOff.wait - now);
}

/** After one more failure. */
export function raised(backOff: BackOff | undefined, now: Micros): BackOff {
  const isFirst = backOff === undefined || now - backOff.since > EXPIRES;
  return { wait: isFirst ? INITIAL : Math.min(2 * backOff.wait, MAX), since: now };
}
