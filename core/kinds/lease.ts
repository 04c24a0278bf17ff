import type { Lease, LeaseSpec } from '../schema/types.generated.ts';
import { type Micros, parseRfc3339, rfc3339Micro, SECOND } from '../time.ts';

/**
 * A lease that is renewed on schedule makes no events: the stored object says how often, and the last renewal is
 * computed when it is read. When renewals stop, the object is written once more, without the field and with the
 * time of the true last renewal.
 */
export interface RenewedLeaseSpec extends LeaseSpec {
  /** Renewed every so many seconds since `renewTime`, until this object says otherwise. Never shown to clients. */
  readonly renewEverySeconds?: number;
}

interface RenewalSchedule {
  readonly from: Micros;
  /** 0: not renewed any more. */
  readonly every: Micros;
}

const NEVER: RenewalSchedule = { from: 0, every: 0 };
const schedules = new WeakMap<Lease, RenewalSchedule>();

function scheduleOf(lease: Lease): RenewalSchedule {
  const known = schedules.get(lease);
  if (known !== undefined) return known;
  const spec: RenewedLeaseSpec | undefined = lease.spec;
  const from = spec?.renewTime === undefined ? undefined : parseRfc3339(spec.renewTime);
  const schedule = from === undefined ? NEVER : { from, every: (spec?.renewEverySeconds ?? 0) * SECOND };
  schedules.set(lease, schedule);
  return schedule;
}

/** When the lease was last renewed, as of `now`; 0 where it never was. */
export function lastRenewal(lease: Lease, now: Micros): Micros {
  const { from, every } = scheduleOf(lease);
  if (every === 0 || now <= from) return from;
  return from + Math.floor((now - from) / every) * every;
}

/** The lease as a client of the API sees it: `renewTime` computed, the internal field gone. */
export function materialiseLease(lease: Lease, now: Micros): Lease {
  const { renewEverySeconds, ...spec }: RenewedLeaseSpec = lease.spec;
  if (renewEverySeconds === undefined) return lease;
  return { ...lease, spec: { ...spec, renewTime: rfc3339Micro(lastRenewal(lease, now)) } };
}
