import type { Fault } from './fault.ts';

/**
 * The watch of one process is slow (a loaded API server, a watch cache that lags): its informers hear of every change
 * late, all in order. What it decides meanwhile, it decides by an old state. Of two such faults the later one holds.
 */
export const watchDelay: Fault<'watch-delay'> = {
  name: 'watch-delay',
  start(world, { controller, by }) {
    return world.processes.delayWatch(controller, by) ? [controller] : [];
  },
  end(world, _action, hit) {
    for (const name of hit) world.processes.delayWatch(name, 0);
  },
};
