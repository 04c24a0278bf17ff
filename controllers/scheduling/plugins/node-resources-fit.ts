import { resourcesOf } from '../../../core/kinds/pod/resources.ts';
import type { Node } from '../../../core/schema/types.generated.ts';
import type { NodeInfo } from '../cache/node-info.ts';
import { type PodFacts, type PodInfo, podInfo } from '../cache/pod-info.ts';
import {
  DEFAULT_FIT_ARGS,
  type NodeResourcesFitArgs,
  type ScoringStrategy,
} from '../configuration/plugin-args.ts';
import type { ClusterEvent } from '../framework/cluster-event.ts';
import type { Plugin } from '../framework/extension-points.ts';
import { type Rejection, unresolvable, unschedulable } from '../framework/rejection.ts';
import { leastAllocated, strategyScore } from './scoring-strategy.ts';

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

type IsIgnored = (resource: string) => boolean;

/** Whether a node with nothing on it could hold the pod. */
function fitsEmpty({ facts }: PodInfo, node: Node, isIgnored: IsIgnored): boolean {
  const amounts = resourcesOf(node.status.allocatable);
  const { requests } = facts;
  return (
    (amounts.scalars.pods ?? 0) >= 1 &&
    requests.milliCpu <= amounts.milliCpu &&
    requests.memory <= amounts.memory &&
    requests.ephemeralStorage <= amounts.ephemeralStorage &&
    facts.extended.every(({ name, amount }) => isIgnored(name) || amount <= (amounts.scalars[name] ?? 0))
  );
}

/** `LeastAllocated` over CPU and memory with weight 1 each, the default: half of all scoring is this. */
function freeCpuAndMemory({ requests }: PodFacts, { table, slot }: NodeInfo): number {
  const cpu = table.allocatableCpu[slot]!;
  const memory = table.allocatableMemory[slot]!;
  let sum = 0;
  let weights = 0;
  if (cpu > 0) {
    sum += leastAllocated(table.scoredCpu[slot]! + requests.nonZeroMilliCpu, cpu);
    weights += 1;
  }
  if (memory > 0) {
    sum += leastAllocated(table.scoredMemory[slot]! + requests.nonZeroMemory, memory);
    weights += 1;
  }
  return weights === 2 ? sum >> 1 : sum;
}

function rejectionOf(
  { requests, extended }: PodFacts,
  node: NodeInfo,
  isIgnored: IsIgnored,
): Rejection | undefined {
  const { table, slot } = node;
  let shortage = table.podCount[slot]! + 1 > table.allocatablePods[slot]! ? TOO_MANY_PODS : 0;
  shortage |= short(requests.milliCpu, table.allocatableCpu[slot]!, table.requestedCpu[slot]!, SHORT_OF_CPU);
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
    if (isIgnored(name)) continue;
    const resource = node.extended.get(name);
    const found = short(amount, resource?.allocatable ?? 0, resource?.requested ?? 0, 0);
    if (resource === undefined || amount > resource.allocatable - resource.requested) missing.push(name);
    shortage |= found;
  }
  return shortage === 0 && missing.length === 0 ? undefined : rejectionFor(shortage, missing);
}

function mayHelp(pod: PodInfo, event: ClusterEvent, isIgnored: IsIgnored): boolean {
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
      return fitsEmpty(pod, event.node, isIgnored);
    default:
      return false;
  }
}

function ignores({ ignoredResources, ignoredResourceGroups }: NodeResourcesFitArgs): IsIgnored {
  if (ignoredResources.length === 0 && ignoredResourceGroups.length === 0) return () => false;
  const names = new Set(ignoredResources);
  const groups = new Set(ignoredResourceGroups);
  return (resource) => names.has(resource) || groups.has(resource.split('/')[0]!);
}

function isDefault({ type, resources }: ScoringStrategy): boolean {
  return (
    type === 'LeastAllocated' &&
    resources.map(({ name, weight }) => `${name} ${weight}`).join() === 'cpu 1,memory 1'
  );
}

/**
 * Requests against what is free (https://kubernetes.io/docs/reference/scheduling/config/#scheduling-plugins);
 * scores by the strategy of its arguments.
 */
export function nodeResourcesFitWith(args: NodeResourcesFitArgs): Plugin {
  const isIgnored = ignores(args);
  const scoreOf = isDefault(args.scoringStrategy) ? freeCpuAndMemory : strategyScore(args.scoringStrategy);
  return {
    name: NAME,
    dependsOn: 'load',
    filter: (_state, { facts }, node) => rejectionOf(facts, node, isIgnored),
    score: (_state, { facts }, node) => scoreOf(facts, node),
    hint: (pod, event) => mayHelp(pod, event, isIgnored),
  };
}

/** By `LeastAllocated`, its default. */
export const nodeResourcesFit: Plugin = nodeResourcesFitWith(DEFAULT_FIT_ARGS);

function scaledDown(previous: PodInfo['pod'] | undefined, next: PodInfo['pod']): boolean {
  if (previous === undefined) return false;
  const before = podInfo(previous).facts.requests;
  const after = podInfo(next).facts.requests;
  if (before === after) return false;
  return after.milliCpu < before.milliCpu || after.memory < before.memory;
}
