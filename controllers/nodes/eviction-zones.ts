import type { Node } from '../../core/schema/types.generated.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import { readyStatus, zoneKey } from './node-state.ts';

/**
 * How fast nodes of a zone may be given NoExecute taints, by how much of the zone is lost (kubernetes
 * `pkg/controller/nodelifecycle`: `handleDisruption`, `ComputeZoneState`, `RateLimitedTimedQueue`).
 */
export type ZoneState = 'Initial' | 'Normal' | 'PartialDisruption' | 'FullDisruption';

/** `--node-eviction-rate` 0.1 and `--secondary-node-eviction-rate` 0.01, as the time between two nodes. */
const EVICTION_INTERVAL: Micros = 10 * SECOND;
const SECONDARY_INTERVAL: Micros = 100 * SECOND;
const NEVER = Number.POSITIVE_INFINITY;

/** `--unhealthy-zone-threshold` 0.55, in percent: no fraction decides anything. */
const UNHEALTHY_ZONE_PERCENT = 55;
/** `--large-cluster-size-threshold`: in smaller zones a partial disruption stops evictions. */
const LARGE_ZONE_NODES = 50;

/** `labelNodeDisruptionExclusion`. */
const EXCLUDED_LABEL = 'node.kubernetes.io/exclude-disruption';

/** A token bucket with room for one token (`EvictionRateLimiterBurst`). */
interface Limiter {
  readonly interval: Micros;
  readonly nextAt: Micros;
}

export interface Zone {
  readonly state: ZoneState;
  readonly limiter: Limiter;
}

export interface Disruption {
  readonly zones: ReadonlyMap<string, Zone>;
  /** Every zone was just lost: whatever NoExecute taints there are come off, and none is added. */
  readonly allLost: boolean;
}

interface Health {
  ready: number;
  notReady: number;
}

function stateOf({ ready, notReady }: Health): ZoneState {
  if (ready === 0 && notReady > 0) return 'FullDisruption';
  if (notReady > 2 && notReady * 100 >= UNHEALTHY_ZONE_PERCENT * (ready + notReady))
    return 'PartialDisruption';
  return 'Normal';
}

function intervalFor(state: ZoneState, nodes: number): Micros {
  if (state !== 'PartialDisruption') return EVICTION_INTERVAL;
  return nodes > LARGE_ZONE_NODES ? SECONDARY_INTERVAL : NEVER;
}

function swapped(limiter: Limiter, interval: Micros, now: Micros): Limiter {
  if (limiter.interval === interval) return limiter;
  if (interval === NEVER) return { interval, nextAt: NEVER };
  // Who was waiting for a token goes on waiting.
  return { interval, nextAt: limiter.nextAt <= now ? now : now + interval };
}

/** The zones after a look at all nodes. */
export function assessZones(
  before: ReadonlyMap<string, Zone>,
  nodes: readonly Node[],
  now: Micros,
): Disruption {
  const health = new Map<string, Health>();
  const zones = new Map<string, Zone>();
  for (const node of nodes) {
    const key = zoneKey(node);
    if (!zones.has(key)) {
      const fresh: Zone = { state: 'Initial', limiter: { interval: EVICTION_INTERVAL, nextAt: now } };
      zones.set(key, before.get(key) ?? fresh);
    }
    if (node.metadata.labels?.[EXCLUDED_LABEL] !== undefined) continue;
    const counts = health.get(key) ?? { ready: 0, notReady: 0 };
    if (readyStatus(node) === 'True') counts.ready += 1;
    else counts.notReady += 1;
    health.set(key, counts);
  }
  const counted = [...health.keys()];
  const allLost = counted.every((key) => stateOf(health.get(key) as Health) === 'FullDisruption');
  const allWereLost = counted.every((key) => zones.get(key)?.state === 'FullDisruption');
  if (allLost && allWereLost) return { zones, allLost: false };
  for (const key of counted) {
    const counts = health.get(key) as Health;
    const zone = zones.get(key) as Zone;
    const state = stateOf(counts);
    if (!allLost && !allWereLost && zone.state === state) continue;
    const interval = allLost ? NEVER : intervalFor(state, counts.ready + counts.notReady);
    zones.set(key, { state, limiter: swapped(zone.limiter, interval, now) });
  }
  return { zones, allLost };
}

/** Whether a node of the zone may be tainted now. */
export function mayEvict({ limiter }: Zone, now: Micros): boolean {
  return limiter.nextAt <= now;
}

export function afterEviction(zone: Zone, now: Micros): Zone {
  const { interval } = zone.limiter;
  return { ...zone, limiter: { interval, nextAt: now + interval } };
}

/** When the next node of the zone may be tainted; `undefined` while evictions are stopped. */
export function nextEviction({ limiter }: Zone): Micros | undefined {
  return limiter.nextAt === NEVER ? undefined : limiter.nextAt;
}
