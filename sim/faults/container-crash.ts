import { keyOf } from '../../core/api/object.ts';
import { chosenPods } from './choice.ts';
import type { Fault } from './fault.ts';

/** A process of each chosen pod ends with an exit code; the kubelet does what its restart policy says. */
export const containerCrash: Fault<'container-crash'> = {
  name: 'container-crash',
  start(world, { pods, container, exitCode }, cause) {
    const hit: string[] = [];
    for (const pod of chosenPods(world, pods)) {
      const key = keyOf(pod);
      const { nodeName } = pod.spec;
      if (nodeName === undefined) continue;
      if (world.nodes.killContainer(nodeName, key, container, { exitCode }, cause)) hit.push(key);
    }
    return hit;
  },
};
