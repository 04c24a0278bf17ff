import { chosenNode } from './choice.ts';
import type { Fault } from './fault.ts';

/** Something outside of Kubernetes takes CPU of a machine: its pods share what is left. */
export const noisyNeighbour: Fault<'noisy-neighbour'> = {
  name: 'noisy-neighbour',
  start(world, { node, takes }, cause) {
    const hit = chosenNode(world, node);
    for (const name of hit) world.load.takeCpu(name, takes, true, cause);
    return hit;
  },
  end(world, { takes }, hit, cause) {
    for (const name of hit) world.load.takeCpu(name, takes, false, cause);
  },
};
