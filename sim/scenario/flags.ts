import { MILLISECOND, MINUTE, SECOND } from '../../core/time.ts';

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
  | { readonly type: 'boolean'; readonly default: boolean; readonly about: string };

type FlagTable = Readonly<Record<string, Flag>>;

export const CONTROLLER_MANAGER_FLAGS = {
  'kube-api-qps': {
    type: 'qps',
    default: 20,
    about:
      "Requests a second of each controller's client; of the namespace controller's twenty times as many.",
  },
  'kube-api-burst': { type: 'integer', default: 30, min: 1, about: 'Requests that may go out at once.' },
  'concurrent-deployment-syncs': { type: 'integer', default: 5, min: 1, about: 'Workers for Deployments.' },
  'concurrent-gc-syncs': { type: 'integer', default: 20, min: 1, about: 'Workers of the garbage collector.' },
  'concurrent-horizontal-pod-autoscaler-syncs': {
    type: 'integer',
    default: 5,
    min: 1,
    about: 'Workers for HorizontalPodAutoscalers.',
  },
  'concurrent-namespace-syncs': {
    type: 'integer',
    default: 10,
    min: 1,
    about: 'Workers for Namespaces that are going.',
  },
  'concurrent-replicaset-syncs': { type: 'integer', default: 5, min: 1, about: 'Workers for ReplicaSets.' },
  'concurrent-service-endpoint-syncs': {
    type: 'integer',
    default: 5,
    min: 1,
    about: "Workers for Services' EndpointSlices.",
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

type FlagValues<T extends FlagTable> = {
  readonly [Name in keyof T]: T[Name] extends { readonly type: 'boolean' } ? boolean : number;
};

/** Every flag with its value: durations in microseconds, rates a second (0: unlimited). */
export interface KubernetesSettings {
  /** As `kubectl version` shows it: `v1.34.0`. */
  readonly version: string;
  /** Whether components write `v1.Event` objects. */
  readonly events: boolean;
  readonly kubeControllerManager: FlagValues<typeof CONTROLLER_MANAGER_FLAGS>;
  readonly kubeScheduler: FlagValues<typeof SCHEDULER_FLAGS>;
  readonly kubelet: FlagValues<typeof KUBELET_FLAGS>;
}

/** The values of a table, those given and else the defaults. */
export function flagValues<T extends FlagTable>(
  table: T,
  given: Readonly<Record<string, number | boolean | undefined>> = {},
): FlagValues<T> {
  const values: Record<string, number | boolean> = {};
  for (const name of Object.keys(table)) values[name] = given[name] ?? table[name]!.default;
  return values as FlagValues<T>;
}
