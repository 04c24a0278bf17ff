import { type PodRequests, podRequests } from '../../../core/kinds/pod/resources.ts';
import type { Pod, PodSpec } from '../../../core/schema/types.generated.ts';
import { type HostPort, hostPortsOf } from './host-port.ts';

/** What scheduling reads of a spec's containers, shared by all pods of a template. */
export interface PodFacts {
  readonly requests: PodRequests;
  /** The extended resources among them that are asked for, by name. */
  readonly extended: readonly ExtendedRequest[];
  readonly hostPorts: readonly HostPort[];
}

export interface ExtendedRequest {
  readonly name: string;
  readonly amount: number;
}

/** A pod with what is worked out from it once. */
export interface PodInfo {
  readonly pod: Pod;
  readonly uid: string;
  readonly facts: PodFacts;
}

interface Remembered {
  readonly spec: PodSpec;
  readonly facts: PodFacts;
}

/** By the identity of the containers: binding makes a new spec, but shares them. */
const remembered = new WeakMap<object, Remembered>();
const NOTHING_EXTENDED: readonly ExtendedRequest[] = [];

function sameParts(a: PodSpec, b: PodSpec): boolean {
  return a.initContainers === b.initContainers && a.overhead === b.overhead && a.resources === b.resources;
}

function extendedOf(requests: PodRequests): readonly ExtendedRequest[] {
  const names = Object.keys(requests.scalars);
  if (names.length === 0) return NOTHING_EXTENDED;
  return names
    .sort()
    .map((name) => ({ name, amount: requests.scalars[name]! }))
    .filter(({ amount }) => amount > 0);
}

function podFacts(pod: Pod): PodFacts {
  const { spec } = pod;
  const known = remembered.get(spec.containers);
  if (known !== undefined && sameParts(known.spec, spec)) return known.facts;
  const requests = podRequests(pod);
  const facts: PodFacts = { requests, extended: extendedOf(requests), hostPorts: hostPortsOf(spec) };
  remembered.set(spec.containers, { spec, facts });
  return facts;
}

export function podInfo(pod: Pod): PodInfo {
  return { pod, uid: pod.metadata.uid, facts: podFacts(pod) };
}

/** Who may be evicted for whom: `spec.priority`, which admission has filled in. */
export function priorityOf(pod: Pod): number {
  return pod.spec.priority ?? 0;
}
