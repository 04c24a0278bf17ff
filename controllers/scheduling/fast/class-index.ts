import type { ClusterCache } from '../cache/cluster-cache.ts';
import type { NodeInfo } from '../cache/node-info.ts';
import { type PodInfo, priorityOf } from '../cache/pod-info.ts';
import { CycleState } from '../framework/cycle-state.ts';
import {
  MAX_NODE_SCORE,
  type Plugin,
  type Profile,
  type RejectionCount,
} from '../framework/extension-points.ts';
import type { Rejection } from '../framework/rejection.ts';
import { HOSTNAME } from '../framework/spreading.ts';
import type { CoupledSearch } from './coupled-search.ts';
import { hostNumbers } from './coupling.ts';
import { type Group, NO_NUMBERS } from './group.ts';
import { GroupTable } from './group-table.ts';
import { FEASIBLE, GROUP, NO_NODE, NODE_STATUS, ROW, SCORE, STATUS } from './row.ts';
import { SlotSet } from './slot-set.ts';
import { type CountedSpreading, openGroups, SpreadSearch } from './spread-search.ts';

interface PlacedPlugin {
  readonly plugin: Plugin;
  readonly weight: number;
  /** Its place in the profile: the first plugin to refuse a node gives the reason. */
  readonly position: number;
}

interface KnownRejection {
  readonly rejection: Rejection;
  readonly position: number;
  nodes: number;
}

const MOST_GROUPS = 1024;
const NEVER = Number.POSITIVE_INFINITY;

/**
 * The nodes in order of preference for one class of pods, brought up to date by looking only at nodes that
 * changed. What depends on a node's own object is kept until that object changes; what depends on the pods on it
 * is worked out again when these change. Nodes are grouped by their raw static scores, and within a group lie in
 * buckets by load score, so the best nodes are found by comparing the groups.
 */
export class ClassIndex {
  readonly #cache: ClusterCache;
  readonly #profile: Profile;
  readonly #pod: PodInfo;
  /** The topologies by whose domains nodes are told apart. */
  #topologyKeys: readonly string[];
  #state = new CycleState();
  #nodeFilters: PlacedPlugin[] = [];
  #loadFilters: PlacedPlugin[] = [];
  #nodeScores: PlacedPlugin[] = [];
  #loadScores: PlacedPlugin[] = [];
  #versioned: Plugin[] = [];

  #seen = 0;
  #layout = 0;
  #clusterVersion = 0;
  #pluginVersions = '';
  #capacity = 0;
  /** A row for each slot, as `row.ts` has it. */
  #rows = new Int32Array(0);
  /** By the node's own object, for coupled pods. */
  #kinOf = new Int32Array(0);
  /** The largest number that divides all weights of load scores: buckets lie so far apart. */
  #unit = 1;
  #table = new GroupTable(0, false);
  #groups: readonly Group[] = this.#table.groups;
  #rejections: KnownRejection[] = [];
  #numberOf = new Map<string, number>();
  #numberByIdentity = new Map<Rejection, number>();
  #normalised = false;
  #spareSets: SlotSet[] = [];
  #search: SpreadSearch | undefined;
  /** For pods whose place depends on where others are: groups are then told apart by their nodes' pods too. */
  #coupled: CoupledSearch | undefined;
  readonly #numbers: number[] = [];
  /** Which of the raw static scores occurred when they were last brought into proportion, and what they came to. */
  #openRaws: readonly boolean[] = [];
  readonly #occur: boolean[] = [];
  #totalByRaws: number[] = [];
  feasible = 0;

  constructor(
    profile: Profile,
    pod: PodInfo,
    cache: ClusterCache,
    topologyKeys: readonly string[],
    coupled: CoupledSearch | undefined,
  ) {
    this.#topologyKeys = coupled?.topologyKeys ?? topologyKeys;
    this.#coupled = coupled;
    this.#profile = profile;
    this.#pod = pod;
    this.#cache = cache;
    this.#versioned = profile.plugins
      .map(({ plugin }) => plugin)
      .filter(({ version }) => version !== undefined);
    this.#rebuild();
  }

  /** Moments of the change log that this index has taken in: while it stays, so does every answer. */
  get seen(): number {
    return this.#seen;
  }

  get groups(): readonly Group[] {
    return this.#groups;
  }

