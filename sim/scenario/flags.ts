import { MINUTE, SECOND } from '../../core/time.ts';

/**
 * The settings of the control plane that a scenario may change, and only those that have their effect here. Each has
 * the name that the component itself has for it: a command-line flag, or where there is none a field of its configuration file. Defaults are the
 * components' own (https://kubernetes.io/docs/reference/command-line-tools-reference/ and
 * https://kubernetes.io/docs/reference/config-api/), unless a comment says otherwise.
 */
export type Flag =
  /** Given as `50s` or a number of seconds; kept in microseconds. */
  | { readonly type: 'duration'; readonly default: number; readonly about: string }
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
  'kube-api-qps': { type: 'qps', default: 20, about: 'Requests a second that the controllers share.' },
  'kube-api-burst': { type: 'integer', default: 30, min: 1, about: 'Requests that may go out at once.' },
  'concurrent-deployment-syncs': { type: 'integer', default: 5, min: 1, about: 'Workers for Deployments.' },
  'concurrent-replicaset-syncs': { type: 'integer', default: 5, min: 1, about: 'Workers for ReplicaSets.' },
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
} as const satisfies FlagTable;

export const KUBELET_FLAGS = {
  'kube-api-qps': { type: 'qps', default: 50, about: 'Requests a second.' },
  'kube-api-burst': { type: 'integer', default: 100, min: 1, about: 'Requests that may go out at once.' },
  'node-status-update-frequency': {
    type: 'duration',
    default: 10 * SECOND,
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
