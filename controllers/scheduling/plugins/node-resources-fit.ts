import { resourcesOf } from '../../../core/kinds/pod/resources.ts';
import type { Node } from '../../../core/schema/types.generated.ts';
import { type PodInfo, podInfo } from '../cache/pod-info.ts';
import type { Plugin } from '../framework/extension-points.ts';
import { MAX_NODE_SCORE } from '../framework/extension-points.ts';
import { type Rejection, unresolvable, unschedulable } from '../framework/rejection.ts';

const NAME = 'NodeResourcesFit';

/** One bit for each thing that may be short, and one for what even an empty node couldn't give. */
const TOO_MANY_PODS = 1;
const SHORT_OF_CPU = 2;
const SHORT_OF_MEMORY = 4;
const SHORT_OF_STORAGE = 8;
const BEYOND_CAPACITY = 16;

const byShortage = new Map<string, Rejection>();

/** The same object each time for the same shortage. */
function rejectionFor(shortage: number, extended: readonly string[]): Rejection {
  const key = `${shortage} ${extended.join(' ')}`;
  const known = byShortage.get(key);
  if (known !== undefined) return known;
  const reasons: string[] = [];
  if (shortage & TOO_MANY_PODS) reasons.push('Too many pods');
  if (shortage & SHORT_OF_CPU) reasons.push('Insufficient cpu');
  if (shortage & SHORT_OF_MEMORY) reasons.push('Insufficient memory');
  if (shortage & SHORT_OF_STORAGE) reasons.push('Insufficient ephemeral-storage');
  for (const name of extended) reasons.push(`Insufficient ${name}`);
  const rejection =
    shortage & BEYOND_CAPACITY ? unresolvable(NAME, ...reasons) : unschedulable(NAME, ...reasons);
  byShortage.set(key, rejection);
  return rejection;
}

const NONE: readonly string[] = [];
const byBasicShortage: (Rejection | undefined)[] = [];

function basicRejection(shortage: number): Rejection {
  let rejection = byBasicShortage[shortage];
  if (rejection === undefined) {
    rejection = rejectionFor(shortage, NONE);
    byBasicShortage[shortage] = rejection;
  }
  return rejection;
}

function short(wanted: number, allocatable: number, requested: number, bit: number): number {
  if (wanted === 0 || wanted <= allocatable - requested) return 0;
  return wanted > allocatable ? bit | BEYOND_CAPACITY : bit;
}

/** Whether a node with nothing on it could hold the pod. */
function fitsEmpty({ facts }: PodInfo, node: Node): boolean {
  const amounts = resourcesOf(node.status.allocatable);
  const { requests } = facts;
  return (
    (amounts.scalars.pods ?? 0) >= 1 &&
    requests.milliCpu <= amounts.milliCpu &&
    requests.memory <= amounts.memory &&
    requests.ephemeralStorage <= amounts.ephemeralStorage &&
    facts.extended.every(({ name, amount }) => amount <= (amounts.scalars[name] ?? 0))
  );
}

/** Integer division as Go's: both are below 2^53 and the quotient is at most 100, so the double rounds right. */
function freeShare(allocatable: number, requested: number): number {
  if (requested > allocatable) return 0;
  return Math.floor(((allocatable - requested) * MAX_NODE_SCORE) / allocatable);
}

/**
 * Requests against what is free (https://kubernetes.io/docs/reference/scheduling/config/#scheduling-plugins);
 * scores by `LeastAllocated`, its default, over CPU and memory with weight 1 each.
 */
export const nodeResourcesFit: Plugin = {
  name: NAME,
  dependsOn: 'load',
  filter: (_state, { facts }, node) => {
    const { table, slot } = node;
    const { requests, extended } = facts;
    let shortage = table.podCount[slot]! + 1 > table.allocatablePods[slot]! ? TOO_MANY_PODS : 0;
    shortage |= short(
      requests.milliCpu,
      table.allocatableCpu[slot]!,
      table.requestedCpu[slot]!,
      SHORT_OF_CPU,
    );
    shortage |= short(
      requests.memory,
      table.allocatableMemory[slot]!,
      table.requestedMemory[slot]!,
      SHORT_OF_MEMORY,
    );
    shortage |= short(
      requests.ephemeralStorage,
      table.allocatableStorage[slot]!,
      table.requestedStorage[slot]!,
      SHORT_OF_STORAGE,
    );
    if (extended.length === 0) return shortage === 0 ? undefined : basicRejection(shortage);
    const missing: string[] = [];
    for (const { name, amount } of extended) {
      const resource = node.extended.get(name);
      const found = short(amount, resource?.allocatable ?? 0, resource?.requested ?? 0, 0);
      if (resource === undefined || amount > resource.allocatable - resource.requested) missing.push(name);
      shortage |= found;
    }
    return shortage === 0 && missing.length === 0 ? undefined : rejectionFor(shortage, missing);
  },
  score: (_state, { facts }, { table, slot }) => {
    const cpu = table.allocatableCpu[slot]!;
    const memory = table.allocatableMemory[slot]!;
    let sum = 0;
    let weights = 0;
    if (cpu > 0) {
      sum += freeShare(cpu, table.scoredCpu[slot]! + facts.requests.nonZeroMilliCpu);
      weights += 1;
    }
    if (memory > 0) {
      sum += freeShare(memory, table.scoredMemory[slot]! + facts.requests.nonZeroMemory);
      weights += 1;
    }
    return weights === 2 ? sum >> 1 : sum;
  },
  hint: (pod, event) => {
    switch (event.resource) {
      case 'AssignedPod':
        // A deletion frees what the pod held; an update may have scaled it down.
        if (event.action === 'Delete') return true;
        return event.action === 'Update' && scaledDown(event.previous, event.pod);
      case 'TargetPod':
        return scaledDown(event.previous, event.pod);
      case 'Node':
        if (event.action === 'Delete' || (event.action === 'Update' && !event.changes.allocatable))
          return false;
        return fitsEmpty(pod, event.node);
      default:
        return false;
    }
  },
};

function scaledDown(previous: PodInfo['pod'] | undefined, next: PodInfo['pod']): boolean {
  if (previous === undefined) return false;
  const before = podInfo(previous).facts.requests;
  const after = podInfo(next).facts.requests;
  if (before === after) return false;
  return after.milliCpu < before.milliCpu || after.memory < before.memory;
}