  get unit(): number {
    return this.#unit;
  }

  refresh(coupled?: CoupledSearch): void {
    if (coupled !== this.#coupled) {
      this.#coupled = coupled;
      this.#topologyKeys = coupled?.topologyKeys ?? [];
      this.#rebuild();
      return;
    }
    const { changes, nodeSetVersion, images, layoutVersion } = this.#cache;
    if (layoutVersion !== this.#layout) {
      this.#rebuild();
      return;
    }
    if (nodeSetVersion + images.version !== this.#clusterVersion) {
      this.#clusterVersion = nodeSetVersion + images.version;
      if (this.#versioned.length > 0 && this.#versionsNow() !== this.#pluginVersions) {
        this.#rebuild();
        return;
      }
    }
    if (changes.sequence === this.#seen) return;
    // Of numbers that pods come to, most are in the past.
    if (this.#cache.slotCapacity > this.#capacity || this.#groups.length > MOST_GROUPS + 2 * this.#capacity) {
      this.#rebuild();
      return;
    }
    const seen = this.#seen;
    changes.forEachSince(seen, this.#cache.slotCount, (slot) => {
      this.#take(slot);
      if (changes.nodeChangedSince(slot, seen)) this.#lookAtNode(slot);
      this.#put(slot);
    });
    this.#seen = changes.sequence;
  }

