import type { KubeObject, NewObject, StringMap } from '../../core/api/object.ts';
import type { RenewedLeaseSpec } from '../../core/kinds/lease.ts';
import { resourcesOf } from '../../core/kinds/pod/resources.ts';
import { milli, whole } from '../../core/quantity.ts';
import type {
  ContainerImage,
  Lease,
  Node,
  NodeCondition,
  NodeStatus,
  NodeSystemInfo,
  Taint,
} from '../../core/schema/types.generated.ts';
import { type Micros, rfc3339, rfc3339Micro } from '../../core/time.ts';
import type { RandomStream } from '../random/keyed.ts';
import type { Machine } from '../scenario/scenario.ts';
import { hexDigest } from './digest.ts';
import type { Pressure } from './pressure/thresholds.ts';
import { type KubeletSettings, LEASE_RENEWALS_PER_DURATION, type NodeMachine } from './settings.ts';

/** https://kubernetes.io/docs/reference/labels-annotations-taints/ */
const NOT_READY_TAINT: Taint = { effect: 'NoSchedule', key: 'node.kubernetes.io/not-ready' };
export const NODE_LEASE_NAMESPACE = 'kube-node-lease';

/**
 * A node's allocatable is its capacity less the hard eviction thresholds: `memory.available` 100Mi and
 * `nodefs.available` 10% (https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/#hard-eviction-thresholds).
 * Nothing is reserved for the system by default.
 */
const EVICTION_MEMORY = 100 * 1024 * 1024;
const EVICTION_DISK_PARTS = 10;

function kibibytes(bytes: number): string {
  return `${Math.floor(bytes / 1024)}Ki`;
}

/** What the machine has; the kubelet counts memory and disk in Ki. */
function capacityOf({ machine }: NodeMachine): StringMap {
  return {
    cpu: machine.cpu,
    'ephemeral-storage': kibibytes(whole(machine.ephemeralStorage)),
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
    memory: kibibytes(whole(machine.memory)),
    pods: `${machine.pods}`,
    ...extendedOf(machine),
  };
}

/** What device plugins advertise; nothing of it is reserved. */
function extendedOf({ extendedResources = {} }: Machine): StringMap {
  return Object.fromEntries(
    Object.keys(extendedResources)
      .sort()
      .map((name) => [name, `${extendedResources[name]}`]),
  );
}

export function allocatableOf({ machine }: Pick<NodeMachine, 'machine'>): StringMap {
  const disk = whole(machine.ephemeralStorage);
  return {
    cpu: milli(machine.cpu) % 1000 === 0 ? `${milli(machine.cpu) / 1000}` : `${milli(machine.cpu)}m`,
    'ephemeral-storage': `${disk - Math.floor(disk / EVICTION_DISK_PARTS)}`,
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
    memory: kibibytes(Math.max(0, whole(machine.memory) - EVICTION_MEMORY)),
    pods: `${machine.pods}`,
    ...extendedOf(machine),
  };
}

/** The allocatable amounts in smallest units. */
export function allocatableResources(machine: NodeMachine) {
  return resourcesOf(allocatableOf(machine));
}

function nodeLabels(machine: NodeMachine): StringMap {
  return {
    'beta.kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': machine.name,
    'kubernetes.io/os': 'linux',
    'node.kubernetes.io/instance-type': machine.instanceType,
    'topology.kubernetes.io/region': machine.region,
    'topology.kubernetes.io/zone': machine.zone,
    ...machine.labels,
  };
}

function systemInfo(random: RandomStream, name: string, version: string, boots: number): NodeSystemInfo {
  const uuid = (purpose: string): string => {
    const hex = hexDigest(random, `${name}/${purpose}`);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  };
  return {
    architecture: 'amd64',
    bootID: uuid(`boot#${boots}`),
    containerRuntimeVersion: 'containerd://2.1.4',
    kernelVersion: '6.12.0',
    kubeProxyVersion: '',
    kubeletVersion: version,
    machineID: hexDigest(random, `${name}/machine`).slice(0, 32),
    operatingSystem: 'linux',
    osImage: 'Linux',
    systemUUID: uuid('system'),
  };
}

