import type { NodeInfo } from '../cache/node-info.ts';
import type { PodFacts } from '../cache/pod-info.ts';
import {
  DEFAULT_BALANCE_ARGS,
  isExtended,
  type NodeResourcesBalancedAllocationArgs,
} from '../configuration/plugin-args.ts';
import { MAX_NODE_SCORE, type Plugin } from '../framework/extension-points.ts';
import { allocatableOf, requestedOf, wantedOf } from './node-amounts.ts';

const NAME = 'NodeResourcesBalancedAllocation';
const HALF = MAX_NODE_SCORE / 2;

function share(requested: number, allocatable: number): number {
  const fraction = requested / allocatable;
  return Math.min(fraction, 1);
}

/** 100 less the standard deviation of the used shares of CPU and memory: between 50 and 100. */
function balance({ table, slot }: NodeInfo, addedCpu: number, addedMemory: number): number {
  const cpu = table.allocatableCpu[slot]!;
  const memory = table.allocatableMemory[slot]!;
  // A resource that the node doesn't have takes no part, and a single one can't be out of balance.
  if (cpu === 0 || memory === 0) return MAX_NODE_SCORE;
  const usedCpu = share(table.requestedCpu[slot]! + addedCpu, cpu);
  const usedMemory = share(table.requestedMemory[slot]! + addedMemory, memory);
  // Of two values the standard deviation is half their distance: no square root, so the same on every machine.
  const deviation = Math.abs((usedCpu - usedMemory) / 2);
  return Math.floor((1 - deviation) * MAX_NODE_SCORE);
}

/** The same over any resources. A square root is rounded alike everywhere, as IEEE 754 has it. */
function balanceOver(
  resources: readonly string[],
  facts: PodFacts,
  node: NodeInfo,
  withPod: boolean,
): number {
  const shares: number[] = [];
  let total = 0;
  for (const resource of resources) {
    const wanted = wantedOf(facts, resource, false);
    // An extended resource takes part where the pod asks for it.
    if (wanted === 0 && isExtended(resource)) continue;
    const allocatable = allocatableOf(node, resource);
    if (allocatable === 0) continue;
    const used = share(requestedOf(node, resource, false) + (withPod ? wanted : 0), allocatable);
    shares.push(used);
    total += used;
  }
  return Math.floor((1 - deviationOf(shares, total)) * MAX_NODE_SCORE);
}

function deviationOf(shares: readonly number[], total: number): number {
  if (shares.length < 2) return 0;
  if (shares.length === 2) return Math.abs((shares[0]! - shares[1]!) / 2);
  const mean = total / shares.length;
  let sum = 0;
  for (const each of shares) sum += (each - mean) * (each - mean);
  return Math.sqrt(sum / shares.length);
}

function scoreOfChange(change: number): number {
  return HALF + Math.floor((HALF + change) / 2);
}

/**
 * Favours nodes that the pod brings closer to an even use of their resources: since 1.36 the difference between
 * the balance with the pod and without counts, 75 standing for none
 * (https://github.com/kubernetes/kubernetes/pull/135573).
 */
export function nodeResourcesBalancedAllocationWith({
  resources,
}: NodeResourcesBalancedAllocationArgs): Plugin {
  const names = resources.map(({ name }) => name);
  return {
    name: NAME,
    dependsOn: 'load',
    // A pod that requests nothing has no say in balance (https://github.com/kubernetes/kubernetes/issues/129138).
    preScore: (_state, { facts }) =>
      names.every((name) => wantedOf(facts, name, false) === 0) ? 'skip' : undefined,
    score:
      names.join() === 'cpu,memory'
        ? (_state, { facts: { requests } }, node) =>
            scoreOfChange(balance(node, requests.milliCpu, requests.memory) - balance(node, 0, 0))
        : (_state, { facts }, node) =>
            scoreOfChange(balanceOver(names, facts, node, true) - balanceOver(names, facts, node, false)),
  };
}

/** Over CPU and memory, its default. */
export const nodeResourcesBalancedAllocation: Plugin =
  nodeResourcesBalancedAllocationWith(DEFAULT_BALANCE_ARGS);
