import type { Pod } from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';
import type { Cause } from '../actor.ts';
import type { ContainerRun } from './container-run.ts';

/** A pod on a machine, as it is in truth. */
export interface PodPrograms {
  readonly key: string;
  readonly uid: string;
  readonly pod: Pod;
  /** In the order in which they start. */
  readonly containers: readonly ContainerRun[];
  readonly cause: Cause;
  /** When the program of this run of a container serves. */
  servesFrom(run: ContainerRun): Micros;
}

/** Who follows what programs can do: it changes before the API hears of it, or without. */
export interface ProgramListener {
  /** A container has started, or when it ends or refuses is known anew. */
  podChanged(node: string, pod: PodPrograms): void;
  /** Its containers have ended for good. */
  podGone(uid: string, cause: Cause): void;
  /** Bytes that a container holds, by its place in the pod. */
  memoryOf?(uid: string, index: number): number | undefined;
  /** The machine lost its power or its network, or has them again. */
  nodeChanged(node: string, cause: Cause): void;
}
