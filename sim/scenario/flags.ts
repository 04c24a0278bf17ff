import type { KubeSchedulerConfiguration } from '../../controllers/scheduling/configuration/configuration.ts';
import { MILLISECOND, MINUTE, SECOND } from '../../core/time.ts';
import type { KubeletConfiguration } from './kubelet-configuration.ts';

/**
 * The settings of the control plane that a scenario may change, and only those that have their effect here. Each has
 * the name that the component itself has for it: a command-line flag, or where there is none a field of its configuration file. Defaults are the
 * components' own (https://kubernetes.io/docs/reference/command-line-tools-reference/ and
 * https://kubernetes.io/docs/reference/config-api/), unless a comment says otherwise.
 */
export type Flag =
  /** Given as `50s` or a number of seconds; kept in microseconds. */
  | {
      readonly type: 'duration';
      readonly default: number;
      /** For what repeats: a period of 0 would never end. */
      readonly min?: number;
      readonly about: string;
    }
  /** Requests a second; 0 or `unlimited` for no limit, kept as 0. */
  | { readonly type: 'qps'; readonly default: number; readonly about: string }
  | {
      readonly type: 'integer';
      readonly default: number;
      readonly min: number;
      readonly max?: number;
      readonly about: string;
    }
  | { readonly type: 'number'; readonly default: number; readonly max?: number; readonly about: string }
  | { readonly type: 'boolean'; readonly default: boolean; readonly about: string }
  | {
      readonly type: 'choice';
      readonly default: string;
      readonly values: readonly string[];
      readonly about: string;
    };

type FlagTable = Readonly<Record<string, Flag>>;

