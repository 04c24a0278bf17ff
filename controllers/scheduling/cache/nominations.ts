import { type PodInfo, priorityOf } from './pod-info.ts';

const NONE: readonly PodInfo[] = [];

/**
 * Pods that wait for a node on which room is being made for them (`status.nominatedNodeName`). Others of no higher
 * priority find the node as full as if they were there.
 */
export class Nominations {
  readonly #byPod = new Map<string, { readonly info: PodInfo; readonly node: string }>();
  readonly #byNode = new Map<string, Map<string, PodInfo>>();
  /** Raised by every change. */
  version = 0;
  /** How many of them have a rule on other pods. */
  withAffinity = 0;

  get size(): number {
    return this.#byPod.size;
  }

  nodeOf(uid: string): string | undefined {
    return this.#byPod.get(uid)?.node;
  }

  set(info: PodInfo, node: string): void {
    this.delete(info.uid);
    this.#byPod.set(info.uid, { info, node });
    if (hasRules(info)) this.withAffinity += 1;
    const pods = this.#byNode.get(node) ?? new Map<string, PodInfo>();
    this.#byNode.set(node, pods.set(info.uid, info));
    this.version += 1;
  }

  delete(uid: string): void {
    const known = this.#byPod.get(uid);
    if (known === undefined) return;
    this.#byPod.delete(uid);
    if (hasRules(known.info)) this.withAffinity -= 1;
    const pods = this.#byNode.get(known.node);
    pods?.delete(uid);
    if (pods?.size === 0) this.#byNode.delete(known.node);
    this.version += 1;
  }

  on(node: string): readonly PodInfo[] {
    const pods = this.#byNode.get(node);
    return pods === undefined ? NONE : [...pods.values()];
  }

  /** Those of a node that a pod of some priority has to leave room for. */
  aheadOf(priority: number, node: string): readonly PodInfo[] {
    if (this.#byPod.size === 0) return NONE;
    const pods = this.#byNode.get(node);
    if (pods === undefined) return NONE;
    return [...pods.values()].filter(({ pod }) => priorityOf(pod) >= priority);
  }
}

function hasRules({ pod }: PodInfo): boolean {
  const { affinity } = pod.spec;
  return affinity?.podAffinity !== undefined || affinity?.podAntiAffinity !== undefined;
}
