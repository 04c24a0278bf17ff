import type { CloudScope, Fault, FaultOf } from './fault.ts';

function scopeOf({ group, zone }: FaultOf<'cloud-out-of-capacity'>): CloudScope {
  return { ...(group === undefined ? {} : { group }), ...(zone === undefined ? {} : { zone }) };
}

/** The cloud has no more machines to give: requests for one are refused. What runs is left alone. */
export const cloudOutOfCapacity: Fault<'cloud-out-of-capacity'> = {
  name: 'cloud-out-of-capacity',
  start(world, action) {
    const scope = scopeOf(action);
    const hit = world.cloud.scoped(scope);
    if (hit.length > 0) world.cloud.refuse(JSON.stringify(scope), scope);
    return hit;
  },
  end(world, action) {
    world.cloud.accept(JSON.stringify(scopeOf(action)));
  },
};