/** What a node's conditions say of it besides whether its network is up. */
export interface NodeState {
  readonly pressures: readonly Pressure[];
  readonly isShuttingDown: boolean;
}

export const AT_EASE: NodeState = { pressures: [], isShuttingDown: false };

interface ConditionText {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

/** Setters of `pkg/kubelet/nodestatus`. */
const NO_PRESSURES: readonly ConditionText[] = [
  {
    type: 'MemoryPressure',
    reason: 'KubeletHasSufficientMemory',
    message: 'kubelet has sufficient memory available',
  },
  { type: 'DiskPressure', reason: 'KubeletHasNoDiskPressure', message: 'kubelet has no disk pressure' },
  {
    type: 'PIDPressure',
    reason: 'KubeletHasSufficientPID',
    message: 'kubelet has sufficient PID available',
  },
];
const UNDER_PRESSURE: Readonly<Record<Pressure, ConditionText>> = {
  MemoryPressure: {
    type: 'MemoryPressure',
    reason: 'KubeletHasInsufficientMemory',
    message: 'kubelet has insufficient memory available',
  },
  DiskPressure: {
    type: 'DiskPressure',
    reason: 'KubeletHasDiskPressure',
    message: 'kubelet has disk pressure',
  },
  PIDPressure: {
    type: 'PIDPressure',
    reason: 'KubeletHasInsufficientPID',
    message: 'kubelet has insufficient PID available',
  },
};
const READY: ConditionText = {
  type: 'Ready',
  reason: 'KubeletReady',
  message: 'kubelet is posting ready status',
};
const NOT_READY: ConditionText = {
  type: 'Ready',
  reason: 'KubeletNotReady',
  message:
    'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady ' +
    'message:Network plugin returns error: cni plugin not initialized',
};

const SHUTTING_DOWN: ConditionText = {
  type: 'Ready',
  reason: 'KubeletNotReady',
  message: 'node is shutting down',
};

function condition(
  text: ConditionText,
  status: string,
  at: string,
  before: readonly NodeCondition[] | undefined,
): NodeCondition {
  const known = before?.find(({ type }) => type === text.type);
  const lastTransitionTime = known !== undefined && known.status === status ? known.lastTransitionTime : at;
  return {
    lastHeartbeatTime: at,
    lastTransitionTime,
    message: text.message,
    reason: text.reason,
    status,
    type: text.type,
  };
}

function conditionsAt(
  ready: boolean,
  { pressures, isShuttingDown }: NodeState,
  now: Micros,
  before?: readonly NodeCondition[],
): readonly NodeCondition[] {
  const at = rfc3339(now);
  const own = [
    ...NO_PRESSURES.map((text) => {
      const found = pressures.find((type) => type === text.type);
      return found === undefined
        ? condition(text, 'False', at, before)
        : condition(UNDER_PRESSURE[found], 'True', at, before);
    }),
    ready && !isShuttingDown
      ? condition(READY, 'True', at, before)
      : condition(isShuttingDown ? SHUTTING_DOWN : NOT_READY, 'False', at, before),
  ];
  const others = before?.filter(({ type }) => !own.some((mine) => mine.type === type)) ?? [];
  return [...others, ...own];
}

/** What the kubelet of one machine writes of its node. Pure, but for the draws of its ids. */
export class NodeWriter {
  private readonly settings: KubeletSettings;
  private readonly random: RandomStream;
  private readonly capacity: StringMap;
  private readonly allocatable: StringMap;
  /** As the conditions say it; set by the kubelet. */
  state: NodeState = AT_EASE;

  constructor(settings: KubeletSettings, random: RandomStream) {
    this.settings = settings;
    this.random = random;
    this.capacity = capacityOf(settings.machine);
    this.allocatable = allocatableOf(settings.machine);
  }

