import type { DomainTable } from '../cache/affinity-counts.ts';
import { NO_DOMAIN } from '../cache/domain-totals.ts';
import { MAX_NODE_SCORE } from '../framework/extension-points.ts';
import { HOSTNAME, isSkewed, rounded, scoreForCount, spreadScore } from '../framework/spreading.ts';
import { naturalLog } from '../natural-log.ts';
import {
  type CountedAffinity,
  type Coupling,
  hostIsRefused,
  hostIsWanted,
  topologyKeysIn,
} from './coupling.ts';
import type { Group } from './group.ts';
import type { SlotSet } from './slot-set.ts';
import { type CountedSpreading, fewestNow } from './spread-search.ts';

/** What of a class's index is searched. */
export interface SearchedIndex {
  readonly groups: readonly Group[];
  /** What a step of a group's `best` is worth. */
  readonly unit: number;
  /** Works out `staticTotal` of groups, brought into proportion among them. */
  normalise(groups: readonly Group[]): void;
}

/** A rule of a `Coupling`, and where in a group's domains and numbers its part stands. */
interface Place {
  readonly domain: number;
  /** −1: not by host. */
  readonly host: number;
}

interface Affecting {
  readonly domain: number;
  readonly counts: ReadonlyMap<string, number>;
}

/**
 * Finds the best nodes for a pod whose place depends on where others are. Nodes of one group have the same domains and
 * as many pods of each sort that counts, so every rule is asked once for each group.
 */
export class CoupledSearch {
  readonly coupling: Coupling;
  readonly topologyKeys: readonly string[];
  readonly #soft: readonly Place[];
  readonly #hard: readonly Place[];
  /** Where the numbers of rules between pods begin. */
  readonly #affinityAt: number;
  readonly #needed: readonly Place[];
  readonly #open: Group[] = [];
  readonly #sums: number[] = [];
  readonly #preferred: number[] = [];
  readonly #fewest: number[] = [];
  readonly #weights: number[] = [];
  readonly #domains = new Set<string>();
  /** Natural logarithms by the size of a topology, plus 2. */
  readonly #logarithms: (number | undefined)[] = [];

  constructor(coupling: Coupling) {
    this.coupling = coupling;
    this.topologyKeys = topologyKeysIn(coupling);
    let numbers = 0;
    const placed = ({ topologyKey }: { readonly topologyKey: string }): Place => {
      const domain = this.topologyKeys.indexOf(topologyKey);
      if (topologyKey !== HOSTNAME) return { domain, host: -1 };
      numbers += 1;
      return { domain, host: numbers - 1 };
    };
    const { spreading, affinity } = coupling;
    this.#soft = (spreading?.rules.constraints ?? []).map(placed);
    this.#hard = (spreading?.rules.hard ?? []).map(placed);
    this.#affinityAt = numbers;
    this.#needed = (affinity?.counts.rules.needed ?? []).map((topologyKey) => placed({ topologyKey }));
  }

