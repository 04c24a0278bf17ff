import type { Node, Pod, PodDisruptionBudget, PodSpec } from '../../../core/schema/types.generated.ts';
import { MINUTE, rfc3339, SECOND } from '../../../core/time.ts';
import { DEFAULT_PROFILE } from '../../scheduling/plugins/default-plugins.ts';
import type { ListedCloud, ListedMachine } from '../cluster-cloud.ts';
import { ClusterModel } from '../cluster-model.ts';
import type { ClusterAutoscalerOptions, ScalableGroup } from '../cluster-options.ts';

export const NOW = 1_800_000_000 * SECOND;

export const OPTIONS: ClusterAutoscalerOptions = {
  scanInterval: 10 * SECOND,
  newPodScaleUpDelay: 0,
  maxNodeProvisionTime: 15 * MINUTE,
  maxNodesTotal: 0,
  expander: 'least-waste',
  balanceSimilarNodeGroups: false,
  okTotalUnreadyCount: 3,
  maxTotalUnreadyPercentage: 45,
  initialBackoff: 5 * MINUTE,
  maxBackoff: 30 * MINUTE,
  scaleDown: {
    enabled: true,
    unneededTime: 10 * MINUTE,
    unreadyTime: 20 * MINUTE,
    utilizationThreshold: 0.5,
    delayAfterAdd: 10 * MINUTE,
    delayAfterDelete: 10 * SECOND,
    delayAfterFailure: 3 * MINUTE,
    recheckTimeout: 5 * MINUTE,
    parallelism: 10,
    drainParallelism: 1,
    emptyBulk: 10,
    softTaintsAtOnce: 10,
    skipLocalStorage: true,
    skipSystemPods: true,
    skipCustomControllers: true,
  },
  expendablePriorityCutoff: -10,
  profile: DEFAULT_PROFILE,
  draw: () => 0,
};

export interface NodeLike {
  readonly name: string;
  readonly cpu?: number;
  readonly memory?: string;
  readonly zone?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly taints?: NonNullable<Node['spec']['taints']>;
}

export function nodeOf({
  name,
  cpu = 4,
  memory = '16Gi',
  zone = 'a',
  labels,
  annotations,
  taints,
}: NodeLike): Node {
  const amounts = { cpu: `${cpu}`, memory, 'ephemeral-storage': '100Gi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      uid: name,
      resourceVersion: '1',
      creationTimestamp: rfc3339(NOW - 60 * MINUTE),
      labels: {
        'kubernetes.io/hostname': name,
        'topology.kubernetes.io/zone': zone,
        ...labels,
      },
      ...(annotations === undefined ? {} : { annotations }),
    },
    spec: taints === undefined ? {} : { taints },
    status: {
      allocatable: amounts,
      capacity: amounts,
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: rfc3339(NOW - 60 * MINUTE) }],
    },
  };
}

export interface PodLike {
  readonly name: string;
  readonly namespace?: string;
  readonly cpu?: string;
  readonly memory?: string;
  readonly node?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Kind of its controller; none where `null`. */
  readonly controller?: string | null;
  readonly spec?: Partial<PodSpec>;
}

export function podOf({
  name,
  namespace = 'default',
  cpu = '1',
  memory = '1Gi',
  node,
  labels = { app: 'web' },
  annotations,
  controller = 'ReplicaSet',
  spec = {},
}: PodLike): Pod {
  const owner = { apiVersion: 'apps/v1', kind: controller ?? '', name: 'web', uid: 'web', controller: true };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      uid: `${namespace}/${name}`,
      resourceVersion: '1',
      creationTimestamp: rfc3339(NOW - 5 * MINUTE),
      labels,
      ...(annotations === undefined ? {} : { annotations }),
      ...(controller === null ? {} : { ownerReferences: [owner] }),
    },
    spec: {
      containers: [{ name: 'web', image: 'web:1', resources: { requests: { cpu, memory } } }],
      ...spec,
      ...(node === undefined ? {} : { nodeName: node }),
    },
    status: { phase: node === undefined ? 'Pending' : 'Running' },
  };
}

export function budgetOf(name: string, disruptionsAllowed: number, app = 'web'): PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      resourceVersion: '1',
      creationTimestamp: rfc3339(NOW),
    },
    spec: { selector: { matchLabels: { app } } },
    status: { disruptionsAllowed, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
  };
}

/** What the informers have told of these objects. */
export function modelOf(...objects: readonly (Node | Pod | PodDisruptionBudget)[]): ClusterModel {
  const model = new ClusterModel();
  for (const object of objects) model.observe({ type: 'ADDED', object, previous: undefined }, 1);
  return model;
}

export interface GroupLike extends Partial<Omit<ScalableGroup, 'name'>> {
  readonly name: string;
  readonly size?: number;
  readonly node?: Omit<NodeLike, 'name'>;
  readonly zones?: readonly string[];
}

/** A cloud whose groups have so many machines, all of them running. */
export function cloudOf(...groups: readonly GroupLike[]): ListedCloud {
  const machines = groups.flatMap(({ name, size = 0 }): readonly ListedMachine[] =>
    Array.from({ length: size }, (_, i) => ({
      name: `${name}-${i + 1}`,
      group: name,
      state: 'running' as const,
      requestedAt: undefined,
      failedBy: undefined,
    })),
  );
  return {
    groups: groups.map(({ name, min = 0, max = 10, pricePerHour = 0 }) => ({ name, min, max, pricePerHour })),
    machines,
    nextNodes: (group, count) => {
      const known = groups.find(({ name }) => name === group);
      const { size = 0, node = {}, zones = ['a'] } = known ?? {};
      return Array.from({ length: count }, (_, i) =>
        nodeOf({ zone: zones[(size + i) % zones.length]!, ...node, name: `${group}-${size + i + 1}` }),
      );
    },
    nodeOf: () => undefined,
  };
}
