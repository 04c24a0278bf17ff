import { SlotSet } from '../fast/slot-set.ts';
import { DomainTotals } from './domain-totals.ts';
import type { NodeInfo } from './node-info.ts';
import type { NodeTest } from './node-test.ts';
import type { PodSelector } from './pod-owners.ts';

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
    for (const totals of this.#totals) if (totals.test.counts(node)) totals.add(node, amount);
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
  ): DomainTotals {
    const key = JSON.stringify([topologyKey, test.key, nodes.length > 0]);
    let domains = this.#domains.get(key);
    if (domains === undefined) {
      domains = new DomainTotals(topologyKey, test, version - 1);
      this.#domains.set(key, domains);
      this.#totals.push(domains);
    }
    if (domains.version !== version) this.#countAgain(domains, version, nodes);
    return domains;
  }

  #countAgain(domains: DomainTotals, version: number, nodes: readonly NodeInfo[]): void {
    const { test } = domains;
    domains.version = version;
    domains.clear();
    for (const node of nodes) if (test.counts(node)) domains.add(node, 0);
    for (const [node, count] of this.#byNode) {
      if (node.node !== undefined && test.counts(node)) domains.add(node, count);
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
