import type { CsiDriverModel, CsiOperation } from '../../controllers/storage/csi/driver.ts';
import type { PropagationPolicy } from '../../core/api/command.ts';
import type { NewObject, StringMap } from '../../core/api/object.ts';
import type { RestRequest } from '../../core/rest/request.ts';
import type { LabelSelector, Pod, Taint } from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';
import type { KubernetesSettings } from './flags.ts';

/**
 * A scenario as the simulation runs it: every default filled in, every file read, every text parsed. It is plain
 * JSON, so that it can be the first stimulus of a log and the log re-executes without any file.
 *
 * A `Duration` is a length of time; the moments of a scenario (`at`, `from`, `until`, `after`) are durations
 * since `startTime`. Only `startTime` itself is a moment of the clock.
 */
export type Duration = Micros;

export interface Scenario {
  readonly name: string;
  readonly seed: number;
  readonly startTime: Micros;
  readonly duration: Duration;
  readonly cluster: ClusterSpec;
  /** Applied one after the other at the start, in this order, each complete with its namespace. */
  readonly manifests: readonly ManifestObject[];
  /** The first whose `match` fits a container holds for it. */
  readonly behaviors: readonly ContainerBehavior[];
  /** Requests that come from outside. Absent: none. */
  readonly traffic?: readonly TrafficFlow[];
  /** Metrics of anything but pods, which autoscalers may ask for. Absent: none. */
  readonly metrics?: readonly OutsideMetric[];
  /** Sorted by `at`; entries of one moment keep the order of the file. */
  readonly timeline: readonly TimelineEntry[];
  readonly expect: readonly Expectation[];
}

/** An object to apply, and where it was written: `shop/web.yaml:12`. */
export interface ManifestObject {
  readonly source: string;
  readonly object: NewObject;
}

export interface ClusterSpec {
  readonly kubernetes: KubernetesSettings;
  readonly nodeGroups: readonly NodeGroup[];
  /** CSI drivers that are there from the start. Absent: none, and others come with the first class or volume that names them. */
  readonly csiDrivers?: readonly CsiDriverModel[];
}

export interface NodeGroup {
  readonly name: string;
  /** Nodes at the start. */
  readonly count: number;
  /** Bounds for an autoscaler; both are `count` unless given. */
  readonly min: number;
  readonly max: number;
  /** The group's nodes take these in turn. */
  readonly zones: readonly string[];
  readonly machine: Machine;
  readonly labels: StringMap;
  readonly taints: readonly Taint[];
  /** From the request for a machine to the registration of its node. Nodes of the start are there at once. */
  readonly bootTime: Duration;
  readonly pricePerHour: number;
  /** Pods that each of its kubelets runs from files of its own. */
  readonly staticPods?: readonly NewObject<Pod>[];
}

/** Whether a group can grow or shrink: then there is a cluster autoscaler. */
export function isAutoscaled({ min, max }: NodeGroup): boolean {
  return min < max;
}

/** What a node has (`status.capacity`), as quantities in their canonical text. */
export interface Machine {
  readonly cpu: string;
  readonly memory: string;
  readonly ephemeralStorage: string;
  readonly pods: number;
  /** What device plugins advertise, such as GPUs (`nvidia.com/gpu`). */
  readonly extendedResources?: Readonly<Record<string, number>>;
}

/** A time that differs from case to case: half are at most `p50`, 99 of 100 at most `p99`. Equal: always the same. */
export interface TimeSpread {
  readonly p50: Duration;
  readonly p99: Duration;
}

/** Which containers a behaviour is for: those that fit everything that is given. */
export interface BehaviorMatch {
  readonly namespace?: string;
  /** Labels of the pod, all of which it must have. */
  readonly labels?: StringMap;
  /** Name of the container. */
  readonly container?: string;
  /** The image; `*` stands for any text. */
  readonly image?: string;
}

/** What the program in a container would do. An absent part is the simulation's default. */
export interface ContainerBehavior {
  readonly match: BehaviorMatch;
  /** From the start of the container until the program serves, which is when its probes first pass. */
  readonly startup?: TimeSpread;
  /** From SIGTERM until the program has ended by itself. */
  readonly shutdown?: TimeSpread;
  /** The program ends by itself: a job that is done, or a crash. Absent: it runs until it is stopped. */
  readonly exit?: ContainerExit;
  /** What its `postStart` hook comes to, where its container has one. */
  readonly postStart?: HookBehavior;
  readonly preStop?: HookBehavior;
  /** Times of a run (since the program serves) in which readiness probes fail. */
  readonly unready?: readonly Outage[];
  /** The same for liveness probes: the kubelet will restart the container. */
  readonly unhealthy?: readonly Outage[];
  /** What a request costs the program. Absent: nothing. */
  readonly request?: RequestCost;
  /** What the program uses when it does nothing. Absent: a share of what its container requests. */
  readonly usage?: IdleUsage;
}

