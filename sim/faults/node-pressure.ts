import { chosenNode } from './choice.ts';
import type { Fault, FaultOf } from './fault.ts';

type Name = 'memory-pressure' | 'disk-pressure' | 'pid-pressure';

const RESOURCES = { 'memory-pressure': 'memory', 'disk-pressure': 'disk', 'pid-pressure': 'pids' } as const;

/** Something outside of Kubernetes takes memory, disk or process ids of a machine: its kubelet makes room. */
export function nodePressure<N extends Name>(name: N): Fault<N> {
  return {
    name,
    start(world, action, cause) {
      const { node, takes } = action as FaultOf<Name>;
      const hit = chosenNode(world, node);
      for (const machine of hit) world.nodes.take(machine, RESOURCES[name], takes, true, cause);
      return hit;
    },
    end(world, action, hit, cause) {
      const { takes } = action as FaultOf<Name>;
      for (const machine of hit) world.nodes.take(machine, RESOURCES[name], takes, false, cause);
    },
  };
}