  /** The slots of the best nodes, in sets; `undefined` where no node is feasible. */
  best(spreading?: CountedSpreading): readonly SlotSet[] | undefined {
    if (this.feasible === 0) return undefined;
    if (spreading === undefined || spreading.rules.hard.length === 0) {
      if (!this.#normalised) this.#normalise(this.#groups);
    }
    if (spreading !== undefined) {
      const { hard } = spreading.rules;
      const open = hard.length === 0 ? this.#groups : openGroups(this.#groups, spreading);
      if (open.length === 0) return undefined;
      if (hard.length > 0) {
        // What scores are brought into proportion with depends on which domains are open now.
        this.#normalise(open);
        this.#normalised = false;
      }
      if (this.#search?.capacity !== this.#capacity) this.#search = new SpreadSearch(this.#capacity);
      const { slotCount } = this.#cache;
      return [this.#search.best(open, this.#rows, this.#unit, spreading, slotCount)];
    }
    let best = -1;
    let sets: SlotSet[] = [];
    for (const group of this.#groups) {
      if (group.size === 0) continue;
      const total = group.staticTotal + group.best * this.#unit;
      if (total < best) continue;
      if (total > best) {
        best = total;
        sets = [];
      }
      sets.push(group.buckets[group.best]!);
    }
    return sets;
  }

  histogram(): readonly RejectionCount[] {
    return this.#rejections
      .filter(({ nodes }) => nodes > 0)
      .map(({ rejection, nodes }) => ({ rejection, nodes }));
  }

  /** What a node was refused for. */
  rejectionAt(slot: number): Rejection | undefined {
    const status = this.#rows[slot * ROW + STATUS] ?? NO_NODE;
    return status > FEASIBLE ? this.#rejections[status - 1]!.rejection : undefined;
  }

  #versionsNow(): string {
    return this.#versioned.map(({ version }) => version!(this.#pod, this.#cache)).join('\n');
  }

  #rebuild(): void {
    const cache = this.#cache;
    this.#layout = cache.layoutVersion;
    this.#clusterVersion = cache.nodeSetVersion + cache.images.version;
    this.#pluginVersions = this.#versionsNow();
    this.#seen = cache.changes.sequence;
    this.#preparePlugins();
    this.#capacity = cache.slotCapacity;
    this.#rows = new Int32Array(this.#capacity * ROW);
    this.#kinOf = new Int32Array(this.#coupled === undefined ? 0 : this.#capacity);
    for (let at = STATUS; at < this.#rows.length; at += ROW) this.#rows[at] = NO_NODE;
    this.#table = new GroupTable(
      this.#capacity,
      this.#topologyKeys.length > 0 && this.#coupled === undefined,
    );
    this.#groups = this.#table.groups;
    this.#openRaws = [];
    this.#rejections = [];
    this.#numberOf.clear();
    this.#numberByIdentity.clear();
    this.#normalised = false;
    this.#spareSets = [];
    this.feasible = 0;
    for (let slot = 0; slot < cache.slotCount; slot += 1) {
      this.#lookAtNode(slot);
      this.#put(slot);
    }
  }

  #preparePlugins(): void {
    const state = new CycleState();
    this.#state = state;
    this.#nodeFilters = [];
    this.#loadFilters = [];
    this.#nodeScores = [];
    this.#loadScores = [];
    this.#profile.plugins.forEach(({ plugin, weight }, position) => {
      if (plugin.dependsOn === 'cluster') return;
      const placed: PlacedPlugin = { plugin, weight, position };
      const skipped = plugin.preFilter?.(state, this.#pod, this.#cache) === 'skip';
      if (plugin.filter !== undefined && !skipped) {
        (plugin.dependsOn === 'node' ? this.#nodeFilters : this.#loadFilters).push(placed);
      }
      if (plugin.score === undefined || weight === 0) return;
      if (plugin.preScore?.(state, this.#pod, this.#cache, []) === 'skip') return;
      (plugin.dependsOn === 'node' ? this.#nodeScores : this.#loadScores).push(placed);
    });
    this.#unit = this.#loadScores.reduce((unit, { weight }) => greatestDivisor(unit, weight), 0) || 1;
  }

  /** Filters and raw scores that depend on the node's own object. */
  #lookAtNode(slot: number): void {
    const node = this.#cache.atSlot(slot);
    if (node?.node === undefined) return;
    this.#rows[slot * ROW + NODE_STATUS] = FEASIBLE;
    for (const { plugin, position } of this.#nodeFilters) {
      const rejection = plugin.filter!(this.#state, this.#pod, node);
      if (rejection === undefined) continue;
      this.#rows[slot * ROW + NODE_STATUS] = this.#rejectionNumber(rejection, position);
      return;
    }
    const kin = this.#kinFor(node);
    if (this.#coupled !== undefined) this.#kinOf[slot] = kin;
    else this.#rows[slot * ROW + GROUP] = this.#table.groupFor(kin, NO_NUMBERS);
  }

  #kinFor(node: NodeInfo): number {
    const raws = this.#nodeScores.map(({ plugin }) => plugin.score!(this.#state, this.#pod, node));
    // A host is a domain by itself: it matters only whether the node has the label.
    const domains = this.#topologyKeys.map((topologyKey) => {
      const value = node.label(topologyKey);
      return topologyKey === HOSTNAME && value !== undefined ? HOSTNAME : value;
    });
    return this.#table.kinFor(raws, domains);
  }

  /** Takes a node out of its bucket, or off the count of its rejection. */
  #take(slot: number): void {
    const status = this.#rows[slot * ROW + STATUS]!;
    if (status === NO_NODE) return;
    if (status > FEASIBLE) {
      this.#rejections[status - 1]!.nodes -= 1;
      return;
    }
    const group = this.#groups[this.#rows[slot * ROW + GROUP]!]!;
    const score = this.#rows[slot * ROW + SCORE]!;
    const bucket = group.buckets[score]!;
    bucket.remove(slot);
    if (bucket.size === 0) {
      this.#spareSets.push(bucket);
      group.buckets[score] = undefined;
      if (score === group.best) lowerBest(group);
    }
    this.feasible -= 1;
    group.slots?.remove(slot);
    group.size -= 1;
    if (group.size === 0) this.#normalised = false;
  }

  /** Hot path: finds out how a node stands with its present load, and files it so. */
  #put(slot: number): void {
    const rows = this.#rows;
    const row = slot * ROW;
    const node = this.#cache.atSlot(slot);
    if (node?.node === undefined) {
      rows[row + STATUS] = NO_NODE;
      return;
    }
    const status = this.#statusBeside(slot, node);
    if (status > FEASIBLE) {
      rows[row + STATUS] = status;
      this.#rejections[status - 1]!.nodes += 1;
      return;
    }
    const score = this.#loadScoreOf(node);
    let number = rows[row + GROUP]!;
    if (this.#coupled !== undefined) {
      hostNumbers(this.#coupled.coupling, node, this.#numbers);
      number = this.#table.groupFor(this.#kinOf[slot]!, this.#numbers);
    }
    rows[row + STATUS] = FEASIBLE;
    rows[row + GROUP] = number;
    rows[row + SCORE] = score;
    const group = this.#groups[number]!;
    let bucket = group.buckets[score];
    if (bucket === undefined) {
      bucket = this.#spareSets.pop() ?? new SlotSet(this.#capacity);
      group.buckets[score] = bucket;
      if (score > group.best) group.best = score;
    }
    bucket.add(slot);
    this.feasible += 1;
    group.slots?.add(slot);
    group.size += 1;
    if (group.size === 1) this.#normalised = false;
  }

