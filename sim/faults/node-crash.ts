import { chosenNode } from './choice.ts';
import type { Fault } from './fault.ts';

/** The machine loses its power: containers die without a word. It boots again at the end of the fault. */
export const nodeCrash: Fault<'node-crash'> = {
  name: 'node-crash',
  start(world, { node }, cause) {
    const hit = chosenNode(world, node);
    for (const name of hit) world.nodes.crash(name, cause);
    return hit;
  },
  end(world, _action, hit, cause) {
    for (const name of hit) world.nodes.recover(name, cause);
  },
};
