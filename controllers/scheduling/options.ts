import { MINUTE, type Micros, SECOND } from '../../core/time.ts';
import type { Profile } from './framework/extension-points.ts';
import { DEFAULT_PROFILE } from './plugins/default-plugins.ts';

/** Settings of kube-scheduler (`KubeSchedulerConfiguration`), with what stands in for its randomness. */
export interface SchedulerOptions {
  readonly profiles: readonly Profile[];
  /** Absent: every node is scored. 0: Kubernetes' rule by the size of the cluster. */
  readonly percentageOfNodesToScore?: number;
  /** Among equally good nodes: a keyed draw, or the first by name. */
  readonly tieBreak: 'draw' | 'first';
  /** Uniform in [0, 2^32), a function of its arguments and the seed alone. */
  readonly draw: (podUid: string, purpose: string) => number;
  readonly podInitialBackoff: Micros;
  readonly podMaxBackoff: Micros;
  /** `--pod-max-in-unschedulable-pods-duration` */
  readonly podMaxInUnschedulable: Micros;
  /** Feature `SchedulerPopFromBackoffQ`, on since 1.33. */
  readonly popFromBackoff: boolean;
}

/** The defaults of kube-scheduler (https://kubernetes.io/docs/reference/config-api/kube-scheduler-config.v1/). */
export const DEFAULT_SCHEDULER_OPTIONS: Omit<SchedulerOptions, 'draw'> = {
  profiles: [DEFAULT_PROFILE],
  tieBreak: 'draw',
  podInitialBackoff: SECOND,
  podMaxBackoff: 10 * SECOND,
  podMaxInUnschedulable: 5 * MINUTE,
  popFromBackoff: true,
};

/** `minFeasibleNodesToFind` and `minFeasibleNodesPercentageToFind` of kube-scheduler. */
const FEWEST_NODES = 100;
const SMALLEST_PERCENTAGE = 5;
const NODES_PER_PERCENT = 125;

/** After how many feasible nodes the search for more ends (`numFeasibleNodesToFind`). */
export function nodesToFind(percentageOfNodesToScore: number, nodes: number): number {
  if (nodes < FEWEST_NODES) return nodes;
  let percentage = percentageOfNodesToScore;
  if (percentage === 0) {
    percentage = Math.max(50 - Math.floor(nodes / NODES_PER_PERCENT), SMALLEST_PERCENTAGE);
  }
  return Math.max(Math.floor((nodes * percentage) / 100), FEWEST_NODES);
}