export const CONTROLLER_MANAGER_FLAGS = {
  'kube-api-qps': {
    type: 'qps',
    default: 20,
    about:
      "Requests a second of each controller's client; of the namespace controller's twenty times as many.",
  },
  'kube-api-burst': { type: 'integer', default: 30, min: 1, about: 'Requests that may go out at once.' },
  'concurrent-cron-job-syncs': { type: 'integer', default: 5, min: 1, about: 'Workers for CronJobs.' },
  'concurrent-daemonset-syncs': { type: 'integer', default: 2, min: 1, about: 'Workers for DaemonSets.' },
  'concurrent-deployment-syncs': { type: 'integer', default: 5, min: 1, about: 'Workers for Deployments.' },
  'concurrent-gc-syncs': { type: 'integer', default: 20, min: 1, about: 'Workers of the garbage collector.' },
  'concurrent-horizontal-pod-autoscaler-syncs': {
    type: 'integer',
    default: 5,
    min: 1,
    about: 'Workers for HorizontalPodAutoscalers.',
  },
  'concurrent-job-syncs': { type: 'integer', default: 5, min: 1, about: 'Workers for Jobs.' },
  'concurrent-namespace-syncs': {
    type: 'integer',
    default: 10,
    min: 1,
    about: 'Workers for Namespaces that are going.',
  },
  'concurrent-replicaset-syncs': { type: 'integer', default: 5, min: 1, about: 'Workers for ReplicaSets.' },
  'concurrent-resource-quota-syncs': {
    type: 'integer',
    default: 5,
    min: 1,
    about: 'Workers for ResourceQuotas.',
  },
  'concurrent-service-endpoint-syncs': {
    type: 'integer',
    default: 5,
    min: 1,
    about: "Workers for Services' EndpointSlices.",
  },
  'concurrent-statefulset-syncs': {
    type: 'integer',
    default: 5,
    min: 1,
    about: 'Workers for StatefulSets.',
  },
  'concurrent-ttl-after-finished-syncs': {
    type: 'integer',
    default: 5,
    min: 1,
    about: 'Workers for Jobs whose `ttlSecondsAfterFinished` runs.',
  },
  'horizontal-pod-autoscaler-sync-period': {
    type: 'duration',
    default: 15 * SECOND,
    min: MILLISECOND,
    about: 'How often each HorizontalPodAutoscaler looks at its metrics.',
  },
  'horizontal-pod-autoscaler-downscale-stabilization': {
    type: 'duration',
    default: 5 * MINUTE,
    about: 'The highest recommendation of this window counts, so that a lull scales nothing down.',
  },
  'horizontal-pod-autoscaler-tolerance': {
    type: 'number',
    default: 0.1,
    about: 'Share by which a metric may miss its target without a change.',
  },
  'horizontal-pod-autoscaler-cpu-initialization-period': {
    type: 'duration',
    default: 5 * MINUTE,
    about: "For this long after its start, a pod's CPU counts only once it was measured as ready.",
  },
  'horizontal-pod-autoscaler-initial-readiness-delay': {
    type: 'duration',
    default: 30 * SECOND,
    about: 'A pod that turned unready within this time of its start counts as never ready.',
  },
  'node-monitor-period': {
    type: 'duration',
    default: 5 * SECOND,
    min: MILLISECOND,
    about: 'How often the node lifecycle controller looks at the nodes.',
  },
  // 40s before Kubernetes 1.32.
  'node-monitor-grace-period': {
    type: 'duration',
    default: 50 * SECOND,
    about: 'A node unheard of for this long is marked NotReady.',
  },
  'node-startup-grace-period': {
    type: 'duration',
    default: MINUTE,
    about: 'The same for a node that has never been heard of.',
  },
  'node-eviction-rate': {
    type: 'number',
    default: 0.1,
    about: 'Nodes a second whose pods are evicted in a healthy zone.',
  },
  'secondary-node-eviction-rate': {
    type: 'number',
    default: 0.01,
    about: 'The same in an unhealthy zone of a large cluster.',
  },
  'unhealthy-zone-threshold': {
    type: 'number',
    default: 0.55,
    max: 1,
    about: 'Share of NotReady nodes (at least 3) from which a zone counts as unhealthy.',
  },
  'large-cluster-size-threshold': {
    type: 'integer',
    default: 50,
    min: 0,
    about: 'A zone with more nodes than this counts as large.',
  },
  'terminated-pod-gc-threshold': {
    type: 'integer',
    default: 12_500,
    min: 0,
    about: 'Terminated pods that may exist before the oldest are deleted; 0 keeps all.',
  },
} as const satisfies FlagTable;

export const SCHEDULER_FLAGS = {
  'kube-api-qps': { type: 'qps', default: 50, about: 'Requests a second.' },
  'kube-api-burst': { type: 'integer', default: 100, min: 1, about: 'Requests that may go out at once.' },
  // Not the component's default (0, adaptive): all nodes are scored, so that a decision has one explanation.
  percentageOfNodesToScore: {
    type: 'integer',
    default: 100,
    min: 0,
    max: 100,
    about: "Share of the nodes that are looked at for a pod; 0 for Kubernetes' adaptive rule.",
  },
  podInitialBackoffSeconds: {
    type: 'integer',
    default: 1,
    min: 1,
    about: 'Wait before the first retry of a pod that could not be scheduled.',
  },
  podMaxBackoffSeconds: { type: 'integer', default: 10, min: 1, about: 'Longest wait between two retries.' },
  'pod-max-in-unschedulable-pods-duration': {
    type: 'duration',
    default: 5 * MINUTE,
    about: 'An unschedulable pod is retried after this long in any case.',
  },
} as const satisfies FlagTable;

export const KUBELET_FLAGS = {
  'kube-api-qps': { type: 'qps', default: 50, about: 'Requests a second.' },
  'kube-api-burst': { type: 'integer', default: 100, min: 1, about: 'Requests that may go out at once.' },
  'node-status-update-frequency': {
    type: 'duration',
    default: 10 * SECOND,
    min: MILLISECOND,
    about: 'How often the kubelet computes the status of its node.',
  },
  nodeLeaseDurationSeconds: {
    type: 'integer',
    default: 40,
    min: 1,
    about: "Duration of the node's Lease, which is renewed every quarter of it.",
  },
  'serialize-image-pulls': { type: 'boolean', default: true, about: 'Pull one image at a time.' },
} as const satisfies FlagTable;

