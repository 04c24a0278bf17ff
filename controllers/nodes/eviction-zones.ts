import type { Node } from '../../core/schema/types.generated.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import type { NodeLifecycleSettings } from '../settings.ts';
import { readyStatus, zoneKey } from './node-state.ts';

/**
 * How fast nodes of a zone may be given NoExecute taints, by how much of the zone is lost (kubernetes
 * `pkg/controller/nodelifecycle`: `handleDisruption`, `ComputeZoneState`, `RateLimitedTimedQueue`).
 */
export type ZoneState = 'Initial' | 'Normal' | 'PartialDisruption' | 'FullDisruption';

const NEVER = Number.POSITIVE_INFINITY;

/** Shares are compared in millionths: no fraction decides anything. */
const MILLION = 1_000_000;

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

function stateOf(threshold: number, { ready, notReady }: Health): ZoneState {
  if (ready === 0 && notReady > 0) return 'FullDisruption';
  const unhealthy = Math.round(threshold * MILLION) * (ready + notReady);
  if (notReady > 2 && notReady * MILLION >= unhealthy) return 'PartialDisruption';
  return 'Normal';
}

/** A rate, as the time between two nodes. */
function intervalOf(nodesPerSecond: number): Micros {
  return nodesPerSecond > 0 ? Math.round(SECOND / nodesPerSecond) : NEVER;
}

function intervalFor(settings: NodeLifecycleSettings, state: ZoneState, nodes: number): Micros {
  if (state !== 'PartialDisruption') return intervalOf(settings.evictionRate);
  return nodes > settings.largeZoneThreshold ? intervalOf(settings.secondaryEvictionRate) : NEVER;
}

function swapped(limiter: Limiter, interval: Micros, now: Micros): Limiter {
  if (limiter.interval === interval) return limiter;
  if (interval === NEVER) return { interval, nextAt: NEVER };
  // Who was waiting for a token goes on waiting.
  return { interval, nextAt: limiter.nextAt <= now ? now : now + interval };
}

/** The zones after a look at all nodes. */
export function assessZones(
  settings: NodeLifecycleSettings,
  before: ReadonlyMap<string, Zone>,
  nodes: readonly Node[],
  now: Micros,
): Disruption {
  const { unhealthyZoneThreshold } = settings;
  const health = new Map<string, Health>();
  const zones = new Map<string, Zone>();
  for (const node of nodes) {
    const key = zoneKey(node);
    if (!zones.has(key)) {
      const fresh: Zone = {
        state: 'Initial',
        limiter: { interval: intervalOf(settings.evictionRate), nextAt: now },
      };
      zones.set(key, before.get(key) ?? fresh);
    }
    if (node.metadata.labels?.[EXCLUDED_LABEL] !== undefined) continue;
    const counts = health.get(key) ?? { ready: 0, notReady: 0 };
    if (readyStatus(node) === 'True') counts.ready += 1;
    else counts.notReady += 1;
    health.set(key, counts);
  }
  const counted = [...health.keys()];
  const allLost = counted.every(
    (key) => stateOf(unhealthyZoneThreshold, health.get(key) as Health) === 'FullDisruption',
  );
  const allWereLost = counted.every((key) => zones.get(key)?.state === 'FullDisruption');
  if (allLost && allWereLost) return { zones, allLost: false };
  for (const key of counted) {
    const counts = health.get(key) as Health;
    const zone = zones.get(key) as Zone;
    const state = stateOf(unhealthyZoneThreshold, counts);
    if (!allLost && !allWereLost && zone.state === state) continue;
    const interval = allLost ? NEVER : intervalFor(settings, state, counts.ready + counts.notReady);
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
