import type { Fault } from './fault.ts';

/**
 * A whole zone loses its power at once. Its machines boot again at the end of the fault; those that were booting are
 * lost, and no others can be had there in the meantime. The first of whom it hits is the zone.
 */
export const zoneOutage: Fault<'zone-outage'> = {
  name: 'zone-outage',
  start(world, { zone }, cause) {
    if (world.cloud.scoped({ zone }).length === 0) return [];
    const names = world.cloud.cutZone(zone, cause);
    for (const name of names) world.nodes.crash(name, cause);
    return [`zone ${zone}`, ...names];
  },
  end(world, { zone }, [, ...names], cause) {
    world.cloud.restoreZone(zone);
    for (const name of names) world.nodes.recover(name, cause);
  },
};
