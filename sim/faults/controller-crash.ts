import type { Fault } from './fault.ts';

/** A process of the control plane dies, and forgets its caches, queues and memories. */
export const controllerCrash: Fault<'controller-crash'> = {
  name: 'controller-crash',
  start(world, { controller }, cause) {
    return world.processes.crash(controller, cause) ? [controller] : [];
  },
  end(world, _action, hit, cause) {
    for (const name of hit) world.processes.restart(name, cause);
  },
};
