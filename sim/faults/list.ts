import type { Cause } from '../actor.ts';
import type { FaultAction, FaultName } from '../scenario/scenario.ts';
import { cloudOutOfCapacity } from './cloud-out-of-capacity.ts';
import { containerCrash } from './container-crash.ts';
import { controllerCrash } from './controller-crash.ts';
import type { Fault, FaultWorld } from './fault.ts';
import { imagePullFailure } from './image-pull-failure.ts';
import { loadSpike } from './load-spike.ts';
import { nodeCrash } from './node-crash.ts';
import { nodePartition } from './node-partition.ts';
import { nodePressure } from './node-pressure.ts';
import { nodeShutdown } from './node-shutdown.ts';
import { noisyNeighbour } from './noisy-neighbour.ts';
import { slowBoot } from './slow-boot.ts';
import { storageFailure } from './storage-failure.ts';
import { watchDelay } from './watch-delay.ts';
import { zoneOutage } from './zone-outage.ts';

/** Every fault there is, by its name. */
const FAULTS: { readonly [N in FaultName]: Fault<N> } = {
  'node-crash': nodeCrash,
  'node-shutdown': nodeShutdown,
  'node-partition': nodePartition,
  'container-crash': containerCrash,
  'image-pull-failure': imagePullFailure,
  'controller-crash': controllerCrash,
  'watch-delay': watchDelay,
  'zone-outage': zoneOutage,
  'slow-boot': slowBoot,
  'storage-failure': storageFailure,
  'cloud-out-of-capacity': cloudOutOfCapacity,
  'load-spike': loadSpike,
  'noisy-neighbour': noisyNeighbour,
  'memory-pressure': nodePressure('memory-pressure'),
  'disk-pressure': nodePressure('disk-pressure'),
  'pid-pressure': nodePressure('pid-pressure'),
};

/** A fault that is going on, or has hit. */
export interface ActiveFault {
  readonly action: FaultAction;
  /** Whom it hit: names of nodes, keys of pods, an image, a process, a zone or a group. */
  readonly hit: readonly string[];
}

export function startFault(world: FaultWorld, action: FaultAction, cause: Cause): ActiveFault {
  // The name of the action chooses the fault of the same name: what the table's type says for each.
  const fault = FAULTS[action.fault] as Fault;
  return { action, hit: fault.start(world, action, cause) };
}

export function endFault(world: FaultWorld, { action, hit }: ActiveFault, cause: Cause): void {
  const fault = FAULTS[action.fault] as Fault;
  fault.end?.(world, action, hit, cause);
}
