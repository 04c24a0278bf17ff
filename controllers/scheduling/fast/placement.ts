import type { ClusterCache } from '../cache/cluster-cache.ts';
import type { NodeInfo } from '../cache/node-info.ts';
import type { PodInfo } from '../cache/pod-info.ts';
import type { CycleState } from '../framework/cycle-state.ts';
import type { Profile, WeightedPlugin } from '../framework/extension-points.ts';
import { HOSTNAME, type Spreading } from '../framework/spreading.ts';
import { type FitFailure, NO_NODES } from '../message.ts';
import {
  bestNode,
  curableNodes,
  evaluate,
  failureMessage,
  type NodeSearch,
  type TieBreak,
} from '../reference.ts';
import { ClassIndex, nodeAmong } from './class-index.ts';
import { PodClassKeys } from './pod-class.ts';
import type { CountedSpreading } from './spread-search.ts';

export type Placement =
  | { readonly node: NodeInfo; readonly state: CycleState | undefined }
  | {
      readonly node: undefined;
      readonly message: string;
      readonly failure: FitFailure;
      readonly rejectors: ReadonlySet<string>;
    };

/** Past this many classes the program isn't running workloads of templates, and the indexes start over. */
const MOST_CLASSES = 2048;
/** So many decisions after the last node came or went, the nodes have settled. */
const SETTLED_AFTER = 64;

interface KnownFailure {
  readonly seen: number;
  readonly priority: number | undefined;
  readonly preemptionPolicy: string | undefined;
  readonly placement: Placement;
}

interface PodClass {
  readonly index: ClassIndex;
  lastFailure: KnownFailure | undefined;
}

interface WeightedSpreading {
  readonly rules: Spreading;
  readonly weight: number;
}

interface KnownCounts {
  readonly epoch: number;
  readonly domainVersion: number;
  readonly counted: CountedSpreading;
}

/** Finds nodes for the pods of one profile: by the index of the pod's class where it covers it, else in plain form. */
export class Placer {
  readonly #profile: Profile;
  readonly #cache: ClusterCache;
  readonly #clusterPlugins: readonly WeightedPlugin[];
  readonly #keys = new PodClassKeys();
  /** By the topologies that matter, then by what else of a pod does. */
  readonly #classes = new Map<string, Map<string, PodClass>>();
  #classCount = 0;
  readonly #countedBy = new WeakMap<Spreading, KnownCounts>();
  #settledVersion = -1;
  #decisionsSince = 0;

