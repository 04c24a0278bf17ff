import { isCriticalPod } from '../pod-order.ts';
import type { EvictablePod } from './host.ts';
import type { PodUsage } from './pod-usage.ts';
import type { Signal } from './thresholds.ts';

export interface Candidate {
  readonly pod: EvictablePod;
  readonly usage: PodUsage;
}

type Order = (a: Candidate, b: Candidate) => number;

const byPriority: Order = (a, b) => (a.pod.pod.spec.priority ?? 0) - (b.pod.pod.spec.priority ?? 0);

function overFirst(over: (usage: PodUsage) => number): Order {
  return (a, b) => Number(over(b.usage) > 0) - Number(over(a.usage) > 0);
}

function mostFirst(over: (usage: PodUsage) => number): Order {
  return (a, b) => over(b.usage) - over(a.usage);
}

const memoryOver = ({ memory, memoryRequest }: PodUsage): number => memory - memoryRequest;
const diskOver = ({ disk, diskRequest }: PodUsage): number => disk - diskRequest;

const byMemory: readonly Order[] = [overFirst(memoryOver), byPriority, mostFirst(memoryOver)];
const byDisk: readonly Order[] = [overFirst(diskOver), byPriority, mostFirst(diskOver)];
const byProcesses: readonly Order[] = [byPriority, mostFirst(({ processes }) => processes)];

const ORDERS: Readonly<Record<Signal, readonly Order[]>> = {
  'memory.available': byMemory,
  'nodefs.available': byDisk,
  'imagefs.available': byDisk,
  'pid.available': byProcesses,
};

/**
 * The pods in the order in which they are evicted for a signal: those that use more than they request, then by
 * priority, then by how much more they use
 * (https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/#pod-selection-for-kubelet-eviction).
 * Critical pods are none of them.
 */
export function ranked(candidates: readonly Candidate[], signal: Signal): readonly Candidate[] {
  const orders = ORDERS[signal];
  return candidates
    .filter(({ pod }) => !isCriticalPod(pod.pod))
    .sort((a, b) => {
      for (const order of orders) {
        const found = order(a, b);
        if (found !== 0) return found;
      }
      return a.pod.key < b.pod.key ? -1 : a.pod.key > b.pod.key ? 1 : a.pod.uid < b.pod.uid ? -1 : 1;
    });
}
