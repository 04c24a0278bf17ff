import { SlotSet } from '../fast/slot-set.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodSelector } from './pod-owners.ts';

/** Which nodes' pods count towards a domain. Two with the same key take the same nodes. */
export interface NodeTest {
  readonly key: string;
  readonly counts: (node: NodeInfo) => boolean;
}

export const EVERY_NODE: NodeTest = { key: '', counts: () => true };

/** What a node without the label belongs to; also Kubernetes' name for it. */
export const NO_DOMAIN = '';

interface DomainTotals {
  readonly topologyKey: string;
  readonly test: NodeTest;
  readonly totals: Map<string, number>;
  /** Of the nodes' labels, with which it was counted. */
  version: number;
}

/**
 * How many of the pods that a selector takes are on each node and in each domain, kept up to date pod by pod. Most
 * nodes have none: the others lie in sets by their count.
 */
export class PodCounts {
  readonly selector: PodSelector;
  readonly #capacity: number;
  readonly #byNode = new Map<NodeInfo, number>();
  readonly #domains = new Map<string, DomainTotals>();
  /** The same, as a list. */
  readonly #totals: DomainTotals[] = [];
  /** The nodes with one pod and more. */
  readonly some: SlotSet;
  /** By the number of pods; nothing at 0. */
  readonly withCount: (SlotSet | undefined)[] = [];

  constructor(selector: PodSelector, capacity: number) {
    this.selector = selector;
    this.#capacity = capacity;
    this.some = new SlotSet(capacity);
  }

  /** The highest count that may occur on a node. */
  get highest(): number {
    return Math.max(this.withCount.length - 1, 0);
  }

  on(node: NodeInfo): number {
    return this.#byNode.get(node) ?? 0;
  }

  /** Hot path. */
  add(node: NodeInfo, amount: number): void {
    const { slot } = node;
    const before = this.#byNode.get(node) ?? 0;
    const after = before + amount;
    if (after === 0) this.#byNode.delete(node);
    else this.#byNode.set(node, after);
    if (before > 0) this.withCount[before]!.remove(slot);
    if (after > 0) this.#setOf(after).add(slot);
    if (before === 0) this.some.add(slot);
    else if (after === 0) this.some.remove(slot);
    if (node.node === undefined) return;
    for (const { topologyKey, test, totals } of this.#totals) {
      if (!test.counts(node)) continue;
      const domain = node.label(topologyKey) ?? NO_DOMAIN;
      totals.set(domain, (totals.get(domain) ?? 0) + amount);
    }
  }

  /**
   * By the value of a label, over the nodes that count. `version` tells whether any node's label has changed. With
   * `nodes`, their domains are there also where no pod is.
   */
  totalsBy(
    topologyKey: string,
    test: NodeTest,
    version: number,
    nodes: readonly NodeInfo[] = [],
  ): ReadonlyMap<string, number> {
    const key = JSON.stringify([topologyKey, test.key, nodes.length > 0]);
    let domains = this.#domains.get(key);
    if (domains === undefined) {
      domains = { topologyKey, test, totals: new Map(), version: version - 1 };
      this.#domains.set(key, domains);
      this.#totals.push(domains);
    }
    if (domains.version !== version) this.#countAgain(domains, version, nodes);
    return domains.totals;
  }

  #countAgain(domains: DomainTotals, version: number, nodes: readonly NodeInfo[]): void {
    const { topologyKey, test, totals } = domains;
    domains.version = version;
    totals.clear();
    for (const node of nodes) if (test.counts(node)) totals.set(node.label(topologyKey) ?? NO_DOMAIN, 0);
    for (const [node, count] of this.#byNode) {
      if (node.node === undefined || !test.counts(node)) continue;
      const domain = node.label(topologyKey) ?? NO_DOMAIN;
      totals.set(domain, (totals.get(domain) ?? 0) + count);
    }
  }

  #setOf(count: number): SlotSet {
    while (this.withCount.length <= count) this.withCount.push(undefined);
    const known = this.withCount[count];
    if (known !== undefined) return known;
    const made = new SlotSet(this.#capacity);
    this.withCount[count] = made;
    return made;
  }
}
