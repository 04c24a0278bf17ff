import type { Micros } from '../../core/time.ts';
import { BACK_OFF_FIRST, BACK_OFF_MAX } from './settings.ts';

/**
 * The back-off of one container or of one image of a pod (client-go `flowcontrol.Backoff`): 10 s, 20 s, … 300 s.
 * What ran well for twice the longest back-off starts over.
 */
export interface BackOff {
  readonly period: Micros;
  /** When the period was last raised: a start of a container, a failed pull. */
  readonly since: Micros;
}

/** Stable is what didn't fail for this long (`hasExpired`): ten minutes. */
const STABLE_AFTER = 2 * BACK_OFF_MAX;

function expired(backOff: BackOff, failedAt: Micros): boolean {
  return failedAt - backOff.since > STABLE_AFTER;
}

/** When the next attempt may be made after a failure at `failedAt`. */
export function backOffEnd(backOff: BackOff | undefined, failedAt: Micros): Micros {
  return backOff === undefined || expired(backOff, failedAt) ? failedAt : failedAt + backOff.period;
}

/** The back-off after one more attempt, made at `now` because of a failure at `failedAt`. */
export function nextBackOff(backOff: BackOff | undefined, failedAt: Micros, now: Micros): BackOff {
  const again = backOff !== undefined && !expired(backOff, failedAt);
  return { period: again ? Math.min(backOff.period * 2, BACK_OFF_MAX) : BACK_OFF_FIRST, since: now };
}