/** What one request costs the program that answers it. */
export interface RequestCost {
  /** CPU time, the mean. */
  readonly cpu: Duration;
  /** Time in which the program only waits, its calls not included. */
  readonly latency: Duration;
  /** Bytes, while the request is in flight. */
  readonly memory: number;
  /** What it asks of other Services, one call after the other. */
  readonly calls: readonly DownstreamCall[];
  /** Who asks gives up after this long. */
  readonly timeout: Duration;
}

export interface DownstreamCall {
  readonly to: ServiceTarget;
  /** Calls for each request; 0.2 for one in five. */
  readonly count: number;
}

export interface ServiceTarget {
  readonly namespace: string;
  readonly name: string;
}

export interface IdleUsage {
  /** Milli-CPU. */
  readonly cpu?: number;
  /** Bytes. */
  readonly memory?: number;
  /** Bytes that are added each hour of a run, and never given back. */
  readonly leakPerHour?: number;
  /** Bytes that it writes to the disk of its node when it starts, and each hour of a run. */
  readonly disk?: number;
  readonly fillsPerHour?: number;
  /** The emptyDir that it writes to. Absent: its own layer and its logs. */
  readonly volume?: string;
}

/** Requests a second, in thousandths. */
export type MilliRate = number;

/** Requests from outside the cluster to one Service. */
/** A metric of an object, or where there is none, of what is outside of the cluster. */
export interface OutsideMetric {
  readonly name: string;
  readonly object?: { readonly resource: string; readonly name: string };
  /** Absent: of every namespace. */
  readonly namespace?: string;
  readonly labels: StringMap;
  /** In thousandths, each from a moment on; in the order of time. */
  readonly values: readonly { readonly at: Duration; readonly value: number }[];
}

export interface TrafficFlow {
  /** Unique. */
  readonly name: string;
  readonly to: ServiceTarget;
  readonly shape: TrafficShape;
  readonly spikes: readonly TrafficSpike[];
}

export type TrafficShape =
  | { readonly type: 'constant'; readonly rate: MilliRate }
  | {
      /** A raised cosine between two rates. */
      readonly type: 'diurnal';
      readonly base: MilliRate;
      readonly peak: MilliRate;
      /** Since midnight (UTC) of the day on which the run starts. */
      readonly peakAt: Duration;
      readonly period: Duration;
    };

/** The rate is `x` times what it would be. */
export interface TrafficSpike {
  readonly at: Duration;
  readonly x: number;
  readonly for: Duration;
  /** Time of the rise and, once it is over, of the fall. */
  readonly ramp: Duration;
}

export interface ContainerExit {
  /** Since the start of the container. */
  readonly after: TimeSpread;
  readonly code: number;
  /** `OOMKilled` or `Error`; by the code unless given. */
  readonly reason?: string;
  /** Only the first so many runs of a pod's container end this way; later ones run on. Absent: every run. */
  readonly runs?: number;
  /** What it writes to its `terminationMessagePath`. */
  readonly message?: string;
}

/** A lifecycle hook that is a command or a request. */
export interface HookBehavior {
  readonly takes: TimeSpread;
  /** Exit code of its command; of a request, any but 0 says that nobody answers. */
  readonly code: number;
  /** Only in the first so many runs of a container it ends with the code; later it succeeds. */
  readonly runs?: number;
}

export interface Outage {
  readonly after: Duration;
  /** Absent: for the rest of the run. */
  readonly for?: Duration;
}

/** An object that exists, by `plural.group`: plain JSON, where a `Kind` is not. */
export interface ObjectTarget {
  readonly resource: string;
  /** Absent for a cluster-scoped kind. */
  readonly namespace?: string;
  readonly name: string;
}

export interface TimelineEntry {
  readonly at: Duration;
  /** Where it was written: `shop.yaml:31`. */
  readonly source: string;
  readonly action: Action;
}

/** What a user does, or what befalls the world. `op` chooses the handler, as of a stimulus in the log. */
export type Action =
  | { readonly op: 'apply'; readonly objects: readonly ManifestObject[] }
  | {
      readonly op: 'delete';
      readonly target: ObjectTarget;
      readonly propagationPolicy: PropagationPolicy;
      readonly gracePeriodSeconds?: number;
    }
  | { readonly op: 'scale'; readonly target: ObjectTarget; readonly replicas: number }
  | {
      readonly op: 'setImage';
      readonly target: ObjectTarget;
      readonly container: string;
      readonly image: string;
    }
  /** A JSON merge patch (RFC 7386). */
  | { readonly op: 'patch'; readonly target: ObjectTarget; readonly patch: Readonly<Record<string, unknown>> }
  /** `kubectl rollout restart`: an annotation on the pod template. */
  | { readonly op: 'restart'; readonly target: ObjectTarget }
  | { readonly op: 'cordon'; readonly node: string }
  | { readonly op: 'uncordon'; readonly node: string }
  | DrainAction
  | RequestAction
  | FaultAction;

