import type { NodeTest } from '../cache/pod-counts.ts';
import type { PodSelector } from '../cache/pod-owners.ts';

/** A rule about how evenly pods lie over the domains of a topology, ready to be counted. */
export interface SpreadConstraint {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  readonly selector: PodSelector;
  /** The nodes whose pods count. */
  readonly nodes: NodeTest;
}

/** All rules of a pod that order nodes and refuse none. */
export interface Spreading {
  readonly constraints: readonly SpreadConstraint[];
  /** Whether a node that lacks one of the labels is out of it, with a score of 0. */
  readonly needsAllLabels: boolean;
}

/** The topology in which each node is a domain: its pods are counted on the node, whatever the label says. */
export const HOSTNAME = 'kubernetes.io/hostname';

/** What the pods of one domain add to a node's score; the fewer the better. */
export function scoreForCount(count: number, maxSkew: number, weight: number): number {
  return count * weight + (maxSkew - 1);
}

/** Go's `math.Round` of what is never negative. */
export function rounded(value: number): number {
  return Math.floor(value + 0.5);
}

/** From the sums of all nodes to a score of one, 0…100: most where fewest pods are. */
export function spreadScore(sum: number, lowest: number, highest: number, most: number): number {
  return highest === 0 ? most : Math.floor((most * (highest + lowest - sum)) / highest);
}
