import { type DomainTotals, NO_DOMAIN } from '../cache/domain-totals.ts';
import type { PodCounts } from '../cache/pod-counts.ts';
import { MAX_NODE_SCORE } from '../framework/extension-points.ts';
import {
  HOSTNAME,
  isSkewed,
  rounded,
  type SpreadConstraint,
  type Spreading,
  scoreForCount,
  spreadScore,
} from '../framework/spreading.ts';
import { naturalLog } from '../natural-log.ts';
import type { Group } from './group.ts';
import { ROW, SCORE } from './row.ts';
import { SlotSet, splitInto, splits } from './slot-set.ts';

/** A pod's soft rules with what is counted for each. */
export interface CountedSpreading {
  readonly rules: Spreading;
  /** Of the plugin's scores. */
  readonly weight: number;
  /** For each constraint: the pods by node, and by domain unless each node is one. */
  readonly counts: readonly PodCounts[];
  readonly totals: readonly (ReadonlyMap<string, number> | undefined)[];
  /** The same for the rules that refuse, by domain alone. */
  readonly hardTotals: readonly DomainTotals[];
}

/** `fewestOf`, without looking at every domain. */
export function fewestNow(totals: DomainTotals, { minDomains }: SpreadConstraint): number {
  return totals.counts.size < minDomains ? Math.min(0, totals.lowest) : totals.lowest;
}

/** The groups in whose domains there may be one pod more. */
export function openGroups(
  groups: readonly Group[],
  { rules: { hard, constraints }, hardTotals }: CountedSpreading,
): readonly Group[] {
  const fewest = hard.map((constraint, i) => fewestNow(hardTotals[i]!, constraint));
  return groups.filter(({ size, domains }) => {
    if (size === 0) return false;
    return hard.every((constraint, i) => {
      const domain = domains[constraints.length + i];
      return (
        domain !== undefined && !isSkewed(constraint, hardTotals[i]!.counts.get(domain) ?? 0, fewest[i]!)
      );
    });
  });
}

function isByHost({ topologyKey }: { readonly topologyKey: string }): boolean {
  return topologyKey === HOSTNAME;
}

/** So few nodes are looked at one by one, rather than bucket by bucket. */
const FEW = 48;

/**
 * Finds the best nodes for a pod that is to be spread. Within a group of a `ClassIndex` the counts of a node's
 * domains are the same, so the score for spreading differs only by the pods of the node itself; of the nodes that
 * have equally many, the one with the best score by load is the best. A group is looked at count by count, fewest
 * first, and only as long as it might hold a better node than those that were found.
 */