  #loadScoreOf(node: NodeInfo): number {
    const scores = this.#loadScores;
    let score = 0;
    for (let i = 0; i < scores.length; i += 1) {
      const { plugin, weight } = scores[i]!;
      score += weight * checkedScore(plugin.score!(this.#state, this.#pod, node), plugin);
    }
    return score / this.#unit;
  }

  /** With the pods that the node is kept free for, and without. The pods of a class have one priority then. */
  #statusBeside(slot: number, node: NodeInfo): number {
    if (this.#cache.nominations.size === 0) return this.#statusNow(slot, node);
    const ahead = this.#cache.nominatedAhead(priorityOf(this.#pod.pod), node);
    if (ahead.length === 0) return this.#statusNow(slot, node);
    const status = this.#cache.supposing(node, ahead, () => this.#statusNow(slot, node));
    return status === FEASIBLE ? this.#statusNow(slot, node) : status;
  }

  #statusNow(slot: number, node: NodeInfo): number {
    const byNode = this.#rows[slot * ROW + NODE_STATUS]!;
    const until = byNode === FEASIBLE ? NEVER : this.#rejections[byNode - 1]!.position;
    const filters = this.#loadFilters;
    for (let i = 0; i < filters.length; i += 1) {
      const { plugin, position } = filters[i]!;
      if (position > until) break;
      const rejection = plugin.filter!(this.#state, this.#pod, node);
      if (rejection !== undefined) return this.#rejectionNumber(rejection, position);
    }
    return byNode;
  }

  #rejectionNumber(rejection: Rejection, position: number): number {
    const known = this.#numberByIdentity.get(rejection);
    if (known !== undefined) return known;
    // Plugins are asked to reuse their rejections, but needn't.
    const key = `${position} ${rejection.code} ${rejection.reasons.join('\n')}`;
    const number = this.#numberOf.get(key) ?? this.#rejections.length + 1;
    if (number > this.#rejections.length) {
      this.#rejections.push({ rejection, position, nodes: 0 });
      this.#numberOf.set(key, number);
      this.#numberByIdentity.set(rejection, number);
    }
    return number;
  }

  #normalise(among: readonly Group[]): void {
    this.#openRaws = [];
    this.normalise(among);
    this.#normalised = true;
  }

  /** Works out the static totals of groups among each other: anew only where other raw scores occur than before. */
  normalise(among: readonly Group[]): void {
    const { raws } = this.#table;
    const occur: boolean[] = this.#occur;
    occur.length = raws.length;
    occur.fill(false);
    for (const { size, rawsAt } of among) if (size > 0) occur[rawsAt] = true;
    const before = this.#openRaws;
    if (before.length !== occur.length || before.some((open, i) => open !== occur[i])) {
      this.#openRaws = [...occur];
      this.#totalByRaws = new Array<number>(raws.length).fill(0);
      const open = raws.map((_raws, i) => i).filter((i) => occur[i]);
      this.#nodeScores.forEach(({ plugin, weight }, at) => {
        const scores = open.map((i) => raws[i]![at]!);
        const normalised = plugin.normalizeScore?.(this.#state, scores, []) ?? scores;
        open.forEach((i, k) => {
          this.#totalByRaws[i]! += weight * normalised[k]!;
        });
      });
    }
    for (const group of among) group.staticTotal = this.#totalByRaws[group.rawsAt]!;
  }
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

function lowerBest(group: Group): void {
  let best = group.best;
  while (best >= 0 && group.buckets[best] === undefined) best -= 1;
  group.best = best;
}

function checkedScore(score: number, { name }: Plugin): number {
  if (score >= 0 && score <= MAX_NODE_SCORE && Number.isInteger(score)) return score;
  throw new Error(
    `the plugin ${name} gave the score ${score}, which is no integer from 0 to ${MAX_NODE_SCORE}`,
  );
}
