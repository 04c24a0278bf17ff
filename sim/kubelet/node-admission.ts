import { requiredNodeTest } from '../../controllers/scheduling/plugins/node-affinity.ts';
import { anyTolerates } from '../../controllers/scheduling/taints.ts';
import { podRequests, qosClass, type Resources } from '../../core/kinds/pod/resources.ts';
import type { Node, Pod, Taint } from '../../core/schema/types.generated.ts';
import { allocatableResources } from './node-object.ts';
import { isCriticalPod } from './pod-order.ts';
import type { Pressure } from './pressure/thresholds.ts';
import type { NodeMachine } from './settings.ts';

/** Why a kubelet won't run a pod that was bound to it: the pod fails with these. */
export interface AdmissionRefusal {
  readonly reason: string;
  readonly message: string;
}

/** What a resource of the node holds, by its name. */
interface Amounts {
  readonly name: string;
  readonly capacity: number;
  readonly used: number;
  readonly requested: number;
}

function lacking({ name, capacity, used, requested }: Amounts): AdmissionRefusal {
  // `OutOf` and the resource as it stands: OutOfcpu (`pkg/kubelet/lifecycle/predicate.go`).
  return {
    reason: `OutOf${name}`,
    message:
      `Pod was rejected: Node didn't have enough resource: ${name}, ` +
      `requested: ${requested}, used: ${used}, capacity: ${capacity}`,
  };
}

/** The kubelet's own check of what the scheduler decided: two schedulers, or a stale one, may overfill a node. */
export class NodeAdmission {
  private readonly allocatable: Resources;
  private readonly maxPods: number;
  /** Conditions of the node under which few pods are let in. */
  pressures: readonly Pressure[] = [];
  isShuttingDown = false;
  private pods = 0;
  private milliCpu = 0;
  private memory = 0;
  private ephemeralStorage = 0;
  private readonly scalars = new Map<string, number>();

  constructor(machine: NodeMachine) {
    this.allocatable = allocatableResources(machine);
    this.maxPods = machine.machine.pods;
  }

  /** Hot path. `node`: as the kubelet's informer has it; its labels and taints aren't checked before it is known. */
  refusal(pod: Pod, node: Node | undefined): AdmissionRefusal | undefined {
    if (this.isShuttingDown) {
      const message = 'Pod was rejected: Pod was rejected as the node is shutting down.';
      return { reason: 'NodeShutdown', message };
    }
    if (this.pressures.length > 0 && !toleratesPressure(pod, this.pressures)) {
      const message = `Pod was rejected: The node had condition: [${this.pressures.join(' ')}]. `;
      return { reason: 'Evicted', message };
    }
    if (this.pods + 1 > this.maxPods) {
      return lacking({ name: 'pods', capacity: this.maxPods, used: this.pods, requested: 1 });
    }
    return this.lackingResource(podRequests(pod)) ?? (node === undefined ? undefined : unfit(pod, node));
  }

  private lackingResource(requests: Resources): AdmissionRefusal | undefined {
    const { allocatable } = this;
    if (requests.milliCpu > 0 && this.milliCpu + requests.milliCpu > allocatable.milliCpu) {
      const { milliCpu } = requests;
      return lacking({
        name: 'cpu',
        capacity: allocatable.milliCpu,
        used: this.milliCpu,
        requested: milliCpu,
      });
    }
    if (requests.memory > 0 && this.memory + requests.memory > allocatable.memory) {
      const { memory } = requests;
      return lacking({ name: 'memory', capacity: allocatable.memory, used: this.memory, requested: memory });
    }
    const disk = requests.ephemeralStorage;
    if (disk > 0 && this.ephemeralStorage + disk > allocatable.ephemeralStorage) {
      const capacity = allocatable.ephemeralStorage;
      return lacking({ name: 'ephemeral-storage', capacity, used: this.ephemeralStorage, requested: disk });
    }
    for (const name of Object.keys(requests.scalars).sort()) {
      const requested = requests.scalars[name] ?? 0;
      const used = this.scalars.get(name) ?? 0;
      const capacity = allocatable.scalars[name];
      // What the node doesn't know is somebody else's affair, a scheduler extender's (`removeMissingExtendedResources`).
      if (capacity === undefined) continue;
      if (requested > 0 && used + requested > capacity) return lacking({ name, capacity, used, requested });
    }
    return undefined;
  }

  /**
   * Why a pod can't be resized: its node could never hold it, or can't while others are there. `before`: as it is counted.
   */
  resizeRefusal(pod: Pod, before: Pod): AdmissionRefusal | undefined {
    const { milliCpu, memory } = podRequests(pod);
    const { allocatable } = this;
    const never = (name: string, requested: number, capacity: number): AdmissionRefusal => ({
      reason: 'Infeasible',
      message: `Node didn't have enough capacity: ${name}, requested: ${requested}, capacity: ${capacity}`,
    });
    if (milliCpu > allocatable.milliCpu) return never('cpu', milliCpu, allocatable.milliCpu);
    if (memory > allocatable.memory) return never('memory', memory, allocatable.memory);
    this.count(before, -1);
    const lacks = this.lackingResource(podRequests(pod));
    this.count(before, 1);
    if (lacks === undefined) return undefined;
    return { reason: 'Deferred', message: lacks.message.replace('Pod was rejected: ', '') };
  }

  admit(pod: Pod): void {
    this.count(pod, 1);
  }

  release(pod: Pod): void {
    this.count(pod, -1);
  }

  private count(pod: Pod, sign: 1 | -1): void {
    const requests = podRequests(pod);
    this.pods += sign;
    this.milliCpu += sign * requests.milliCpu;
    this.memory += sign * requests.memory;
    this.ephemeralStorage += sign * requests.ephemeralStorage;
    for (const name of Object.keys(requests.scalars)) {
      this.scalars.set(name, (this.scalars.get(name) ?? 0) + sign * (requests.scalars[name] ?? 0));
    }
  }
}

const MEMORY_PRESSURE: Taint = { effect: 'NoSchedule', key: 'node.kubernetes.io/memory-pressure' };

/** Critical pods come in always; under memory pressure alone, all that request something or tolerate it (`Admit` of the eviction manager). */
function toleratesPressure(pod: Pod, pressures: readonly Pressure[]): boolean {
  if (isCriticalPod(pod)) return true;
  if (pressures.length > 1 || pressures[0] !== 'MemoryPressure') return false;
  return qosClass(pod.spec) !== 'BestEffort' || anyTolerates(pod.spec.tolerations, MEMORY_PRESSURE);
}

/** `GeneralPredicates` on the node's own labels, and the taints that would evict the pod at once. */
function unfit(pod: Pod, node: Node): AdmissionRefusal | undefined {
  const fits = requiredNodeTest(pod);
  if (fits !== undefined && !fits(node)) {
    return {
      reason: 'NodeAffinity',
      message:
        "Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
    };
  }
  for (const taint of node.spec?.taints ?? []) {
    if (taint.effect === 'NoExecute' && !anyTolerates(pod.spec.tolerations, taint)) {
      return {
        reason: 'TaintToleration',
        message:
          "Pod was rejected: Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate",
      };
    }
  }
  return undefined;
}
