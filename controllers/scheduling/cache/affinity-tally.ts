import type { StringMap } from '../../../core/api/object.ts';
import { formatLabels } from '../../../core/labels.ts';
import type { Affinity, Pod } from '../../../core/schema/types.generated.ts';
import type { AffinityEffect, AffinityRules } from '../framework/affinity.ts';
import { AffinityCounts } from './affinity-counts.ts';
import type { NodeInfo } from './node-info.ts';

/** Past this many kinds of pods that were asked for, the counts start over. */
const MOST_COUNTS = 4096;
/** How many combinations of other parts are kept for the same labels. */
const MOST_COMBINATIONS = 8;
const NO_LABELS = {};

interface Relation {
  readonly counts: AffinityCounts;
  readonly effects: readonly AffinityEffect[];
}

/** Pods that are the same to every rule between pods: by namespace, labels and rules of their own. */
interface PodKind {
  readonly key: string;
  readonly labels: StringMap | undefined;
  readonly namespace: string | undefined;
  readonly affinity: Affinity | undefined;
  /** One of them. */
  readonly pod: Pod;
  readonly byNode: Map<NodeInfo, number>;
  /** The counts in which these pods occur, as far as they were looked at. */
  relations: Relation[];
  looked: number;
  epoch: number;
}

/** A plugin's rules for a pod; `key` tells plugins and their arguments apart. */
export interface RuleSource {
  readonly key: string;
  readonly rulesOf: (pod: Pod) => AffinityRules;
}

/**
 * The pods that hold a place, also those on their way out, counted for rules between pods. It begins when the first
 * pod with such a rule is met: clusters without any pay nothing.
 */
export class AffinityTally {
  readonly #kinds = new Map<string, PodKind>();
  readonly #byIdentity = new WeakMap<object, PodKind[]>();
  readonly #counts = new Map<string, AffinityCounts>();
  #list: AffinityCounts[] = [];
  #epoch = 0;
  #isOn = false;

  get isOn(): boolean {
    return this.#isOn;
  }

  begin(placed: Iterable<{ readonly pod: Pod; readonly node: NodeInfo }>): void {
    this.#isOn = true;
    for (const { pod, node } of placed) this.add(pod, node, 1);
  }

  /** Hot path. */
  add(pod: Pod, node: NodeInfo, amount: 1 | -1): void {
    if (!this.#isOn) return;
    const known = this.#kindOf(pod);
    // One without pods has been dropped, and one alike may have taken its place.
    const kind = known.byNode.size > 0 ? known : (this.#kinds.get(known.key) ?? known);
    this.#lookAtNewCounts(kind);
    const count = (kind.byNode.get(node) ?? 0) + amount;
    if (count === 0) kind.byNode.delete(node);
    else kind.byNode.set(node, count);
    for (const { counts, effects } of kind.relations) counts.add(node, effects, amount);
    if (kind.byNode.size === 0) this.#kinds.delete(kind.key);
    else if (kind.byNode.size === 1) this.#kinds.set(kind.key, kind);
  }

  /** What tells the pod from others by the rules between pods. */
  keyOf(pod: Pod): string {
    return this.#kindOf(pod).key;
  }

  /** An object that follows every change until another is given instead. */
  countsOf(pod: Pod, source: RuleSource, version: number): AffinityCounts {
    const key = `${source.key} ${this.keyOf(pod)}`;
    const known = this.#counts.get(key);
    if (known !== undefined) {
      if (known.version !== version) this.#countAgain(known, version);
      return known;
    }
    if (this.#counts.size >= MOST_COUNTS) this.drop();
    const made = new AffinityCounts(source.rulesOf(pod), version);
    this.#counts.set(key, made);
    this.#list.push(made);
    for (const kind of this.#kinds.values()) this.#lookAtNewCounts(kind);
    this.#countAgain(made, version);
    return made;
  }

  /** What pods mean to each other has changed. */
  drop(): void {
    this.#counts.clear();
    this.#list = [];
    this.#epoch += 1;
  }

  #countAgain(counts: AffinityCounts, version: number): void {
    counts.clear(version);
    for (const { relations, byNode } of this.#kinds.values()) {
      const relation = relations.find((each) => each.counts === counts);
      if (relation === undefined) continue;
      for (const [node, count] of byNode) counts.add(node, relation.effects, count);
    }
  }

  #lookAtNewCounts(kind: PodKind): void {
    if (kind.epoch !== this.#epoch) {
      kind.epoch = this.#epoch;
      kind.relations = [];
      kind.looked = 0;
    }
    for (; kind.looked < this.#list.length; kind.looked += 1) {
      const counts = this.#list[kind.looked]!;
      const effects = counts.rules.effectsOf(kind.pod);
      if (effects.length === 0) continue;
      counts.expect(effects);
      kind.relations.push({ counts, effects });
    }
  }

  #kindOf(pod: Pod): PodKind {
    const { labels, namespace } = pod.metadata;
    const { affinity } = pod.spec;
    const identity = labels ?? affinity ?? NO_LABELS;
    let combinations = this.#byIdentity.get(identity);
    if (combinations === undefined) {
      combinations = [];
      this.#byIdentity.set(identity, combinations);
    }
    for (const kind of combinations) {
      if (kind.affinity === affinity && kind.namespace === namespace && kind.labels === labels) return kind;
    }
    const key = JSON.stringify([
      namespace ?? '',
      formatLabels(labels),
      affinity?.podAffinity ?? null,
      affinity?.podAntiAffinity ?? null,
    ]);
    const made: PodKind = {
      key,
      labels,
      namespace,
      affinity,
      pod,
      byNode: new Map(),
      relations: [],
      looked: 0,
      epoch: this.#epoch,
    };
    if (combinations.length >= MOST_COMBINATIONS) combinations.length = 0;
    combinations.push(made);
    return made;
  }
}
