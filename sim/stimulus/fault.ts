import { endFault, startFault } from '../faults/list.ts';
import type { FaultAction } from '../scenario/scenario.ts';
import type { StimulusHandler } from './handler.ts';

/** Begin a fault, and end it after its time: the end is a record of its own, which recovery has for its cause. */
export const fault: StimulusHandler<FaultAction> = {
  op: 'fault',
  run: (world, action, source, cause) => {
    const active = startFault(world.faults, action, cause);
    const { hit } = active;
    if (hit.length === 0) {
      world.refused(source, `${action.fault} hits nothing: there is no such target at that time`);
      return;
    }
    if (!('for' in action) || action.for === undefined) return;
    const told = { op: 'fault-end', fault: action.fault, hit };
    world.after(action.for, told, cause, (why) => endFault(world.faults, active, why));
  },
};