/**
 * Flags and defaults of the Cluster Autoscaler
 * (https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md#what-are-the-parameters-to-ca). The
 * bounds of node groups (`--nodes`) are fields of the groups.
 */
export const CLUSTER_AUTOSCALER_FLAGS = {
  'scan-interval': {
    type: 'duration',
    default: 10 * SECOND,
    min: MILLISECOND,
    about: 'How often the cluster is looked at.',
  },
  'new-pod-scale-up-delay': {
    type: 'duration',
    default: 0,
    about: 'Pods younger than this do not make the cluster grow.',
  },
  'max-node-provision-time': {
    type: 'duration',
    default: 15 * MINUTE,
    about: 'A machine whose node has not registered after this long is given up.',
  },
  'max-nodes-total': {
    type: 'integer',
    default: 0,
    min: 0,
    about: 'The cluster does not grow past so many nodes, of all groups; 0 for no bound.',
  },
  // `random` in older versions.
  expander: {
    type: 'choice',
    default: 'least-waste',
    values: ['least-waste', 'most-pods', 'price', 'random'],
    about: 'By what one of several groups that would help is chosen.',
  },
  'balance-similar-node-groups': {
    type: 'boolean',
    default: false,
    about: 'Spread new nodes over groups of the same machines, labels and taints.',
  },
  'ok-total-unready-count': {
    type: 'integer',
    default: 3,
    min: 0,
    about: 'So many nodes may be unready in any case.',
  },
  'max-total-unready-percentage': {
    type: 'number',
    default: 45,
    max: 100,
    about: 'With a larger share of unready nodes, nothing is scaled.',
  },
  'initial-node-group-backoff-duration': {
    type: 'duration',
    default: 5 * MINUTE,
    about: 'For how long a group is left alone after it did not get its machines.',
  },
  'max-node-group-backoff-duration': {
    type: 'duration',
    default: 30 * MINUTE,
    about: 'The same after repeated failures, each of which doubles it.',
  },
  'scale-down-enabled': { type: 'boolean', default: true, about: 'Whether nodes are removed.' },
  'scale-down-unneeded-time': {
    type: 'duration',
    default: 10 * MINUTE,
    about: 'How long a node must be unneeded before it is removed.',
  },
  'scale-down-unready-time': {
    type: 'duration',
    default: 20 * MINUTE,
    about: 'The same for a node that is not ready.',
  },
  'scale-down-utilization-threshold': {
    type: 'number',
    default: 0.5,
    max: 1,
    about: 'A node can be unneeded when the requests of its pods come to a smaller share of it.',
  },
  'scale-down-delay-after-add': {
    type: 'duration',
    default: 10 * MINUTE,
    about: 'No node is removed for this long after one was asked for.',
  },
  // The real default is the scan interval, written 0.
  'scale-down-delay-after-delete': {
    type: 'duration',
    default: 0,
    about: 'The same after a removal; 0 for the scan interval.',
  },
  'scale-down-delay-after-failure': {
    type: 'duration',
    default: 3 * MINUTE,
    about: 'The same after a removal that failed.',
  },
  'unremovable-node-recheck-timeout': {
    type: 'duration',
    default: 5 * MINUTE,
    about: 'When a node whose pods could not be moved is looked at again.',
  },
  'max-scale-down-parallelism': {
    type: 'integer',
    default: 10,
    min: 1,
    about: 'So many nodes may be on their way out at once.',
  },
  'max-drain-parallelism': {
    type: 'integer',
    default: 1,
    min: 1,
    about: 'So many of them may have pods to be evicted.',
  },
  // Deprecated in favour of `max-scale-down-parallelism`, and still obeyed.
  'max-empty-bulk-delete': {
    type: 'integer',
    default: 10,
    min: 1,
    about: 'So many empty nodes may be removed at once.',
  },
  'max-graceful-termination-sec': {
    type: 'integer',
    default: 600,
    min: 0,
    about: 'How long evicted pods have to end before the removal of their node is given up.',
  },
  'max-pod-eviction-time': {
    type: 'duration',
    default: 2 * MINUTE,
    about: 'For how long an eviction that is refused is tried again.',
  },
  'node-delete-delay-after-taint': {
    type: 'duration',
    default: 5 * SECOND,
    about: 'Between the taint and the removal of a node.',
  },
  'max-bulk-soft-taint-count': {
    type: 'integer',
    default: 10,
    min: 0,
    about: 'So many nodes are marked as candidates (PreferNoSchedule), or no longer, in one scan; 0: none.',
  },
  'skip-nodes-with-local-storage': {
    type: 'boolean',
    default: true,
    about: 'Keep nodes with pods that have an emptyDir or hostPath volume.',
  },
  'skip-nodes-with-system-pods': {
    type: 'boolean',
    default: true,
    about: 'Keep nodes with pods of kube-system that no disruption budget covers.',
  },
  'skip-nodes-with-custom-controller-pods': {
    type: 'boolean',
    default: true,
    about: "Keep nodes with pods of controllers that are none of Kubernetes' own.",
  },
  'expendable-pods-priority-cutoff': {
    type: 'integer',
    default: -10,
    min: -2_147_483_648,
    about: 'Pods of a lower priority neither make the cluster grow nor keep a node.',
  },
} as const satisfies FlagTable;

