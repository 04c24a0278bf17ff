import { chosenNode } from './choice.ts';
import type { Fault } from './fault.ts';

/** The machine is told to shut down: its kubelet stops the pods first, as far as it has time for that. */
export const nodeShutdown: Fault<'node-shutdown'> = {
  name: 'node-shutdown',
  start(world, { node }, cause) {
    const hit = chosenNode(world, node);
    for (const name of hit) world.nodes.shutdown(name, cause);
    return hit;
  },
  end(world, _action, hit, cause) {
    for (const name of hit) world.nodes.recover(name, cause);
  },
};
