import type { Micros } from '../../core/time.ts';
import type { NodeGroup, Scenario, TimeSpread } from '../scenario/scenario.ts';

/**
 * What a policy is tried on, as plain JSON: it goes to workers. Three kinds: tasks drawn from a description, tasks of
 * a recorded trace, and a whole scenario.
 */
export type Workload = GeneratedWorkload | TraceWorkload | ScenarioWorkload;

export interface GeneratedWorkload {
  readonly kind: 'generated';
  readonly name: string;
  readonly nodeGroups: readonly NodeGroup[];
  readonly pods: number;
  readonly arrival: GeneratedArrival;
  readonly classes: readonly GeneratedClass[];
}

export type GeneratedArrival =
  | { readonly type: 'at-once' }
  /** A Poisson process. */
  | { readonly type: 'poisson'; readonly perSecond: number };

/** Each pod is of one class, drawn by weight, and takes one of the class's amounts of each resource. */
export interface GeneratedClass {
  readonly name: string;
  readonly weight: number;
  /** Thousandths of a CPU, and bytes. */
  readonly milliCpu: readonly number[];
  readonly memory: readonly number[];
  /** Whole GPUs: `nvidia.com/gpu`. */
  readonly gpus: readonly number[];
  /** From its binding to its end. Absent: it stays. */
  readonly lifetime?: TimeSpread;
}

/**
 * How the tasks of a trace come. `inflation`: drawn with replacement, one a second, until they ask for more than there
 * is. `shuffled`: each once, in a drawn order, one a second. `recorded`: at their own times, for their own lifetimes.
 */
export const TRACE_ARRIVALS = ['inflation', 'shuffled', 'recorded'] as const;
export type TraceArrival = (typeof TRACE_ARRIVALS)[number];

export interface TraceWorkload {
  readonly kind: 'trace';
  readonly name: string;
  readonly nodes: readonly TraceNode[];
  readonly tasks: readonly TraceTask[];
  readonly arrival: TraceArrival;
  /** Of `inflation`: until the tasks that came ask for this much of what the cluster has, of the scarcest resource. */
  readonly load: number;
}

export interface TraceNode {
  readonly name: string;
  readonly milliCpu: number;
  readonly memoryMi: number;
  readonly gpus: number;
  /** Of its GPUs; empty where it has none. */
  readonly model: string;
}

export interface TraceTask {
  readonly name: string;
  readonly milliCpu: number;
  readonly memoryMi: number;
  readonly gpus: number;
  /** Thousandths of each GPU: less than 1000 only of a single one. */
  readonly gpuMilli: number;
  /** Models that will do; empty: any. */
  readonly models: readonly string[];
  /** Absent where the trace has no times. */
  readonly created?: Micros;
  /** From its start to its end. Absent: it stays. */
  readonly lifetime?: Micros;
}

export interface ScenarioWorkload {
  readonly kind: 'scenario';
  readonly name: string;
  readonly scenario: Scenario;
}