  /** Hot path. The sets share no slot; `undefined` where no group will do. */
  best(index: SearchedIndex): readonly SlotSet[] | undefined {
    const { spreading, affinity } = this.coupling;
    const open = this.#open;
    open.length = 0;
    spreading?.rules.hard.forEach((constraint, i) => {
      this.#fewest[i] = fewestNow(spreading.hardTotals[i]!, constraint);
    });
    const filtering = affinity?.filters === true ? affinity : undefined;
    const unwanted = filtering === undefined ? NOTHING : this.#among(filtering.counts.unwanted);
    const refusing = filtering === undefined ? NOTHING : this.#among(filtering.counts.refusing);
    for (const group of index.groups) {
      if (group.size === 0) continue;
      if (spreading !== undefined && !this.#isEven(group, spreading)) continue;
      if (filtering !== undefined) {
        if (hostIsRefused(group.numbers[this.#affinityAt] ?? 0)) continue;
        if (isIn(group, unwanted) || isIn(group, refusing)) continue;
        if (!this.#hasCompanions(group, filtering)) continue;
      }
      open.push(group);
    }
    if (open.length === 0) return undefined;
    index.normalise(open);
    const { length } = open;
    for (let i = 0; i < length; i += 1) this.#sums[i] = 0;
    if (spreading !== undefined && this.#soft.length > 0 && spreading.weight > 0) this.#spread(spreading);
    if (affinity !== undefined && affinity.weight > 0) this.#prefer(affinity);
    let best = -1;
    let sets: SlotSet[] = [];
    for (let i = 0; i < length; i += 1) {
      const group = open[i]!;
      const total = group.staticTotal + this.#sums[i]! + group.best * index.unit;
      if (total < best) continue;
      if (total > best) {
        best = total;
        sets = [];
      }
      sets.push(group.buckets[group.best]!);
    }
    return sets;
  }

  #isEven({ domains, numbers }: Group, { rules: { hard }, hardTotals }: CountedSpreading): boolean {
    for (let i = 0; i < hard.length; i += 1) {
      const { domain: at, host } = this.#hard[i]!;
      const domain = domains[at];
      if (domain === undefined) return false;
      const count = host >= 0 ? numbers[host]! : (hardTotals[i]!.counts.get(domain) ?? 0);
      if (isSkewed(hard[i]!, count, this.#fewest[i]!)) return false;
    }
    return true;
  }

  #hasCompanions({ domains, numbers }: Group, { counts }: CountedAffinity): boolean {
    let companions = true;
    for (let i = 0; i < this.#needed.length; i += 1) {
      const { domain: at, host } = this.#needed[i]!;
      const domain = domains[at];
      if (domain === undefined) return false;
      const found =
        host >= 0
          ? hostIsWanted(numbers[this.#affinityAt]!)
          : (counts.wanted.get(this.topologyKeys[at]!)?.get(domain) ?? 0) > 0;
      if (!found) companions = false;
    }
    return companions || (counts.wantsNoneThere && counts.rules.wantsItself);
  }

  /** The tables of a kind, but for the one by host, with the place of their topologies. */
  #among(table: DomainTable): readonly Affecting[] {
    if (table.size === 0) return NOTHING;
    const affecting: Affecting[] = [];
    for (const [key, counts] of table) {
      if (key !== HOSTNAME && counts.size > 0) {
        affecting.push({ domain: this.topologyKeys.indexOf(key), counts });
      }
    }
    return affecting;
  }

  /** Adds the scores of spreading to those of the open groups. */
  #spread(spreading: CountedSpreading): void {
    const { rules, totals, weight } = spreading;
    const { constraints, needsAllLabels } = rules;
    const open = this.#open;
    const isConsidered = (group: Group): boolean => !needsAllLabels || this.#hasAllLabels(group);
    for (let i = 0; i < constraints.length; i += 1) {
      const { domain, host } = this.#soft[i]!;
      let size = 0;
      if (host >= 0) {
        for (const group of open) if (isConsidered(group)) size += group.size;
      } else {
        this.#domains.clear();
        for (const group of open) {
          if (isConsidered(group)) this.#domains.add(group.domains[domain] ?? NO_DOMAIN);
        }
        size = this.#domains.size;
      }
      this.#weights[i] = this.#logarithms[size] ??= naturalLog(size + 2);
    }
    let lowest = Number.POSITIVE_INFINITY;
    let highest = 0;
    for (let at = 0; at < open.length; at += 1) {
      const { domains, numbers } = open[at]!;
      this.#sums[at] = IGNORED;
      if (!isConsidered(open[at]!)) continue;
      let sum = 0;
      // In the order of the constraints, as the sum of doubles depends on it.
      for (let i = 0; i < constraints.length; i += 1) {
        const { domain: place, host } = this.#soft[i]!;
        const domain = domains[place];
        if (domain === undefined) continue;
        const count = host >= 0 ? numbers[host]! : (totals[i]!.get(domain) ?? 0);
        sum += scoreForCount(count, constraints[i]!.maxSkew, this.#weights[i]!);
      }
      sum = rounded(sum);
      this.#sums[at] = sum;
      lowest = Math.min(lowest, sum);
      highest = Math.max(highest, sum);
    }
    for (let at = 0; at < open.length; at += 1) {
      const sum = this.#sums[at]!;
      this.#sums[at] = sum === IGNORED ? 0 : weight * spreadScore(sum, lowest, highest, MAX_NODE_SCORE);
    }
  }

  #hasAllLabels({ domains }: Group): boolean {
    for (const { domain } of this.#soft) if (domains[domain] === undefined) return false;
    return true;
  }

  /** Adds the scores by what is preferred to those of the open groups. */
  #prefer({ counts, weight }: CountedAffinity): void {
    const open = this.#open;
    const preferred = this.#among(counts.preferred);
    const host = this.#affinityAt + 1;
    let lowest = Number.POSITIVE_INFINITY;
    let highest = Number.NEGATIVE_INFINITY;
    for (let at = 0; at < open.length; at += 1) {
      const { domains, numbers } = open[at]!;
      let sum = numbers[host] ?? 0;
      for (const { domain: place, counts: byDomain } of preferred) {
        const domain = domains[place];
        if (domain !== undefined) sum += byDomain.get(domain) ?? 0;
      }
      this.#preferred[at] = sum;
      lowest = Math.min(lowest, sum);
      highest = Math.max(highest, sum);
    }
    const range = highest - lowest;
    if (range === 0) return;
    for (let at = 0; at < open.length; at += 1) {
      // In the order of operations of the plugin.
      const score = Math.floor(MAX_NODE_SCORE * ((this.#preferred[at]! - lowest) / range));
      this.#sums[at]! += weight * score;
    }
  }
}

const NOTHING: readonly Affecting[] = [];
/** The sum of a group that is out of spreading. */
const IGNORED = -1;

function isIn({ domains }: Group, affecting: readonly Affecting[]): boolean {
  for (const { domain: at, counts } of affecting) {
    const domain = domains[at];
    if (domain !== undefined && (counts.get(domain) ?? 0) > 0) return true;
  }
  return false;
}
