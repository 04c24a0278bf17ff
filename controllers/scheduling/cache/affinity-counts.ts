import type { AffinityEffect, AffinityRules } from '../framework/affinity.ts';
import type { NodeInfo } from './node-info.ts';

/** Counts by topology, then by domain. */
export type DomainTable = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** What the pods there come to for one kind of pod, by domain, kept up to date pod by pod. */
export class AffinityCounts {
  readonly rules: AffinityRules;
  readonly #tables = {
    wanted: new Map<string, Map<string, number>>(),
    unwanted: new Map<string, Map<string, number>>(),
    refusing: new Map<string, Map<string, number>>(),
    preferred: new Map<string, Map<string, number>>(),
  };
  readonly #keys: string[] = [];
  #wantedTotal = 0;
  /** Of the nodes' labels, with which it was counted. */
  version: number;

  constructor(rules: AffinityRules, version: number) {
    this.rules = rules;
    this.version = version;
    for (const key of rules.needed) this.#know(key);
  }

  /** All topologies that have mattered so far: there are only ever more of them. */
  get topologyKeys(): readonly string[] {
    return this.#keys;
  }

  get wanted(): DomainTable {
    return this.#tables.wanted;
  }

  get unwanted(): DomainTable {
    return this.#tables.unwanted;
  }

  get refusing(): DomainTable {
    return this.#tables.refusing;
  }

  get preferred(): DomainTable {
    return this.#tables.preferred;
  }

  /** Whether no pod that meets all required terms lies in any domain. */
  get wantsNoneThere(): boolean {
    return this.#wantedTotal === 0;
  }

  /** Pods with such effects will be added. */
  expect(effects: readonly AffinityEffect[]): void {
    for (const { topologyKey, table } of effects) {
      this.#know(topologyKey);
      if (!this.#tables[table].has(topologyKey)) this.#tables[table].set(topologyKey, new Map());
    }
  }

  /** Hot path: so many pods with these effects more on a node, or fewer. */
  add(node: NodeInfo, effects: readonly AffinityEffect[], pods: number): void {
    if (node.node === undefined) return;
    for (const { table, topologyKey, amount } of effects) {
      const domain = node.label(topologyKey);
      if (domain === undefined) continue;
      const change = amount * pods;
      if (table === 'wanted') this.#wantedTotal += change;
      const domains = this.#tables[table].get(topologyKey)!;
      const count = (domains.get(domain) ?? 0) + change;
      if (count === 0) domains.delete(domain);
      else domains.set(domain, count);
    }
  }

  clear(version: number): void {
    this.version = version;
    this.#wantedTotal = 0;
    for (const table of Object.values(this.#tables)) for (const domains of table.values()) domains.clear();
  }

  #know(key: string): void {
    if (!this.#keys.includes(key)) this.#keys.push(key);
  }
}