/** The value of one flag. */
type FlagValue<F extends Flag> = F extends { readonly type: 'boolean' }
  ? boolean
  : F extends { readonly values: infer V extends readonly string[] }
    ? V[number]
    : number;

type FlagValues<T extends FlagTable> = { readonly [Name in keyof T]: FlagValue<T[Name]> };

/** Where the configuration says something, it holds, and not the flag. */
export type SchedulerSettings = FlagValues<typeof SCHEDULER_FLAGS> & {
  readonly configuration?: KubeSchedulerConfiguration;
};

export type KubeletFlags = FlagValues<typeof KUBELET_FLAGS> & {
  readonly configuration?: KubeletConfiguration;
};

export type ClusterAutoscalerSettings = FlagValues<typeof CLUSTER_AUTOSCALER_FLAGS>;

/** Every flag with its value: durations in microseconds, rates a second (0: unlimited). */
export interface KubernetesSettings {
  /** As `kubectl version` shows it: `v1.36.0`. */
  readonly version: string;
  /** Whether components write `v1.Event` objects. */
  readonly events: boolean;
  readonly kubeControllerManager: FlagValues<typeof CONTROLLER_MANAGER_FLAGS>;
  readonly kubeScheduler: SchedulerSettings;
  readonly kubelet: KubeletFlags;
  /** Where a node group can grow or shrink. */
  readonly clusterAutoscaler?: ClusterAutoscalerSettings;
  /** Whether the built-in roles and bindings of RBAC are objects of the cluster; not unless asked for. */
  readonly rbac?: boolean;
  /** Known defects of Kubernetes' past, by name; whoever runs the scenario brings the controllers that have them. */
  readonly mutants?: readonly string[];
}

/** The values of a table, those given and else the defaults. */
export function flagValues<T extends FlagTable>(
  table: T,
  given: Readonly<Record<string, number | boolean | string | undefined>> = {},
): FlagValues<T> {
  const values: Record<string, number | boolean | string> = {};
  for (const name of Object.keys(table)) values[name] = given[name] ?? table[name]!.default;
  return values as FlagValues<T>;
}
