import type { StringMap } from '../../../core/api/object.ts';
import { formatLabels } from '../../../core/labels.ts';
import type { Pod } from '../../../core/schema/types.generated.ts';
import type { NodeInfo } from './node-info.ts';
import { PodCounts } from './pod-counts.ts';
import type { PodSelector } from './pod-owners.ts';

/** Past this many selectors the counts start over: those that are still asked for come back. */
const MOST_SELECTORS = 4096;

/** Pods of one namespace with the same labels, by node. */
interface Alike {
  readonly labels: StringMap | undefined;
  readonly namespace: string | undefined;
  readonly key: string;
  readonly byNode: Map<NodeInfo, number>;
  /** The counts whose selectors take these pods, as far as they were looked at. */
  counts: PodCounts[];
  looked: number;
  epoch: number;
}

/**
 * The pods that hold a place, counted by their labels and by what selectors take, without those that are on their
 * way out. A selector that nobody has asked for yet is counted from the pods that are alike, of which there are few.
 */
export class PodTally {
  readonly #alike = new Map<string, Alike>();
  readonly #byIdentity = new WeakMap<object, Alike>();
  #counts = new Map<string, PodCounts>();
  #list: PodCounts[] = [];
  /** Raised when all counts are dropped. */
  epoch = 0;

  /** Hot path. */
  add(pod: Pod, node: NodeInfo, amount: 1 | -1): void {
    const alike = this.#alikeOf(pod);
    this.#lookAtNewCounts(alike);
    const count = (alike.byNode.get(node) ?? 0) + amount;
    if (count === 0) alike.byNode.delete(node);
    else alike.byNode.set(node, count);
    for (const counts of alike.counts) counts.add(node, amount);
    if (alike.byNode.size === 0) this.#alike.delete(alike.key);
  }

  countsOf(selector: PodSelector, capacity: number): PodCounts {
    const known = this.#counts.get(selector.key);
    if (known !== undefined) return known;
    if (this.#counts.size >= MOST_SELECTORS) this.drop();
    const made = new PodCounts(selector, capacity);
    for (const alike of this.#alike.values()) {
      if (alike.namespace !== selector.namespace || !selector.matches(alike.labels)) continue;
      for (const [node, count] of alike.byNode) made.add(node, count);
    }
    this.#counts.set(selector.key, made);
    this.#list.push(made);
    for (const alike of this.#alike.values()) this.#lookAtNewCounts(alike);
    return made;
  }

  /** Slots of nodes have changed, or are more than before. */
  drop(): void {
    this.#counts = new Map();
    this.#list = [];
    this.epoch += 1;
  }

  #lookAtNewCounts(alike: Alike): void {
    if (alike.epoch !== this.epoch) {
      alike.epoch = this.epoch;
      alike.counts = [];
      alike.looked = 0;
    }
    for (; alike.looked < this.#list.length; alike.looked += 1) {
      const counts = this.#list[alike.looked]!;
      const { namespace, matches } = counts.selector;
      if (namespace === alike.namespace && matches(alike.labels)) alike.counts.push(counts);
    }
  }

  #alikeOf({ metadata }: Pod): Alike {
    const { labels, namespace } = metadata;
    const remembered = labels === undefined ? undefined : this.#byIdentity.get(labels);
    // One without pods has been dropped, and another may have taken its place.
    if (remembered !== undefined && remembered.namespace === namespace && remembered.byNode.size > 0)
      return remembered;
    const key = `${namespace ?? ''} ${formatLabels(labels)}`;
    let alike = this.#alike.get(key);
    if (alike === undefined) {
      alike = { labels, namespace, key, byNode: new Map(), counts: [], looked: 0, epoch: this.epoch };
      this.#alike.set(key, alike);
    }
    if (labels !== undefined) this.#byIdentity.set(labels, alike);
    return alike;
  }
}
