import type { NodeInfo } from '../cache/node-info.ts';
import type { PodFacts } from '../cache/pod-info.ts';
import { isExtended, type ScoringStrategy, type ShapePoint } from '../configuration/plugin-args.ts';
import { MAX_NODE_SCORE } from '../framework/extension-points.ts';
import { allocatableOf, requestedOf, wantedOf } from './node-amounts.ts';

/**
 * The scoring strategies of NodeResourcesFit
 * (https://kubernetes.io/docs/concepts/scheduling-eviction/resource-bin-packing/). Every division is the real one's,
 * between integers.
 */

/** Scores of a shape go to 10, those of nodes to 100 (`MaxCustomPriorityScore`). */
const SHAPE_SCALE = MAX_NODE_SCORE / 10;

/** Both are below 2^53 and the quotient is at most 100, so the double rounds right. */
function percent(part: number, whole: number): number {
  return Math.floor((part * MAX_NODE_SCORE) / whole);
}

export function leastAllocated(requested: number, allocatable: number): number {
  return requested > allocatable ? 0 : percent(allocatable - requested, allocatable);
}

function mostAllocated(requested: number, allocatable: number): number {
  return percent(Math.min(requested, allocatable), allocatable);
}

/** The height of a broken line; between two points the quotient is cut off towards zero. */
export function brokenLine(shape: readonly ShapePoint[], utilization: number): number {
  let previous: ShapePoint | undefined;
  for (const point of shape) {
    if (utilization <= point.utilization) {
      if (previous === undefined) return point.score * SHAPE_SCALE;
      const rise = (point.score - previous.score) * SHAPE_SCALE;
      const along = utilization - previous.utilization;
      const part = Math.trunc((rise * along) / (point.utilization - previous.utilization));
      return previous.score * SHAPE_SCALE + part;
    }
    previous = point;
  }
  return previous === undefined ? 0 : previous.score * SHAPE_SCALE;
}

/** Over the resources of the strategy; an extended one takes part where the pod asks for it. */
function weighted(
  { resources }: ScoringStrategy,
  facts: PodFacts,
  node: NodeInfo,
  scoreOf: (requested: number, allocatable: number) => number,
  countsZero: boolean,
): { readonly sum: number; readonly weights: number } {
  let sum = 0;
  let weights = 0;
  for (const { name, weight } of resources) {
    const wanted = wantedOf(facts, name, true);
    if (wanted === 0 && isExtended(name)) continue;
    const allocatable = allocatableOf(node, name);
    if (allocatable === 0) continue;
    const score = scoreOf(requestedOf(node, name, true) + wanted, allocatable);
    if (score === 0 && !countsZero) continue;
    sum += score * weight;
    weights += weight;
  }
  return { sum, weights };
}

export type NodeScore = (facts: PodFacts, node: NodeInfo) => number;

export function strategyScore(strategy: ScoringStrategy): NodeScore {
  if (strategy.type === 'RequestedToCapacityRatio') {
    const { shape } = strategy.requestedToCapacityRatio;
    const scoreOf = (requested: number, allocatable: number): number =>
      brokenLine(shape, requested > allocatable ? MAX_NODE_SCORE : percent(requested, allocatable));
    return (facts, node) => {
      // A resource whose score is 0 is left out of the mean, and the mean is rounded.
      const { sum, weights } = weighted(strategy, facts, node, scoreOf, false);
      return weights === 0 ? 0 : Math.floor(sum / weights + 0.5);
    };
  }
  const scoreOf = strategy.type === 'MostAllocated' ? mostAllocated : leastAllocated;
  return (facts, node) => {
    const { sum, weights } = weighted(strategy, facts, node, scoreOf, true);
    return weights === 0 ? 0 : Math.floor(sum / weights);
  };
}
