import type { Micros } from '../../../core/time.ts';
import type { Cause, NodeContext } from '../../actor.ts';
import type { Machine } from '../../scenario/scenario.ts';
import type { ImagePuller } from '../image-puller.ts';
import type { ImageRegistry } from '../image-registry.ts';
import type { PodEnd } from '../pod-control.ts';
import type { PodPrograms, ProgramListener } from '../program.ts';
import type { Pressure } from './thresholds.ts';

/** Whether a pod's containers are to run, are being stopped, or have ended for good. */
export type PodMode = 'running' | 'terminating' | 'finished';

/** A pod that runs, and that its kubelet may end. */
export interface EvictablePod extends PodPrograms {
  readonly mode: PodMode;
  /** Stop it, with so many seconds of grace. */
  end(how: PodEnd, graceSeconds: number, cause: Cause): void;
}

/** What the eviction manager has of its node. */
export interface PressureHost {
  readonly nodeName: string;
  /** Whether the machine has power. */
  readonly running: boolean;
  readonly context: NodeContext;
  readonly capacity: Machine;
  readonly images: ImagePuller;
  readonly registry: ImageRegistry;
  readonly programs: ProgramListener | undefined;
  /** Until the eviction manager looks for the first time: each has a phase of its own. */
  firstLookIn(): Micros;
  /** In the order of their keys. */
  evictablePods(): readonly EvictablePod[];
  killProcess(podKey: string, container: string, cause: Cause): void;
  tellNodeOf(eventType: 'Normal' | 'Warning', reason: string, message: string, cause: Cause): void;
  pressuresChanged(pressures: readonly Pressure[], cause: Cause): void;
  imagesChanged(): void;
}
