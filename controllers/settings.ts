import { MINUTE, type Micros, SECOND } from '../core/time.ts';

/** How the node lifecycle controller judges nodes, and how fast it takes pods off those that are lost. */
export interface NodeLifecycleSettings {
  /** `--node-monitor-period`: all looks at nodes fall on multiples of it. */
  readonly monitorPeriod: Micros;
  /** `--node-monitor-grace-period`: how long a node may be silent. */
  readonly monitorGracePeriod: Micros;
  /** `--node-startup-grace-period`: the same for a node that was never heard of. */
  readonly startupGracePeriod: Micros;
  /** `--node-eviction-rate`: nodes a second whose pods are evicted in a zone. */
  readonly evictionRate: number;
  /** `--secondary-node-eviction-rate`: the same in an unhealthy zone that is large. */
  readonly secondaryEvictionRate: number;
  /** `--unhealthy-zone-threshold`: the share of nodes that are not ready from which a zone is unhealthy. */
  readonly unhealthyZoneThreshold: number;
  /** `--large-cluster-size-threshold`: a zone with more nodes is large. In others a partial loss stops evictions. */
  readonly largeZoneThreshold: number;
}

/** How horizontal autoscalers look at their targets. */
export interface HorizontalPodAutoscalerSettings {
  /** `--horizontal-pod-autoscaler-sync-period`: how often each is looked at. */
  readonly syncPeriod: Micros;
  /** `--horizontal-pod-autoscaler-downscale-stabilization`: the highest recommendation of this window counts. */
  readonly downscaleStabilization: Micros;
  /** `--horizontal-pod-autoscaler-tolerance`: the share by which usage may miss its target without a change. */
  readonly tolerance: number;
  /** `--horizontal-pod-autoscaler-cpu-initialization-period`: for so long after its start a pod's CPU may mislead. */
  readonly cpuInitializationPeriod: Micros;
  /** `--horizontal-pod-autoscaler-initial-readiness-delay`: a pod that turned unready within it was never ready. */
  readonly initialReadinessDelay: Micros;
}

/** Keys that a controller handles at once, for those whose number can be set. */
export interface WorkerSettings {
  /** `--concurrent-deployment-syncs` */
  readonly deployment: number;
  /** `--concurrent-daemonset-syncs` */
  readonly daemonSet: number;
  /** `--concurrent-replicaset-syncs` */
  readonly replicaSet: number;
  /** `--concurrent-statefulset-syncs` */
  readonly statefulSet: number;
  /** `--concurrent-service-endpoint-syncs` */
  readonly endpointSlice: number;
  /** `--concurrent-namespace-syncs` */
  readonly namespace: number;
  /** `--concurrent-gc-syncs` */
  readonly garbageCollector: number;
  /** `--concurrent-horizontal-pod-autoscaler-syncs` */
  readonly horizontalPodAutoscaler: number;
  /** `--concurrent-job-syncs` */
  readonly job: number;
  /** `--concurrent-cron-job-syncs` */
  readonly cronJob: number;
  /** `--concurrent-resource-quota-syncs` */
  readonly resourceQuota: number;
  /** `--concurrent-ttl-after-finished-syncs` */
  readonly ttlAfterFinished: number;
}

/** What can be set about the controllers of kube-controller-manager. */
export interface ControllerSettings {
  readonly workers: WorkerSettings;
  readonly nodeLifecycle: NodeLifecycleSettings;
  readonly horizontalPodAutoscaler: HorizontalPodAutoscalerSettings;
  /** `--terminated-pod-gc-threshold`: ended pods beyond this number are deleted, the oldest first; 0 keeps all. */
  readonly terminatedPodsMax: number;
}

/**
 * The defaults of kube-controller-manager
 * (https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/).
 */
export const DEFAULT_CONTROLLER_SETTINGS: ControllerSettings = {
  workers: {
    daemonSet: 2,
    deployment: 5,
    replicaSet: 5,
    statefulSet: 5,
    endpointSlice: 5,
    namespace: 10,
    garbageCollector: 20,
    horizontalPodAutoscaler: 5,
    job: 5,
    cronJob: 5,
    resourceQuota: 5,
    ttlAfterFinished: 5,
  },
  nodeLifecycle: {
    monitorPeriod: 5 * SECOND,
    // 40 s before Kubernetes 1.32.
    monitorGracePeriod: 50 * SECOND,
    startupGracePeriod: 60 * SECOND,
    evictionRate: 0.1,
    secondaryEvictionRate: 0.01,
    unhealthyZoneThreshold: 0.55,
    largeZoneThreshold: 50,
  },
  horizontalPodAutoscaler: {
    syncPeriod: 15 * SECOND,
    downscaleStabilization: 5 * MINUTE,
    tolerance: 0.1,
    cpuInitializationPeriod: 5 * MINUTE,
    initialReadinessDelay: 30 * SECOND,
  },
  terminatedPodsMax: 12_500,
};
