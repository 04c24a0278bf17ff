import { milli, whole } from '../../quantity.ts';
import type { Container, Pod, PodSpec, Quantity } from '../../schema/types.generated.ts';

type ResourceMap = Readonly<Record<string, Quantity>>;

/** Amounts of a pod or a node in their smallest unit: thousandths of a CPU, bytes, counts. */
export interface Resources {
  readonly milliCpu: number;
  readonly memory: number;
  readonly ephemeralStorage: number;
  /** Extended resources and huge pages, by name; no other key. */
  readonly scalars: Readonly<Record<string, number>>;
}

export interface PodRequests extends Resources {
  /** With 100m and 200Mi for a container that asks for none: what scoring counts (scheduler `util.GetNonzeroRequests`). */
  readonly nonZeroMilliCpu: number;
  readonly nonZeroMemory: number;
}

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

/** kube-scheduler's `DefaultMilliCPURequest` and `DefaultMemoryRequest`. */
const DEFAULT_MILLI_CPU_REQUEST = 100;
const DEFAULT_MEMORY_REQUEST = 200 * 1024 * 1024;

const NO_SCALARS: Readonly<Record<string, number>> = Object.freeze({});

/** An open sum of amounts; `scalars` is made when first needed. */
interface Sum {
  milliCpu: number;
  memory: number;
  ephemeralStorage: number;
  scalars: Record<string, number> | undefined;
}

function emptySum(): Sum {
  return { milliCpu: 0, memory: 0, ephemeralStorage: 0, scalars: undefined };
}

function copyOf(sum: Sum): Sum {
  return { ...sum, scalars: sum.scalars === undefined ? undefined : { ...sum.scalars } };
}

function readInto(sum: Sum, list: ResourceMap | undefined): Sum {
  if (list === undefined) return sum;
  for (const name of Object.keys(list)) {
    const quantity = list[name];
    if (quantity === undefined) continue;
    if (name === 'cpu') sum.milliCpu += milli(quantity);
    else if (name === 'memory') sum.memory += whole(quantity);
    else if (name === 'ephemeral-storage') sum.ephemeralStorage += whole(quantity);
    else {
      sum.scalars ??= {};
      sum.scalars[name] = (sum.scalars[name] ?? 0) + whole(quantity);
    }
  }
  return sum;
}

function addInto(sum: Sum, other: Sum): void {
  sum.milliCpu += other.milliCpu;
  sum.memory += other.memory;
  sum.ephemeralStorage += other.ephemeralStorage;
  if (other.scalars === undefined) return;
  sum.scalars ??= {};
  for (const name of Object.keys(other.scalars)) {
    sum.scalars[name] = (sum.scalars[name] ?? 0) + other.scalars[name]!;
  }
}

function raiseTo(sum: Sum, other: Sum): void {
  sum.milliCpu = Math.max(sum.milliCpu, other.milliCpu);
  sum.memory = Math.max(sum.memory, other.memory);
  sum.ephemeralStorage = Math.max(sum.ephemeralStorage, other.ephemeralStorage);
  if (other.scalars === undefined) return;
  sum.scalars ??= {};
  for (const name of Object.keys(other.scalars)) {
    sum.scalars[name] = Math.max(sum.scalars[name] ?? 0, other.scalars[name]!);
  }
}

/** The amounts that pod-level resources may set, which then stand instead of the containers' sum. */
function isPodLevel(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
}

function overrideWith(sum: Sum, list: ResourceMap | undefined): void {
  if (list === undefined) return;
  for (const name of Object.keys(list)) {
    const quantity = list[name];
    if (quantity === undefined || !isPodLevel(name)) continue;
    if (name === 'cpu') sum.milliCpu = milli(quantity);
    else if (name === 'memory') sum.memory = whole(quantity);
    else {
      sum.scalars ??= {};
      sum.scalars[name] = whole(quantity);
    }
  }
}

type AmountsOf = (container: Container) => Sum;

/**
 * What the containers of a pod need at most at one time: the running ones together with the sidecars (init
 * containers that restart always), or the largest init container with the sidecars started before it
 * (https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers).
 */
function effective(spec: PodSpec, amountsOf: AmountsOf): Sum {
  const running = emptySum();
  for (const container of spec.containers) addInto(running, amountsOf(container));
  if (spec.initContainers === undefined || spec.initContainers.length === 0) return running;
  const sidecars = emptySum();
  const initial = emptySum();
  for (const container of spec.initContainers) {
    const amounts = amountsOf(container);
    if (container.restartPolicy === 'Always') {
      addInto(running, amounts);
      addInto(sidecars, amounts);
      raiseTo(initial, sidecars);
    } else {
      const together = copyOf(sidecars);
      addInto(together, amounts);
      raiseTo(initial, together);
    }
  }
  raiseTo(running, initial);
  return running;
}

