import type { Node } from '../../core/schema/types.generated.ts';
import type { ClusterCache } from '../scheduling/cache/cluster-cache.ts';
import type { NodeInfo } from '../scheduling/cache/node-info.ts';
import type { PodInfo } from '../scheduling/cache/pod-info.ts';

/** Changes of a cache that are only tried: all of them, or those since some moment, are taken back. */
export class ClusterTrial {
  readonly cache: ClusterCache;
  readonly #undo: (() => void)[] = [];

  constructor(cache: ClusterCache) {
    this.cache = cache;
  }

  /** A moment to come back to. */
  get mark(): number {
    return this.#undo.length;
  }

  /** Add a node, or show one that is there in another state. */
  setNode(node: Node): NodeInfo {
    const { name } = node.metadata;
    const before = this.cache.node(name)?.node;
    this.cache.setNode(node);
    this.#undo.push(() => {
      if (before === undefined) this.cache.removeNode(name);
      else this.cache.setNode(before);
    });
    return this.cache.node(name) as NodeInfo;
  }

  /** Take a node away that has no pods but those that go with it. Whoever kept its `NodeInfo` looks it up again. */
  removeNode(name: string): void {
    const before = this.cache.node(name)?.node;
    if (before === undefined) return;
    this.cache.removeNode(name);
    this.#undo.push(() => this.cache.setNode(before));
  }

  /** Put a pod on a node, from wherever it was. */
  place(pod: PodInfo, nodeName: string): void {
    const before = this.cache.placedOn(pod.uid)?.name;
    const held = this.cache.placedPod(pod.uid);
    this.cache.place(pod, nodeName);
    this.#undo.push(() => {
      if (before === undefined || held === undefined) this.cache.remove(pod.uid);
      else this.cache.place(held, before);
    });
  }

  /** Take a pod off its node. */
  take(pod: PodInfo): void {
    const before = this.cache.placedOn(pod.uid)?.name;
    if (before === undefined) return;
    const held = this.cache.placedPod(pod.uid) as PodInfo;
    this.cache.remove(pod.uid);
    this.#undo.push(() => this.cache.place(held, before));
  }

  undo(to = 0): void {
    while (this.#undo.length > to) this.#undo.pop()?.();
  }
}