  constructor(profile: Profile, cache: ClusterCache) {
    this.#profile = profile;
    this.#cache = cache;
    this.#clusterPlugins = profile.plugins.filter(
      ({ plugin }) =>
        plugin.dependsOn === 'cluster' &&
        (plugin.preFilter ?? plugin.filter ?? plugin.preScore ?? plugin.score) !== undefined,
    );
  }

  place(pod: PodInfo, tieBreak: TieBreak, search: NodeSearch | undefined): Placement & { examined?: number } {
    if (this.#cache.nodes.length === 0) {
      const failure: FitFailure = { nodeCount: 0, preFilterRejection: undefined, histogram: [] };
      return { node: undefined, message: NO_NODES, failure, rejectors: new Set() };
    }
    const covered = search === undefined ? this.#covers(pod) : false;
    if (covered === false) return this.#placePlainly(pod, tieBreak, search);
    this.#settle();
    const podClass = this.#classOf(pod, covered);
    const { index } = podClass;
    index.refresh();
    const sets = index.best(covered === true ? undefined : this.#counted(covered));
    if (sets !== undefined) return { node: nodeAmong(sets, this.#cache, tieBreak), state: undefined };
    return this.#failureOf(podClass, pod);
  }

  /** Whether nothing but the class of the pod, the nodes and their own loads has a say, or spreading besides. */
  #covers(pod: PodInfo): boolean | WeightedSpreading {
    const required = pod.pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    // Pods for a named node each, as a DaemonSet's, would be a class each: few nodes are looked at in plain form.
    if (required?.nodeSelectorTerms[0]?.matchFields !== undefined) return false;
    if (pod.pod.spec.nodeName !== undefined && pod.pod.spec.nodeName !== '') return false;
    let spread: WeightedSpreading | undefined;
    for (const { plugin, weight } of this.#clusterPlugins) {
      if (plugin.standsAside?.(pod, this.#cache) === true) continue;
      const rules = spread === undefined ? plugin.spreading?.(pod, this.#cache) : undefined;
      if (rules === undefined) return false;
      spread = { rules, weight };
    }
    return spread === undefined || spread.weight === 0 ? true : spread;
  }

  #counted({ rules, weight }: WeightedSpreading): CountedSpreading {
    const { countsEpoch, domainVersion } = this.#cache;
    const known = this.#countedBy.get(rules);
    if (known?.epoch === countsEpoch && known.domainVersion === domainVersion) return known.counted;
    const counts = rules.constraints.map(({ selector }) => this.#cache.countsOf(selector));
    const totals = rules.constraints.map(({ topologyKey, nodes }, i) =>
      topologyKey === HOSTNAME ? undefined : counts[i]!.totalsBy(topologyKey, nodes, domainVersion),
    );
    const counted = { rules, weight, counts, totals };
    // Counting a selector for the first time may have dropped all others.
    const epoch = this.#cache.countsEpoch;
    if (counts.every((each, i) => each === this.#cache.countsOf(rules.constraints[i]!.selector))) {
      this.#countedBy.set(rules, { epoch, domainVersion, counted });
    }
    return counted;
  }

  #placePlainly(
    pod: PodInfo,
    tieBreak: TieBreak,
    search: NodeSearch | undefined,
  ): Placement & { examined: number } {
    const evaluation = evaluate(this.#profile, pod, this.#cache, search);
    const { examined, failure, rejectors, state } = evaluation;
    const node = bestNode(evaluation, tieBreak);
    if (node !== undefined) return { node, state, examined };
    const curable = () => curableNodes(evaluation, this.#cache);
    const message = failureMessage(this.#profile, pod, this.#cache, failure, curable);
    return { node, message, failure, rejectors, examined };
  }

  #classOf(pod: PodInfo, covered: true | WeightedSpreading): PodClass {
    const key = this.#keys.keyOf(pod);
    const topologyKeys =
      covered === true ? [] : covered.rules.constraints.map(({ topologyKey }) => topologyKey);
    const topologies = topologyKeys.join();
    const known = this.#classes.get(topologies)?.get(key);
    if (known !== undefined) return known;
    if (this.#classCount >= MOST_CLASSES) {
      this.#classes.clear();
      this.#classCount = 0;
    }
    const index = new ClassIndex(this.#profile, pod, this.#cache, topologyKeys);
    const made: PodClass = { index, lastFailure: undefined };
    const alike = this.#classes.get(topologies) ?? new Map<string, PodClass>();
    this.#classes.set(topologies, alike.set(key, made));
    this.#classCount += 1;
    return made;
  }

  /** Many alike fail one after the other while nothing changes: the message is made once. */
  #failureOf(podClass: PodClass, pod: PodInfo): Placement {
    const { index, lastFailure } = podClass;
    const { priority, preemptionPolicy } = pod.pod.spec;
    if (
      lastFailure?.seen === index.seen &&
      lastFailure.priority === priority &&
      lastFailure.preemptionPolicy === preemptionPolicy
    ) {
      return lastFailure.placement;
    }
    const histogram = index.histogram();
    const failure: FitFailure = {
      nodeCount: this.#cache.nodes.length,
      preFilterRejection: undefined,
      histogram,
    };
    const curable = () =>
      this.#cache.nodes.filter(({ slot }) => index.rejectionAt(slot)?.code === 'Unschedulable');
    const placement: Placement = {
      node: undefined,
      message: failureMessage(this.#profile, pod, this.#cache, failure, curable),
      failure,
      rejectors: new Set(histogram.map(({ rejection }) => rejection.plugin)),
    };
    podClass.lastFailure = { seen: index.seen, priority, preemptionPolicy, placement };
    return placement;
  }

  #settle(): void {
    const { nodeSetVersion } = this.#cache;
    if (nodeSetVersion !== this.#settledVersion) {
      this.#settledVersion = nodeSetVersion;
      this.#decisionsSince = 0;
    }
    this.#decisionsSince += 1;
    if (this.#decisionsSince === SETTLED_AFTER && !this.#cache.slotsInNameOrder) this.#cache.renumber();
  }
}
