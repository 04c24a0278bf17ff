import type { NodeInfo } from '../cache/node-info.ts';
import type { PodFacts } from '../cache/pod-info.ts';

/** What a node has of a resource. */
export function allocatableOf({ table, slot, extended }: NodeInfo, resource: string): number {
  switch (resource) {
    case 'cpu':
      return table.allocatableCpu[slot]!;
    case 'memory':
      return table.allocatableMemory[slot]!;
    case 'ephemeral-storage':
      return table.allocatableStorage[slot]!;
    default:
      return extended.get(resource)?.allocatable ?? 0;
  }
}

/** What the pods on a node ask for; with the defaults that scoring assumes for containers without requests, or without. */
export function requestedOf(
  { table, slot, extended }: NodeInfo,
  resource: string,
  withDefaults: boolean,
): number {
  switch (resource) {
    case 'cpu':
      return withDefaults ? table.scoredCpu[slot]! : table.requestedCpu[slot]!;
    case 'memory':
      return withDefaults ? table.scoredMemory[slot]! : table.requestedMemory[slot]!;
    case 'ephemeral-storage':
      return table.requestedStorage[slot]!;
    default:
      return extended.get(resource)?.requested ?? 0;
  }
}

/** What a pod asks for. */
export function wantedOf({ requests, extended }: PodFacts, resource: string, withDefaults: boolean): number {
  switch (resource) {
    case 'cpu':
      return withDefaults ? requests.nonZeroMilliCpu : requests.milliCpu;
    case 'memory':
      return withDefaults ? requests.nonZeroMemory : requests.memory;
    case 'ephemeral-storage':
      return requests.ephemeralStorage;
    default:
      return extended.find(({ name }) => name === resource)?.amount ?? 0;
  }
}
