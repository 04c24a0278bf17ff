import type { StringMap } from '../../../core/api/object.ts';
import type { Namespace, Node, Pod, Service } from '../../../core/schema/types.generated.ts';
import { sameMap } from '../node-changes.ts';
import type { AffinityCounts } from './affinity-counts.ts';
import { AffinityTally, type RuleSource } from './affinity-tally.ts';
import { Budgets } from './budgets.ts';
import { ChangeLog } from './change-log.ts';
import type { ClusterView } from './cluster-view.ts';
import { Hostnames } from './hostnames.ts';
import { ImageTable } from './image-table.ts';
import { NodeInfo } from './node-info.ts';
import { checked, extendedOf, portsOf, sameDomains, setAllocatable, stays } from './node-load.ts';
import { NodeTable } from './node-table.ts';
import { Nominations } from './nominations.ts';
import type { PodCounts } from './pod-counts.ts';
import { type PodInfo, priorityOf } from './pod-info.ts';
import { type PodOwner, PodOwners, type PodSelector } from './pod-owners.ts';
import { PodTally } from './pod-tally.ts';
import { VolumeStore } from './volume-store.ts';

interface Placed {
  info: PodInfo;
  node: NodeInfo;
}

/** Moves pods about in a thought. */
export interface Trial {
  place(info: PodInfo, nodeName: string): void;
  remove(uid: string): void;
}

/**
 * Nodes and the pods on them: a fold of the informers' events and of the scheduler's own decisions. A pod that
 * was just placed is *assumed*: it counts at once, is confirmed by its event and forgotten where binding fails.
 */
export class ClusterCache implements ClusterView {
  readonly table = new NodeTable();
  readonly images = new ImageTable();
  readonly changes = new ChangeLog();
  readonly #byName = new Map<string, NodeInfo>();
  readonly #bySlot: (NodeInfo | undefined)[] = [];
  readonly #freeSlots: number[] = [];
  readonly #ordered: NodeInfo[] = [];
  readonly #placed = new Map<string, Placed>();
  /** How many pods of each priority hold a place: few distinct ones, so the lowest is found by looking at all. */
  readonly #priorities = new Map<number, number>();
  readonly #namespaces = new Map<string, Namespace>();
  readonly #owners = new PodOwners();
  readonly #tally = new PodTally();
  readonly #affinity = new AffinityTally();
  readonly #hostnames = new Hostnames();
  readonly budgets = new Budgets();
  readonly nominations = new Nominations();
  readonly volumes = new VolumeStore();
  /** What is tried now is undone before anybody else looks. */
  #isTrial = false;
  podsWithAffinity = 0;
  /** Raised whenever a label or taint of a node changes, or a node comes or goes. */
  domainVersion = 0;
  /** Raised whenever a node with an object comes or goes. */
  nodeSetVersion = 0;
  /** Raised when nodes were given other slots. */
  layoutVersion = 0;
  #rankedVersion = -1;
  #inOrder = true;
  #ranks = new Int32Array(0);

  get nodes(): readonly NodeInfo[] {
    return this.#ordered;
  }

  node(name: string): NodeInfo | undefined {
    const info = this.#byName.get(name);
    return info?.node === undefined ? undefined : info;
  }

  atSlot(slot: number): NodeInfo | undefined {
    return this.#bySlot[slot];
  }

  /** One more than the highest slot ever used. */
  get slotCount(): number {
    return this.#bySlot.length;
  }

  get slotCapacity(): number {
    return this.table.capacity;
  }

  /** Whether slots ascend as names do. */
  get slotsInNameOrder(): boolean {
    this.#rank();
    return this.#inOrder;
  }

  /** The place of a slot's node in the list by name. */
  rankOf(slot: number): number {
    this.#rank();
    return this.#ranks[slot]!;
  }

