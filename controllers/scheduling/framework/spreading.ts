import type { NodeTest } from '../cache/node-test.ts';
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

export interface HardConstraint extends SpreadConstraint {
  /** 1 where the pod would count itself. */
  readonly self: number;
}

/** All rules of a pod. */
export interface Spreading {
  /** Those that refuse nodes. */
  readonly hard: readonly HardConstraint[];
  /** Those that order nodes. */
  readonly constraints: readonly SpreadConstraint[];
  /** Whether a node that lacks one of the labels is out of it, with a score of 0. */
  readonly needsAllLabels: boolean;
  /** Whether more of a node's own pods is read than one count that orders nodes. */
  readonly readsHosts: boolean;
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

/** In the domain that has fewest; zero while there are too few domains. */
export function fewestOf(matching: ReadonlyMap<string, number>, { minDomains }: SpreadConstraint): number {
  let fewest = matching.size < minDomains ? 0 : Number.POSITIVE_INFINITY;
  for (const count of matching.values()) fewest = Math.min(fewest, count);
  return fewest;
}

/** Whether one pod more in a domain would be too many. */
export function isSkewed({ self, maxSkew }: HardConstraint, count: number, fewest: number): boolean {
  return count + self - fewest > maxSkew;
}
