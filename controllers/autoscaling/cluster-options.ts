import type { Micros } from '../../core/time.ts';
import type { Profile } from '../scheduling/framework/extension-points.ts';

export type ExpanderName = 'least-waste' | 'most-pods' | 'price' | 'random';

/** Settings of the Cluster Autoscaler, each that of the flag of this name. */
export interface ClusterAutoscalerOptions {
  readonly scanInterval: Micros;
  readonly newPodScaleUpDelay: Micros;
  readonly maxNodeProvisionTime: Micros;
  /** 0: no bound. */
  readonly maxNodesTotal: number;
  readonly expander: ExpanderName;
  readonly balanceSimilarNodeGroups: boolean;
  readonly okTotalUnreadyCount: number;
  readonly maxTotalUnreadyPercentage: number;
  readonly initialBackoff: Micros;
  readonly maxBackoff: Micros;
  readonly scaleDown: ScaleDownOptions;
  readonly expendablePriorityCutoff: number;
  /** The scheduler's plugins, by which it is foreseen where pods will fit. */
  readonly profile: Profile;
  /** Uniform in [0, 2^32), a function of its arguments and the seed alone. */
  readonly draw: (entity: string, purpose: string) => number;
}

export interface ScaleDownOptions {
  readonly enabled: boolean;
  readonly unneededTime: Micros;
  readonly unreadyTime: Micros;
  readonly utilizationThreshold: number;
  readonly delayAfterAdd: Micros;
  readonly delayAfterDelete: Micros;
  readonly delayAfterFailure: Micros;
  readonly recheckTimeout: Micros;
  readonly parallelism: number;
  readonly drainParallelism: number;
  readonly emptyBulk: number;
  readonly softTaintsAtOnce: number;
  readonly skipLocalStorage: boolean;
  readonly skipSystemPods: boolean;
  readonly skipCustomControllers: boolean;
}

/** A node group that may grow and shrink. */
export interface ScalableGroup {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly pricePerHour: number;
}