function requestsOf(container: Container): Sum {
  return readInto(emptySum(), container.resources?.requests);
}

function limitsOf(container: Container): Sum {
  return readInto(emptySum(), container.resources?.limits);
}

function nonZeroRequestsOf(container: Container): Sum {
  const requests = container.resources?.requests;
  const sum = emptySum();
  sum.milliCpu = requests?.cpu === undefined ? DEFAULT_MILLI_CPU_REQUEST : milli(requests.cpu);
  sum.memory = requests?.memory === undefined ? DEFAULT_MEMORY_REQUEST : whole(requests.memory);
  return sum;
}

function closed(sum: Sum): Resources {
  const { milliCpu, memory, ephemeralStorage, scalars } = sum;
  return { milliCpu, memory, ephemeralStorage, scalars: scalars ?? NO_SCALARS };
}

function computeRequests(spec: PodSpec): PodRequests {
  const sum = effective(spec, requestsOf);
  const nonZero = effective(spec, nonZeroRequestsOf);
  overrideWith(sum, spec.resources?.requests);
  overrideWith(nonZero, spec.resources?.requests);
  readInto(sum, spec.overhead);
  readInto(nonZero, spec.overhead);
  return { ...closed(sum), nonZeroMilliCpu: nonZero.milliCpu, nonZeroMemory: nonZero.memory };
}

function computeLimits(spec: PodSpec): Resources {
  const sum = effective(spec, limitsOf);
  overrideWith(sum, spec.resources?.limits);
  if (spec.overhead !== undefined) {
    // Overhead counts only where there is a limit to add it to (component-helpers `PodLimits`).
    const overhead = readInto(emptySum(), spec.overhead);
    if (sum.milliCpu > 0) sum.milliCpu += overhead.milliCpu;
    if (sum.memory > 0) sum.memory += overhead.memory;
    if (sum.ephemeralStorage > 0) sum.ephemeralStorage += overhead.ephemeralStorage;
  }
  return closed(sum);
}

/**
 * A shallow copy of a spec, as binding makes, keeps its `containers`: the amounts are looked up by that list, and
 * checked to be of the same other parts.
 */
interface Computed<T> {
  readonly initContainers: unknown;
  readonly overhead: unknown;
  readonly resources: unknown;
  readonly value: T;
}

function memoised<T>(compute: (spec: PodSpec) => T): (spec: PodSpec) => T {
  const memo = new WeakMap<readonly Container[], Computed<T>>();
  return (spec) => {
    const { containers, initContainers, overhead, resources } = spec;
    const known = memo.get(containers);
    if (
      known !== undefined &&
      known.initContainers === initContainers &&
      known.overhead === overhead &&
      known.resources === resources
    ) {
      return known.value;
    }
    const value = compute(spec);
    memo.set(containers, { initContainers, overhead, resources, value });
    return value;
  };
}

const requestsOfSpec = memoised(computeRequests);
const limitsOfSpec = memoised(computeLimits);
const qosOfSpec = memoised(computeQos);

/** What a pod asks of a node (component-helpers `PodRequests`): the very same object for pods of one template. */
export function podRequests(pod: Pod): PodRequests {
  return requestsOfSpec(pod.spec);
}

export function specRequests(spec: PodSpec): PodRequests {
  return requestsOfSpec(spec);
}

export function podLimits(pod: Pod): Resources {
  return limitsOfSpec(pod.spec);
}

/** A list of resources, such as a node's `allocatable`, in smallest units. */
export function resourcesOf(list: ResourceMap | undefined): Resources {
  return closed(readInto(emptySum(), list));
}

const QOS_RESOURCES = ['cpu', 'memory'] as const;

function positive(list: ResourceMap | undefined, name: string): boolean {
  const quantity = list?.[name];
  return quantity !== undefined && milli(quantity) > 0;
}

/** https://kubernetes.io/docs/tasks/configure-pod-container/quality-service-pod/ */
function computeQos(spec: PodSpec): QosClass {
  const bearers =
    spec.resources !== undefined ? [spec] : [...spec.containers, ...(spec.initContainers ?? [])];
  let any = false;
  let guaranteed = true;
  for (const { resources } of bearers) {
    for (const name of QOS_RESOURCES) {
      const requested = positive(resources?.requests, name);
      const limited = positive(resources?.limits, name);
      if (requested || limited) any = true;
      if (!limited) guaranteed = false;
      else if (requested && milli(resources!.requests![name]!) !== milli(resources!.limits![name]!)) {
        guaranteed = false;
      }
    }
  }
  if (!any) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

export function qosClass(spec: PodSpec): QosClass {
  return qosOfSpec(spec);
}
