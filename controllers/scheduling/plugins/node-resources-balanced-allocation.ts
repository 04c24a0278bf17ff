import type { NodeInfo } from '../cache/node-info.ts';
import { MAX_NODE_SCORE, type Plugin } from '../framework/extension-points.ts';

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

/**
 * Favours nodes that the pod brings closer to an even use of CPU and memory: since 1.36 the difference between
 * the balance with the pod and without counts, 75 standing for none
 * (https://github.com/kubernetes/kubernetes/pull/135573).
 */
export const nodeResourcesBalancedAllocation: Plugin = {
  name: 'NodeResourcesBalancedAllocation',
  dependsOn: 'load',
  // A pod that requests nothing has no say in balance (https://github.com/kubernetes/kubernetes/issues/129138).
  preScore: (_state, { facts: { requests } }) =>
    requests.milliCpu === 0 && requests.memory === 0 ? 'skip' : undefined,
  score: (_state, { facts: { requests } }, node) => {
    const change = balance(node, requests.milliCpu, requests.memory) - balance(node, 0, 0);
    return HALF + Math.floor((HALF + change) / 2);
  },
};