export class SpreadSearch {
  readonly capacity: number;
  readonly #result: SlotSet;
  readonly #candidates: SlotSet;
  readonly #scratch: SlotSet;
  #best = -1;
  #slotCount = 0;
  readonly #considered: Group[] = [];
  /** The lowest sum of each considered group. */
  readonly #least: number[] = [];
  /** Of the group that is looked at: what its domains come to, before and after the term of the node's own pods. */
  #before = 0;
  readonly #after: number[] = [];
  #afterCount = 0;
  readonly #weights: number[] = [];
  /** Natural logarithms by the size of a topology, plus 2. */
  readonly #logarithms: (number | undefined)[] = [];

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#result = new SlotSet(capacity);
    this.#candidates = new SlotSet(capacity);
    this.#scratch = new SlotSet(capacity);
  }

  /** Hot path. The answer holds until the next call. */
  best(
    groups: readonly Group[],
    rows: Int32Array,
    unit: number,
    spreading: CountedSpreading,
    slotCount: number,
  ): SlotSet {
    const { needsAllLabels, constraints } = spreading.rules;
    const byHost = constraints.findIndex(isByHost);
    this.#best = -1;
    this.#slotCount = slotCount;
    this.#result.clear();
    const considered = this.#considered;
    considered.length = 0;
    for (const group of groups) {
      if (group.size === 0) continue;
      if (!needsAllLabels || hasAll(group, constraints.length)) considered.push(group);
      else this.#offer(group.staticTotal + group.best * unit, group.buckets[group.best]!);
    }
    this.#weigh(considered, spreading);
    let lowest = Number.POSITIVE_INFINITY;
    let highest = 0;
    for (let i = 0; i < considered.length; i += 1) {
      const group = considered[i]!;
      this.#sumDomains(group, spreading, byHost);
      const own = this.#ownCounts(group, spreading, byHost);
      const least = this.#sumAt(this.#fewestIn(group, own), spreading, byHost, own);
      this.#least[i] = least;
      lowest = Math.min(lowest, least);
      highest = Math.max(highest, this.#sumAt(this.#mostIn(group, own), spreading, byHost, own));
    }
    // What may be best comes first: then of most others none is looked at.
    let first = 0;
    let bound = -1;
    for (let i = 0; i < considered.length; i += 1) {
      const group = considered[i]!;
      const score = spreadScore(this.#least[i]!, lowest, highest, MAX_NODE_SCORE);
      const total = group.staticTotal + spreading.weight * score + group.best * unit;
      if (total <= bound) continue;
      bound = total;
      first = i;
    }
    for (let i = 0; i < considered.length; i += 1) {
      const at = i === 0 ? first : i <= first ? i - 1 : i;
      const group = considered[at]!;
      this.#sumDomains(group, spreading, byHost);
      const own = this.#ownCounts(group, spreading, byHost);
      const most = own?.highest ?? 0;
      for (let count = 0; count <= most; count += 1) {
        const sum = this.#sumAt(count, spreading, byHost, own);
        // Counts that no feasible node has are never found, but may come first or last.
        const known = Math.max(this.#least[at]!, Math.min(sum, highest));
        const score = spreadScore(known, lowest, highest, MAX_NODE_SCORE);
        const base = group.staticTotal + spreading.weight * score;
        if (base + group.best * unit < this.#best) break;
        this.#lookIn(group, own, count, base, rows, unit);
      }
    }
    return this.#result;
  }

  /** How much a pod counts in each topology: the more domains, the more. */
  #weigh(considered: readonly Group[], { rules }: CountedSpreading): void {
    const { constraints } = rules;
    for (let i = 0; i < constraints.length; i += 1) {
      let size = 0;
      if (constraints[i]!.topologyKey !== HOSTNAME) size = domainsIn(considered, i);
      else for (const group of considered) size += group.size;
      this.#weights[i] = this.#logarithms[size] ??= naturalLog(size + 2);
    }
  }

  /** In the order of the constraints, as the sum of doubles depends on it. */
  #sumDomains(group: Group, { rules, totals }: CountedSpreading, byHost: number): void {
    this.#before = 0;
    this.#afterCount = 0;
    const { constraints } = rules;
    for (let i = 0; i < constraints.length; i += 1) {
      const domain = group.domains[i];
      if (i === byHost || domain === undefined) continue;
      const { maxSkew } = constraints[i]!;
      const term = scoreForCount(totals[i]!.get(domain) ?? 0, maxSkew, this.#weights[i]!);
      if (byHost < 0 || i < byHost) this.#before += term;
      else {
        this.#after[this.#afterCount] = term;
        this.#afterCount += 1;
      }
    }
  }

  #ownCounts(group: Group, { counts }: CountedSpreading, byHost: number): PodCounts | undefined {
    return byHost < 0 || group.domains[byHost] === undefined ? undefined : counts[byHost];
  }

  #sumAt(count: number, { rules }: CountedSpreading, byHost: number, own: PodCounts | undefined): number {
    let sum = this.#before;
    if (own !== undefined) {
      sum += scoreForCount(count, rules.constraints[byHost]!.maxSkew, this.#weights[byHost]!);
    }
    for (let i = 0; i < this.#afterCount; i += 1) sum += this.#after[i]!;
    return rounded(sum);
  }

  /** The best of a group's nodes with so many pods of their own. */
  #lookIn(
    group: Group,
    own: PodCounts | undefined,
    count: number,
    base: number,
    rows: Int32Array,
    unit: number,
  ): void {
    if (own === undefined || (count === 0 && own.some.size === 0)) {
      this.#offer(base + group.best * unit, group.buckets[group.best]!);
      return;
    }
    const other = count === 0 ? own.some : own.withCount[count];
    if (other === undefined || (count > 0 && other.size === 0)) return;
    const within = count > 0;
    // Where the nodes that have some are far fewer than those of the group, most have none.
    if (within || group.size - other.size <= FEW) {
      splitInto(this.#candidates, group.slots!, other, within, this.#slotCount);
      if (this.#candidates.size === 0) return;
      if (this.#candidates.size <= FEW) {
        this.#lookAtEach(base, rows, unit);
        return;
      }
    }
    for (let score = group.best; score >= 0; score -= 1) {
      const bucket = group.buckets[score];
      if (bucket === undefined) continue;
      const total = base + score * unit;
      if (total < this.#best) return;
      if (!splits(bucket, other, within, this.#slotCount)) continue;
      splitInto(this.#scratch, bucket, other, within, this.#slotCount);
      this.#offer(total, this.#scratch);
      return;
    }
  }

  #lookAtEach(base: number, rows: Int32Array, unit: number): void {
    this.#candidates.forEach((slot) => {
      const total = base + rows[slot * ROW + SCORE]! * unit;
      if (total < this.#best) return;
      if (total > this.#best) {
        this.#best = total;
        this.#result.clear();
      }
      this.#result.add(slot);
    });
  }

  #offer(total: number, nodes: SlotSet): void {
    if (total < this.#best) return;
    if (total > this.#best) {
      this.#best = total;
      this.#result.clear();
    }
    this.#result.join(nodes);
  }

  /** The fewest pods that a feasible node of the group has. */
  #fewestIn(group: Group, own: PodCounts | undefined): number {
    if (own === undefined || group.size > own.some.size) return 0;
    if (splits(group.slots!, own.some, false, this.#slotCount)) return 0;
    let count = 1;
    while (count < own.highest && !this.#hasCount(group, own, count)) count += 1;
    return count;
  }

  #mostIn(group: Group, own: PodCounts | undefined): number {
    if (own === undefined) return 0;
    let count = own.highest;
    while (count > 0 && !this.#hasCount(group, own, count)) count -= 1;
    return count;
  }

  #hasCount(group: Group, own: PodCounts, count: number): boolean {
    const set = own.withCount[count];
    return set !== undefined && set.size > 0 && splits(group.slots!, set, true, this.#slotCount);
  }
}

function domainsIn(groups: readonly Group[], at: number): number {
  const [first] = groups;
  if (groups.length <= 1) return first === undefined ? 0 : 1;
  const domains = new Set<string>();
  for (const group of groups) domains.add(group.domains[at] ?? NO_DOMAIN);
  return domains.size;
}

/** Only the labels of the rules that order nodes. */
function hasAll({ domains }: Group, count: number): boolean {
  for (let i = 0; i < count; i += 1) if (domains[i] === undefined) return false;
  return true;
}
