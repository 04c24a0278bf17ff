import { resourcesOf } from '../../../core/kinds/pod/resources.ts';
import type { Node } from '../../../core/schema/types.generated.ts';
import { sameMap, sameTaints } from '../node-changes.ts';
import type { HostPort } from './host-port.ts';
import type { ExtendedResource, NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';

/** Scores multiply an amount by 100; beyond this, doubles would lose units. */
const LARGEST_AMOUNT = Math.floor(Number.MAX_SAFE_INTEGER / 100);

export function checked(amount: number, what: string, name: string): number {
  if (amount < 0 || amount > LARGEST_AMOUNT || !Number.isInteger(amount)) {
    throw new Error(`the ${what} of node ${name} come to ${amount}, which scheduling can't count exactly`);
  }
  return amount;
}

/** Pods on their way out count towards a node's load, and for no spreading. */
export function stays({ pod }: PodInfo): boolean {
  return pod.metadata.deletionTimestamp === undefined;
}

export function sameDomains(a: Node, b: Node): boolean {
  return (
    (a.metadata.labels === b.metadata.labels || sameMap(a.metadata.labels, b.metadata.labels)) &&
    (a.spec.taints === b.spec.taints || sameTaints(a.spec.taints, b.spec.taints))
  );
}

export function extendedOf(node: NodeInfo, name: string): ExtendedResource {
  let resource = node.extended.get(name);
  if (resource === undefined) {
    resource = { allocatable: 0, requested: 0 };
    node.extended.set(name, resource);
  }
  return resource;
}

export function portsOf(pods: ReadonlyMap<string, PodInfo>): readonly HostPort[] {
  const ports: HostPort[] = [];
  for (const info of pods.values()) ports.push(...info.facts.hostPorts);
  return ports;
}

export function setAllocatable(info: NodeInfo, node: Node): void {
  const { table, slot, name } = info;
  const list = node.status.allocatable;
  const amounts = resourcesOf(list);
  table.allocatableCpu[slot] = checked(amounts.milliCpu, 'allocatable CPUs', name);
  table.allocatableMemory[slot] = checked(amounts.memory, 'allocatable bytes of memory', name);
  table.allocatableStorage[slot] = checked(amounts.ephemeralStorage, 'allocatable bytes of storage', name);
  table.allocatablePods[slot] = amounts.scalars.pods ?? 0;
  for (const resource of info.extended.values()) resource.allocatable = 0;
  for (const resource of Object.keys(amounts.scalars)) {
    if (resource === 'pods') continue;
    extendedOf(info, resource).allocatable = checked(
      amounts.scalars[resource]!,
      `allocatable ${resource}`,
      name,
    );
  }
}
