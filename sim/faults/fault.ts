import type { CsiOperation } from '../../controllers/storage/csi/driver.ts';
import type { View } from '../../core/store/view.ts';
import type { Micros } from '../../core/time.ts';
import type { Cause } from '../actor.ts';
import type { ContainerKill } from '../kubelet/kubelet.ts';
import type { RandomStream } from '../random/keyed.ts';
import type {
  CpuTaken,
  FaultAction,
  FaultName,
  ResourceTaken,
  ServiceTarget,
  SlowBoot,
} from '../scenario/scenario.ts';

/** What faults may touch of the simulated world, and no more. */
export interface FaultWorld {
  readonly now: Micros;
  /** The truth, by which a fault chooses whom it hits. */
  readonly view: View;
  readonly random: RandomStream;
  readonly nodes: FaultNodes;
  readonly registry: FaultRegistry;
  readonly processes: FaultProcesses;
  readonly load: FaultLoad;
  readonly cloud: FaultCloud;
  readonly storage: FaultStorage;
}

export interface FaultNodes {
  /** Names of all machines, in order. */
  readonly names: readonly string[];
  crash(name: string, cause: Cause): void;
  recover(name: string, cause: Cause): void;
  /** Gracefully, where its kubelet is told to be; then it has no power. */
  shutdown(name: string, cause: Cause): void;
  partition(name: string, on: boolean, cause: Cause): void;
  /** Whether a container was running there to be killed. */
  killContainer(
    nodeName: string,
    podKey: string,
    container: string | undefined,
    how: ContainerKill,
    cause: Cause,
  ): boolean;
  /** A part of what a machine has is taken by what is no pod, or given back. */
  take(name: string, resource: NodeResource, taken: ResourceTaken, on: boolean, cause: Cause): void;
}

export type NodeResource = 'memory' | 'disk' | 'pids';

export interface FaultRegistry {
  fail(pattern: string): void;
  restore(pattern: string): void;
}

export interface FaultProcesses {
  /** Whether there was one of the name that ran. */
  crash(name: string, cause: Cause): boolean;
  restart(name: string, cause: Cause): void;
  /** It hears of every change so much later than usual; 0 ends that. Whether there is one of the name. */
  delayWatch(name: string, by: Micros): boolean;
}

export interface FaultLoad {
  /** The flows to a Service, or all of them, bring `x` times as much from now on: the names of those flows. */
  multiply(to: ServiceTarget | undefined, x: number, cause: Cause): readonly string[];
  /** The reverse. */
  divide(flows: readonly string[], x: number, cause: Cause): void;
  /** A part of a node's CPU is taken by what is no pod, or given back. */
  takeCpu(node: string, taken: CpuTaken, on: boolean, cause: Cause): void;
}

export interface FaultStorage {
  /** What drivers are asked for from now on fails, until the same text is given back. */
  fail(id: string, trouble: StorageTrouble): void;
  restore(id: string): void;
}

/** Which operations of which driver fail, and with what. */
export interface StorageTrouble {
  /** Absent: every driver. */
  readonly driver: string | undefined;
  readonly operations: readonly CsiOperation[] | undefined;
  readonly message: string;
}

/** Which groups and zones of the cloud are meant; what is absent is all of them. */
export interface CloudScope {
  readonly group?: string;
  readonly zone?: string;
}

export interface FaultCloud {
  /** What is there of it: `group general`, `zone b`. Nothing where the cloud has no such group or zone. */
  scoped(scope: CloudScope): readonly string[];
  /** A zone has no power: machines that boot there fail, and none can be had. The machines that ran there. */
  cutZone(zone: string, cause: Cause): readonly string[];
  restoreZone(zone: string): void;
  /** Machines asked for from now on boot slowly, until the same text is given back. */
  slowBoots(id: string, group: string | undefined, boot: SlowBoot): void;
  usualBoots(id: string): void;
  /** Requests for machines are refused, until the same text is given back. */
  refuse(id: string, scope: CloudScope): void;
  accept(id: string): void;
}

type ActionNamed<A, N> = A extends { readonly fault: infer F } ? (N extends F ? A : never) : never;

export type FaultOf<N extends FaultName> = ActionNamed<FaultAction, N>;

/**
 * One kind of fault. `start` says whom it hit, by name, so that its end undoes that and nothing else, and a host
 * can tell that it hit nobody.
 */
export interface Fault<N extends FaultName = FaultName> {
  readonly name: N;
  start(world: FaultWorld, action: FaultOf<N>, cause: Cause): readonly string[];
  /** Absent where nothing lasts. */
  end?(world: FaultWorld, action: FaultOf<N>, hit: readonly string[], cause: Cause): void;
}