/** What a client of the HTTP server asked for. It stands in logs alone. */
export interface RequestAction {
  readonly op: 'request';
  readonly request: RestRequest;
}

/** `kubectl drain`, with its options' defaults. */
export interface DrainAction {
  readonly op: 'drain';
  readonly node: string;
  readonly ignoreDaemonSets: boolean;
  readonly deleteEmptyDirData: boolean;
  /** Evict pods without a controller too, which nobody makes again. */
  readonly force: boolean;
  /** Of the pods; their own unless given. */
  readonly gracePeriodSeconds?: number;
  /** Give up after this long. Absent: never. */
  readonly timeout?: Duration;
}

/** `for` absent: until the end of the run. */
export type FaultAction =
  | {
      readonly op: 'fault';
      readonly fault: 'node-crash' | 'node-shutdown';
      readonly node: NodeChoice;
      readonly for?: Duration;
    }
  | {
      readonly op: 'fault';
      readonly fault: 'node-partition';
      readonly node: NodeChoice;
      readonly for?: Duration;
    }
  | {
      readonly op: 'fault';
      readonly fault: 'container-crash';
      readonly pods: PodChoice;
      /** Absent: the first container of each. */
      readonly container?: string;
      readonly exitCode: number;
    }
  | {
      readonly op: 'fault';
      readonly fault: 'image-pull-failure';
      /** `*` stands for any text. */
      readonly image: string;
      readonly for?: Duration;
    }
  | {
      readonly op: 'fault';
      readonly fault: 'controller-crash';
      readonly controller: 'kube-controller-manager' | 'kube-scheduler' | 'cluster-autoscaler';
      readonly for?: Duration;
    }
  | {
      readonly op: 'fault';
      readonly fault: 'watch-delay';
      readonly controller: 'kube-controller-manager' | 'kube-scheduler';
      readonly by: Duration;
      readonly for?: Duration;
    }
  | {
      readonly op: 'fault';
      readonly fault: 'storage-failure';
      /** Absent: every driver. */
      readonly driver?: string;
      /** Absent: all that drivers do. */
      readonly operations?: readonly CsiOperation[];
      /** What the driver answers. */
      readonly message: string;
      readonly for?: Duration;
    }
  | { readonly op: 'fault'; readonly fault: 'zone-outage'; readonly zone: string; readonly for?: Duration }
  | {
      readonly op: 'fault';
      readonly fault: 'slow-boot';
      /** Absent: every group. */
      readonly group?: string;
      readonly boot: SlowBoot;
      readonly for?: Duration;
    }
  | {
      readonly op: 'fault';
      readonly fault: 'cloud-out-of-capacity';
      /** Absent: every group. */
      readonly group?: string;
      /** Absent: in every zone. */
      readonly zone?: string;
      readonly for?: Duration;
    }
  | {
      readonly op: 'fault';
      readonly fault: 'load-spike';
      /** Absent: every flow. */
      readonly to?: ServiceTarget;
      readonly x: number;
      readonly for?: Duration;
    }
  | {
      readonly op: 'fault';
      readonly fault: 'noisy-neighbour';
      readonly node: NodeChoice;
      /** What it takes of the node's CPU. */
      readonly takes: CpuTaken;
      readonly for?: Duration;
    }
  | {
      readonly op: 'fault';
      readonly fault: 'memory-pressure' | 'disk-pressure' | 'pid-pressure';
      readonly node: NodeChoice;
      readonly takes: ResourceTaken;
      readonly for?: Duration;
    };

/** Bytes of memory or disk, or processes; or a share of what the node has, from 0 to 1. */
export type ResourceTaken = { readonly amount: number } | { readonly share: number };

/** In milli-CPU, or as a share of what the node has, from 0 to 1. */
export type CpuTaken = { readonly cpu: number } | { readonly share: number };

export type FaultName = FaultAction['fault'];

/** How slowly machines boot: so many times their group's time, or this long. */
export type SlowBoot = { readonly times: number } | { readonly bootTime: Duration };

/** One node: this one, a drawn one of those with the labels, or the one that runs the first of these pods. */
export type NodeChoice =
  | { readonly name: string }
  | { readonly any: LabelSelector }
  | { readonly hosting: PodChoice };

/** One pod by its name, or all pods of a namespace that the selector fits. */
export type PodChoice =
  | { readonly namespace: string; readonly name: string }
  | { readonly namespace: string; readonly selector: LabelSelector };

export type Expectation =
  | {
      readonly type: 'always';
      readonly name: string;
      readonly expression: string;
      /** Absent: from the first moment at which it holds. */
      readonly from?: Duration;
      /** Absent: to the end of the run. */
      readonly until?: Duration;
    }
  | {
      readonly type: 'eventually';
      readonly name: string;
      readonly expression: string;
      /** The search begins here; 0 unless given. */
      readonly after: Duration;
      /** Counted from `after`. Absent: to the end of the run. */
      readonly within?: Duration;
    };
