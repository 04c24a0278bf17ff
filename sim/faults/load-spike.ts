import type { Fault } from './fault.ts';

/** Many times the requests come from outside: to one Service, or to all. */
export const loadSpike: Fault<'load-spike'> = {
  name: 'load-spike',
  start(world, { to, x }, cause) {
    return world.load.multiply(to, x, cause);
  },
  end(world, { x }, hit, cause) {
    world.load.divide(hit, x, cause);
  },
};
