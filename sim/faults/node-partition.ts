import { chosenNode } from './choice.ts';
import type { Fault } from './fault.ts';

/** The node can't reach the API, nor the API the node: its containers run on unseen. */
export const nodePartition: Fault<'node-partition'> = {
  name: 'node-partition',
  start(world, { node }, cause) {
    const hit = chosenNode(world, node);
    for (const name of hit) world.nodes.partition(name, true, cause);
    return hit;
  },
  end(world, _action, hit, cause) {
    for (const name of hit) world.nodes.partition(name, false, cause);
  },
};