  #rank(): void {
    if (this.#rankedVersion === this.nodeSetVersion) return;
    this.#rankedVersion = this.nodeSetVersion;
    if (this.#ranks.length < this.table.capacity) this.#ranks = new Int32Array(this.table.capacity);
    this.#inOrder = true;
    let previous = -1;
    this.#ordered.forEach(({ slot }, rank) => {
      this.#ranks[slot] = rank;
      if (slot < previous) this.#inOrder = false;
      previous = slot;
    });
  }

  /**
   * Gives nodes slots in the order of their names, which makes tie-breaks cheap. Every class has to build its
   * index anew after it, so it is for when the nodes have settled.
   */
  renumber(): void {
    const rest = [...this.#byName.values()].filter(({ node }) => node === undefined);
    rest.sort((a, b) => (a.name < b.name ? -1 : 1));
    const infos = [...this.#ordered, ...rest];
    this.table.permute(infos.map(({ slot }) => slot));
    this.#bySlot.length = 0;
    this.#freeSlots.length = 0;
    infos.forEach((info, slot) => {
      info.slot = slot;
      this.#bySlot.push(info);
    });
    this.layoutVersion += 1;
    this.#rankedVersion = -1;
    this.#tally.drop();
  }

  placedOn(uid: string): NodeInfo | undefined {
    return this.#placed.get(uid)?.node;
  }

  placedPod(uid: string): PodInfo | undefined {
    return this.#placed.get(uid)?.info;
  }

  lowestPriority(): number {
    let lowest = Number.POSITIVE_INFINITY;
    for (const priority of this.#priorities.keys()) if (priority < lowest) lowest = priority;
    return lowest;
  }

  namespaceLabels(name: string): StringMap | undefined {
    return this.#namespaces.get(name)?.metadata.labels;
  }

  /** Room is being made for a pod on a node, or no longer. */
  nominate(info: PodInfo, nodeName: string | undefined): void {
    const before = this.nominations.nodeOf(info.uid);
    if (nodeName === undefined || nodeName === '') this.nominations.delete(info.uid);
    else this.nominations.set(info, nodeName);
    for (const name of new Set([before, nodeName])) {
      const node = name === undefined ? undefined : this.#byName.get(name);
      if (node !== undefined) this.#touch(node);
    }
  }

  nominatedAhead(priority: number, { name }: NodeInfo): readonly PodInfo[] {
    return this.nominations.aheadOf(priority, name);
  }

  supposing<T>(node: NodeInfo, pods: readonly PodInfo[], look: () => T): T {
    return this.suppose((trial) => {
      for (const info of pods) trial.place(info, node.name);
      return look();
    });
  }

  /** Tries something, and puts everything back as it was. No index hears of it. */
  suppose<T>(attempt: (trial: Trial) => T): T {
    const outer = this.#isTrial;
    this.#isTrial = true;
    const undo: (() => void)[] = [];
    const trial: Trial = {
      place: (info, nodeName) => {
        this.place(info, nodeName);
        undo.push(() => this.remove(info.uid));
      },
      remove: (uid) => {
        const held = this.#placed.get(uid);
        if (held === undefined) return;
        const { info, node } = held;
        this.remove(uid);
        undo.push(() => this.place(info, node.name));
      },
    };
    try {
      return attempt(trial);
    } finally {
      for (const step of undo.reverse()) step();
      this.#isTrial = outer;
    }
  }

  #touch(node: NodeInfo): void {
    if (this.#isTrial) return;
    node.version += 1;
    this.changes.loadChanged(node.slot);
  }

  setService(service: Service, exists: boolean): void {
    this.#owners.setService(service, exists);
  }

  setOwner(owner: PodOwner, exists: boolean): void {
    this.#owners.setOwner(owner, exists);
  }

  ownersSelector(pod: Pod): PodSelector | undefined {
    return this.#owners.selectorOf(pod);
  }

  /** The pods that a selector takes, by node; an object that follows every change until `countsEpoch` does. */
  countsOf(selector: PodSelector): PodCounts {
    return this.#tally.countsOf(selector, this.table.capacity);
  }

  /** Raised when all counts were dropped and have to be asked for again. */
  get countsEpoch(): number {
    return this.#tally.epoch;
  }

  /** What the pods there are to one like this; an object that follows every change until another is given instead. */
  affinityCountsOf(pod: Pod, source: RuleSource): AffinityCounts {
    if (!this.#affinity.isOn) this.#affinity.begin(this.#everyPlace());
    return this.#affinity.countsOf(pod, source, this.domainVersion);
  }

  affinityKeyOf(pod: Pod): string {
    return this.#affinity.keyOf(pod);
  }

  /** Whether no two nodes have the same `kubernetes.io/hostname`. */
  get eachNodeHasItsHostname(): boolean {
    return this.#hostnames.areUnique;
  }

  *#everyPlace(): Generator<{ pod: Pod; node: NodeInfo }> {
    for (const { info, node } of this.#placed.values()) yield { pod: info.pod, node };
  }

  setNamespace(namespace: Namespace, exists: boolean): void {
    const { name, labels } = namespace.metadata;
    // Terms may choose namespaces by their labels.
    if (!exists || !sameMap(this.namespaceLabels(name), labels)) this.#affinity.drop();
    if (exists) this.#namespaces.set(name, namespace);
    else this.#namespaces.delete(name);
  }

  setNode(node: Node): void {
    const info = this.#infoFor(node.metadata.name);
    const previous = info.node;
    info.node = node;
    this.#hostnames.replace(previous, node);
    if (previous === undefined) {
      this.#ordered.splice(this.#orderOf(info.name), 0, info);
      this.nodeSetVersion += 1;
    }
    if (previous === undefined || !sameDomains(previous, node)) this.domainVersion += 1;
    if (previous?.status.images !== node.status.images) this.images.replace(previous, node);
    if (previous === undefined || previous.status.allocatable !== node.status.allocatable) {
      setAllocatable(info, node);
    }
    this.changes.nodeChanged(info.slot);
  }

  removeNode(name: string): void {
    const info = this.#byName.get(name);
    if (info?.node === undefined) return;
    this.images.replace(info.node, undefined);
    this.#hostnames.replace(info.node, undefined);
    info.node = undefined;
    this.#ordered.splice(this.#orderOf(name), 1);
    this.nodeSetVersion += 1;
    this.domainVersion += 1;
    this.changes.nodeChanged(info.slot);
    this.#dropIfEmpty(info);
  }

  /** Puts a pod on a node, or brings what is known of it up to date; returns what was known of it before. */
  place(info: PodInfo, nodeName: string): PodInfo | undefined {
    const held = this.#placed.get(info.uid);
    const before = held?.info;
    if (held !== undefined) {
      if (held.node.name === nodeName && this.#sameLoad(held.info, info)) {
        this.#swap(held, info);
        return before;
      }
      this.remove(info.uid);
    }
    const node = this.#infoFor(nodeName);
    this.#count(node, info, 1);
    node.pods.set(info.uid, info);
    if (info.facts.hostPorts.length > 0) node.usedPorts = [...node.usedPorts, ...info.facts.hostPorts];
    this.#indexAffinity(node, info);
    this.#placed.set(info.uid, { info, node });
    if (stays(info)) this.#tally.add(info.pod, node, 1);
    this.#affinity.add(info.pod, node, 1);
    this.#touch(node);
    return before;
  }

  /** Takes a pod off its node; nothing where it holds no place. */
  remove(uid: string): void {
    const held = this.#placed.get(uid);
    if (held === undefined) return;
    const { info, node } = held;
    this.#placed.delete(uid);
    this.#count(node, info, -1);
    node.pods.delete(uid);
    if (info.facts.hostPorts.length > 0) node.usedPorts = portsOf(node.pods);
    if (node.withAffinity.delete(uid)) this.podsWithAffinity -= 1;
    node.withRequiredAntiAffinity.delete(uid);
    if (stays(info)) this.#tally.add(info.pod, node, -1);
    this.#affinity.add(info.pod, node, -1);
    this.#touch(node);
    this.#dropIfEmpty(node);
  }

  #sameLoad(a: PodInfo, b: PodInfo): boolean {
    return (
      a.facts === b.facts &&
      a.pod.spec.affinity === b.pod.spec.affinity &&
      priorityOf(a.pod) === priorityOf(b.pod)
    );
  }

  /** Only what doesn't count towards the node's load has changed: labels matter to rules between pods. */
  #swap(held: Placed, info: PodInfo): void {
    const { node, info: before } = held;
    const relabelled = before.pod.metadata.labels !== info.pod.metadata.labels;
    const counted = stays(before);
    if (relabelled || counted !== stays(info)) {
      if (counted) this.#tally.add(before.pod, node, -1);
      if (stays(info)) this.#tally.add(info.pod, node, 1);
    }
    if (relabelled) {
      this.#affinity.add(before.pod, node, -1);
      this.#affinity.add(info.pod, node, 1);
    }
    held.info = info;
    node.pods.set(info.uid, info);
    if (node.withAffinity.size > 0 && node.withAffinity.has(info.uid)) {
      node.withAffinity.set(info.uid, info);
      if (node.withRequiredAntiAffinity.has(info.uid)) node.withRequiredAntiAffinity.set(info.uid, info);
    }
    if (relabelled || counted !== stays(info)) this.#touch(node);
    else if (before.pod.status.startTime !== info.pod.status.startTime) node.version += 1;
  }

  #indexAffinity(node: NodeInfo, info: PodInfo): void {
    const affinity = info.pod.spec.affinity;
    if (affinity === undefined) return;
    if (affinity.podAffinity === undefined && affinity.podAntiAffinity === undefined) return;
    node.withAffinity.set(info.uid, info);
    this.podsWithAffinity += 1;
    const required = affinity.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    if (required !== undefined && required.length > 0) node.withRequiredAntiAffinity.set(info.uid, info);
  }

  #count(node: NodeInfo, info: PodInfo, sign: 1 | -1): void {
    const { requests, extended } = info.facts;
    const { table, slot } = node;
    table.podCount[slot]! += sign;
    table.requestedCpu[slot] = checked(
      table.requestedCpu[slot]! + sign * requests.milliCpu,
      'CPU requests',
      node.name,
    );
    table.requestedMemory[slot] = checked(
      table.requestedMemory[slot]! + sign * requests.memory,
      'memory requests',
      node.name,
    );
    table.requestedStorage[slot] = checked(
      table.requestedStorage[slot]! + sign * requests.ephemeralStorage,
      'ephemeral storage requests',
      node.name,
    );
    table.scoredCpu[slot]! += sign * requests.nonZeroMilliCpu;
    table.scoredMemory[slot]! += sign * requests.nonZeroMemory;
    for (const { name, amount } of extended) extendedOf(node, name).requested += sign * amount;
    const priority = priorityOf(info.pod);
    const alike = (this.#priorities.get(priority) ?? 0) + sign;
    if (alike === 0) this.#priorities.delete(priority);
    else this.#priorities.set(priority, alike);
  }

  #infoFor(name: string): NodeInfo {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const slot = this.#freeSlots.pop() ?? this.#bySlot.length;
    if (slot >= this.table.capacity) {
      this.table.grow();
      this.#tally.drop();
    }
    const info = new NodeInfo(name, this.table, slot);
    this.#byName.set(name, info);
    this.#bySlot[slot] = info;
    return info;
  }

  #dropIfEmpty(info: NodeInfo): void {
    if (info.node !== undefined || info.pods.size > 0) return;
    this.#byName.delete(info.name);
    this.#bySlot[info.slot] = undefined;
    this.table.clearRow(info.slot);
    this.#freeSlots.push(info.slot);
  }

  /** Where a name is, or belongs, in the list by name. */
  #orderOf(name: string): number {
    let low = 0;
    let high = this.#ordered.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#ordered[middle]!.name < name) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
