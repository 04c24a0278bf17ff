import type { Fault, FaultOf } from './fault.ts';

/** Two that overlap end each by itself. */
function idOf({ group, boot }: FaultOf<'slow-boot'>): string {
  return JSON.stringify([group ?? '', boot]);
}

/** Machines that are asked for while it lasts take longer to boot. */
export const slowBoot: Fault<'slow-boot'> = {
  name: 'slow-boot',
  start(world, action) {
    const { group, boot } = action;
    const hit = world.cloud.scoped(group === undefined ? {} : { group });
    if (hit.length > 0) world.cloud.slowBoots(idOf(action), group, boot);
    return hit;
  },
  end(world, action) {
    world.cloud.usualBoots(idOf(action));
  },
};