  private status(ready: boolean, now: Micros, boots: number, before?: NodeStatus): NodeStatus {
    const { machine, version } = this.settings;
    return {
      ...before,
      addresses: [
        { address: machine.address, type: 'InternalIP' },
        { address: machine.name, type: 'Hostname' },
      ],
      allocatable: this.allocatable,
      capacity: this.capacity,
      conditions: conditionsAt(ready, this.state, now, before?.conditions),
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: systemInfo(this.random, machine.name, version, boots),
    };
  }

  /** A new node carries the taint until it is ready (admission plugin TaintNodesByCondition). */
  node(ready: boolean, now: Micros, boots: number): NewObject<Node> {
    const { machine } = this.settings;
    const taints = ready ? machine.taints : [...machine.taints, NOT_READY_TAINT];
    return {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: machine.name, labels: nodeLabels(machine) },
      spec: {
        podCIDR: machine.podCidr,
        podCIDRs: [machine.podCidr],
        providerID: machine.providerId,
        taints: taints.length === 0 ? undefined : taints,
        unschedulable: undefined,
      },
      status: this.status(ready, now, boots),
    };
  }

  /** The whole status, as a kubelet writes it that has just started. */
  started(ready: boolean, now: Micros, boots: number): (stored: KubeObject) => KubeObject {
    return (stored) => {
      const node = stored as Node;
      return { ...node, status: this.status(ready, now, boots, node.status) };
    };
  }

  /** The conditions alone, where they don't already say so: the heartbeat itself makes no event. */
  reported(ready: boolean, now: Micros): (stored: KubeObject) => KubeObject {
    const { state } = this;
    return (stored) => {
      const node = stored as Node;
      const before = node.status.conditions;
      const conditions = conditionsAt(ready, state, now, before);
      const same = conditions.every((own) => {
        const known = before?.find(({ type }) => type === own.type);
        return known?.status === own.status && known.reason === own.reason && known.message === own.message;
      });
      return same ? stored : { ...node, status: { ...node.status, conditions } };
    };
  }

  images(images: readonly ContainerImage[]): (stored: KubeObject) => KubeObject {
    return (stored) => {
      const node = stored as Node;
      return { ...node, status: { ...node.status, images } };
    };
  }

  get leaseEverySeconds(): number {
    // Whole seconds, and never none: 0 would say that nobody renews it.
    return Math.max(1, Math.floor(this.settings.nodeLeaseDurationSeconds / LEASE_RENEWALS_PER_DURATION));
  }

  private leaseSpec(renewed: Micros, before?: RenewedLeaseSpec): RenewedLeaseSpec {
    return {
      ...before,
      holderIdentity: this.settings.machine.name,
      leaseDurationSeconds: this.settings.nodeLeaseDurationSeconds,
      renewEverySeconds: this.leaseEverySeconds,
      renewTime: rfc3339Micro(renewed),
    };
  }

  /** The node's Lease, owned by the node where its uid is known, so that it goes with it. */
  lease(now: Micros, nodeUid: string | undefined): NewObject<Lease> {
    const { name } = this.settings.machine;
    const owner = { apiVersion: 'v1', kind: 'Node', name };
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name,
        namespace: NODE_LEASE_NAMESPACE,
        ownerReferences: nodeUid === undefined ? undefined : [{ ...owner, uid: nodeUid }],
      },
      spec: this.leaseSpec(now),
    };
  }

  renewing(now: Micros): (stored: KubeObject) => KubeObject {
    return (stored) => {
      const lease = stored as Lease;
      return { ...lease, spec: this.leaseSpec(now, lease.spec) } as Lease;
    };
  }
}

/** Renewals have stopped: the object says when the last one was. */
export function renewalsEnded(last: Micros): (stored: KubeObject) => KubeObject {
  return (stored) => {
    const lease = stored as Lease;
    const spec: RenewedLeaseSpec = {
      ...lease.spec,
      renewEverySeconds: undefined,
      renewTime: rfc3339Micro(last),
    };
    return { ...lease, spec } as Lease;
  };
}
