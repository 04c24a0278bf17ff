import type { NodeInfo } from './node-info.ts';
import type { NodeTest } from './node-test.ts';

/** What a node without the label belongs to; also Kubernetes' name for it. */
export const NO_DOMAIN = '';

/** Pods by domain, with the smallest count at hand: there may be as many domains as nodes. */
export class DomainTotals {
  readonly topologyKey: string;
  readonly test: NodeTest;
  readonly #counts = new Map<string, number>();
  /** How many domains have so many pods. */
  readonly #domainsWith: number[] = [];
  #lowest = 0;
  /** Of the nodes' labels, with which it was counted. */
  version: number;

  constructor(topologyKey: string, test: NodeTest, version: number) {
    this.topologyKey = topologyKey;
    this.test = test;
    this.version = version;
  }

  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** In the domain that has fewest; infinite where there is none. */
  get lowest(): number {
    if (this.#counts.size === 0) return Number.POSITIVE_INFINITY;
    while ((this.#domainsWith[this.#lowest] ?? 0) === 0) this.#lowest += 1;
    return this.#lowest;
  }

  /** Hot path. */
  add(node: NodeInfo, amount: number): void {
    const domain = node.label(this.topologyKey) ?? NO_DOMAIN;
    const before = this.#counts.get(domain);
    const after = (before ?? 0) + amount;
    // Labels have changed since these were counted: they will be counted again before anybody looks.
    if (after < 0) return;
    this.#counts.set(domain, after);
    if (before !== undefined) this.#domainsWith[before]! -= 1;
    while (this.#domainsWith.length <= after) this.#domainsWith.push(0);
    this.#domainsWith[after]! += 1;
    if (after < this.#lowest) this.#lowest = after;
  }

  clear(): void {
    this.#counts.clear();
    this.#domainsWith.length = 0;
    this.#lowest = 0;
  }
}
