import type { Node, Pod } from '../../../core/schema/types.generated.ts';
import type { ClusterCache } from '../cache/cluster-cache.ts';
import type { NodeInfo } from '../cache/node-info.ts';
import { type PodInfo, priorityOf } from '../cache/pod-info.ts';
import type { CycleState } from '../framework/cycle-state.ts';
import type { Profile, WeightedPlugin } from '../framework/extension-points.ts';
import type { Rejection } from '../framework/rejection.ts';
import { HOSTNAME, type SpreadConstraint, type Spreading } from '../framework/spreading.ts';
import { type FitFailure, NO_NODES } from '../message.ts';
import type { Victims } from '../preemption/victims.ts';
import {
  bestNode,
  curableNodes,
  evaluate,
  firstFit,
  lookForAnotherWay,
  type NodeSearch,
  type TieBreak,
  triedVictims,
  type WayOut,
} from '../reference.ts';
import { ClassIndex } from './class-index.ts';
import { CoupledSearch } from './coupled-search.ts';
import { type CountedAffinity, type Coupling, readTheSame, topologyKeysIn } from './coupling.ts';
import { nodeAmong } from './node-among.ts';
import { PodClassKeys } from './pod-class.ts';
import type { CountedSpreading } from './spread-search.ts';

export type Placement =
  | { readonly node: NodeInfo; readonly state: CycleState | undefined }
  | {
      readonly node: undefined;
      readonly failure: FitFailure;
      readonly rejectors: ReadonlySet<string>;
      readonly way: WayOut;
    };

/** Past this many classes the program isn't running workloads of templates, and the indexes start over. */
const MOST_CLASSES = 2048;
/** So many decisions after the last node came or went, the nodes have settled. */
const SETTLED_AFTER = 64;

interface KnownFailure {
  readonly seen: number;
  readonly nominations: number;
  readonly priority: number | undefined;
  readonly preemptionPolicy: string | undefined;
  readonly placement: Placement;
}

/** What trying came to on a node, and with what there. */
interface KnownVictims {
  readonly node: NodeInfo;
  readonly version: number;
  readonly object: Node;
  readonly budgets: number;
  readonly victims: Victims | Rejection;
}

interface PodClass {
  readonly index: ClassIndex;
  /** By priority, then by the node's slot. */
  readonly victims: Map<number, (KnownVictims | undefined)[]>;
  lastFailure: KnownFailure | undefined;
}

interface WeightedSpreading {
  readonly rules: Spreading;
  readonly weight: number;
}

/** Rules that the index counts for. */
interface Rules {
  readonly spread: WeightedSpreading | undefined;
  /** The plugin of rules between pods. */
  readonly affinity: WeightedPlugin | undefined;
  /** Whether nodes have to be told apart by their pods. */
  readonly coupled: boolean;
}

interface CoupledClass {
  readonly index: ClassIndex;
  coupled: CoupledSearch;
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
  readonly #coupled = new Map<string, CoupledClass>();
  readonly #rulesKeys = new WeakMap<Spreading, string>();
  readonly #countedBy = new WeakMap<Spreading, KnownCounts>();
  readonly #topologiesBy = new WeakMap<Spreading, string>();
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

  /** `nominatedNode`: where room is being made for the pod, which is looked at first. */
  place(
    pod: PodInfo,
    tieBreak: TieBreak,
    search: NodeSearch | undefined,
    nominatedNode?: string,
  ): Placement & { examined?: number } {
    if (this.#cache.nodes.length === 0) {
      const failure: FitFailure = { nodeCount: 0, preFilterRejection: undefined, histogram: [] };
      return { node: undefined, failure, rejectors: new Set(), way: { message: NO_NODES, victims: [] } };
    }
    const nominated = nominatedNode === undefined ? undefined : this.#cache.node(nominatedNode);
    if (nominated !== undefined) {
      const { node } = firstFit(this.#profile, pod, this.#cache, [nominated]);
      if (node !== undefined) return { node, state: undefined };
    }
    const covered = search === undefined ? this.#covers(pod) : false;
    if (covered === false) return this.#placePlainly(pod, tieBreak, search, nominatedNode);
    this.#settle();
    if (covered !== true && covered.coupled) return this.#placeCoupled(pod, covered, tieBreak, nominatedNode);
    const spread = covered === true ? undefined : covered.spread;
    const podClass = this.#classOf(pod, spread);
    const { index } = podClass;
    index.refresh();
    const sets = index.best(spread === undefined ? undefined : this.#counted(spread));
    if (sets === undefined && spread !== undefined && spread.rules.hard.length > 0) {
      return this.#placePlainly(pod, tieBreak, search, nominatedNode);
    }
    if (sets !== undefined) return { node: nodeAmong(sets, this.#cache, tieBreak), state: undefined };
    return this.#failureOf(podClass, pod, tieBreak, nominatedNode);
  }

  #placeCoupled(
    pod: PodInfo,
    { spread, affinity }: Rules,
    tieBreak: TieBreak,
    nominatedNode: string | undefined,
  ): Placement & { examined?: number } {
    const coupling: Coupling = {
      spreading: spread === undefined ? undefined : this.#counted(spread),
      affinity: affinity === undefined ? undefined : this.#countedAffinity(pod, affinity),
    };
    const key = [
      // Which nodes are kept free for others depends on the priority.
      this.#cache.nominations.size === 0 ? '' : priorityOf(pod.pod),
      this.#keys.keyOf(pod),
      spread === undefined ? '' : this.#rulesKeyOf(spread.rules),
      affinity === undefined ? '' : this.#cache.affinityKeyOf(pod.pod),
    ].join('\n');
    let known = this.#coupled.get(key);
    if (known === undefined) {
      if (this.#coupled.size >= MOST_CLASSES) this.#coupled.clear();
      const coupled = new CoupledSearch(coupling);
      known = { index: new ClassIndex(this.#profile, pod, this.#cache, [], coupled), coupled };
      this.#coupled.set(key, known);
    } else {
      const { coupled } = known;
      const topologies = affinity === undefined ? 0 : topologyKeysIn(coupling).length;
      const isSame = readTheSame(coupled.coupling, coupling);
      if (!isSame || (affinity !== undefined && topologies !== coupled.topologyKeys.length)) {
        known.coupled = new CoupledSearch(coupling);
      }
    }
    known.index.refresh(known.coupled);
    const sets = known.index.feasible === 0 ? undefined : known.coupled.best(known.index);
    if (sets === undefined) return this.#placePlainly(pod, tieBreak, undefined, nominatedNode);
    return { node: nodeAmong(sets, this.#cache, tieBreak), state: undefined };
  }

  /** Whether nothing but the class of the pod, the nodes and their own loads has a say, or rules that are counted. */
  #covers(pod: PodInfo): boolean | Rules {
    const required = pod.pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    // Pods for a named node each, as a DaemonSet's, would be a class each: few nodes are looked at in plain form.
    if (required?.nodeSelectorTerms[0]?.matchFields !== undefined) return false;
    if (pod.pod.spec.nodeName !== undefined && pod.pod.spec.nodeName !== '') return false;
    const { nominations } = this.#cache;
    // With those in mind, plugins that stand aside at present would not.
    if (nominations.withAffinity > 0) return false;
    let spread: WeightedSpreading | undefined;
    let affinity: WeightedPlugin | undefined;
    for (const each of this.#clusterPlugins) {
      const { plugin, weight } = each;
      if (plugin.standsAside?.(pod, this.#cache) === true) continue;
      // Pods that a node is kept free for count in its domain too.
      const isPlain = plugin.filter === undefined || nominations.size > 0;
      if (plugin.affinity !== undefined && affinity === undefined) {
        if (plugin.filter !== undefined && nominations.size > 0) return false;
        affinity = each;
        continue;
      }
      const rules = spread === undefined ? plugin.spreading?.(pod, this.#cache) : undefined;
      if (rules === undefined) return false;
      if (rules.hard.length > 0 && isPlain) return false;
      const scores = plugin.score !== undefined;
      if (!scores && rules.constraints.length > 0 && rules.hard.length === 0) continue;
      spread = { rules, weight: scores ? weight : 0 };
    }
    const isByHost = spread?.rules.readsHosts === true;
    if (affinity !== undefined || isByHost) {
      return this.#cache.eachNodeHasItsHostname ? { spread, affinity, coupled: true } : false;
    }
    if (spread === undefined || (spread.weight === 0 && spread.rules.hard.length === 0)) return true;
    return { spread, affinity, coupled: false };
  }

  #countedAffinity({ pod }: PodInfo, { plugin, weight }: WeightedPlugin): CountedAffinity {
    const { key, rulesOf } = plugin.affinity!;
    const source = { key, rulesOf: (each: Pod) => rulesOf(each, this.#cache) };
    const counts = this.#cache.affinityCountsOf(pod, source);
    return {
      counts,
      filters: plugin.filter !== undefined,
      weight: plugin.score === undefined ? 0 : weight,
    };
  }

  /** What of rules tells them from others. */
  #rulesKeyOf(rules: Spreading): string {
    const known = this.#rulesKeys.get(rules);
    if (known !== undefined) return known;
    const parts = ({ topologyKey, maxSkew, minDomains, selector, nodes }: SpreadConstraint) => [
      topologyKey,
      maxSkew,
      minDomains,
      selector.key,
      nodes.key,
    ];
    const key = JSON.stringify([
      rules.hard.map((each) => [...parts(each), each.self]),
      rules.constraints.map(parts),
      rules.needsAllLabels,
    ]);
    this.#rulesKeys.set(rules, key);
    return key;
  }

  #counted({ rules, weight }: WeightedSpreading): CountedSpreading {
    const { countsEpoch, domainVersion } = this.#cache;
    const known = this.#countedBy.get(rules);
    if (known?.epoch === countsEpoch && known.domainVersion === domainVersion) return known.counted;
    const counts = rules.constraints.map(({ selector }) => this.#cache.countsOf(selector));
    const totals = rules.constraints.map(({ topologyKey, nodes }, i) =>
      topologyKey === HOSTNAME ? undefined : counts[i]!.totalsBy(topologyKey, nodes, domainVersion).counts,
    );
    const hardCounts = rules.hard.map(({ selector }) => this.#cache.countsOf(selector));
    const hardTotals = rules.hard.map(({ topologyKey, nodes }, i) =>
      hardCounts[i]!.totalsBy(topologyKey, nodes, domainVersion, this.#cache.nodes),
    );
    const counted = { rules, weight, counts, totals, hardTotals };
    // Counting a selector for the first time may have dropped all others.
    const epoch = this.#cache.countsEpoch;
    if (epoch === countsEpoch || counts.length + hardCounts.length <= 1) {
      this.#countedBy.set(rules, { epoch, domainVersion, counted });
    }
    return counted;
  }

  #placePlainly(
    pod: PodInfo,
    tieBreak: TieBreak,
    search: NodeSearch | undefined,
    nominatedNode: string | undefined,
  ): Placement & { examined: number } {
    const evaluation = evaluate(this.#profile, pod, this.#cache, search);
    const { examined, failure, rejectors, state } = evaluation;
    const node = bestNode(evaluation, tieBreak);
    if (node !== undefined) return { node, state, examined };
    const curable = () => curableNodes(evaluation, this.#cache);
    const rejectionOf = (each: NodeInfo) => failure.preFilterRejection ?? evaluation.rejected.get(each);
    const known = { failure, curable, rejectionOf, nominatedNode, tieBreak };
    return {
      node,
      way: lookForAnotherWay(this.#profile, pod, this.#cache, known),
      failure,
      rejectors,
      examined,
    };
  }

  #classOf(pod: PodInfo, spread: WeightedSpreading | undefined): PodClass {
    const alone = this.#keys.keyOf(pod);
    // Which nodes are kept free for others depends on the priority.
    const key = this.#cache.nominations.size === 0 ? alone : `${priorityOf(pod.pod)} ${alone}`;
    const topologies = spread === undefined ? '' : this.#topologiesOf(spread.rules);
    const known = this.#classes.get(topologies)?.get(key);
    if (known !== undefined) return known;
    if (this.#classCount >= MOST_CLASSES) {
      this.#classes.clear();
      this.#classCount = 0;
    }
    const index = new ClassIndex(
      this.#profile,
      pod,
      this.#cache,
      spread === undefined ? [] : topologyKeysOf(spread.rules),
      undefined,
    );
    const made: PodClass = { index, victims: new Map(), lastFailure: undefined };
    const alike = this.#classes.get(topologies) ?? new Map<string, PodClass>();
    this.#classes.set(topologies, alike.set(key, made));
    this.#classCount += 1;
    return made;
  }

  #topologiesOf(rules: Spreading): string {
    const known = this.#topologiesBy.get(rules);
    if (known !== undefined) return known;
    const topologies = topologyKeysOf(rules).join();
    this.#topologiesBy.set(rules, topologies);
    return topologies;
  }

  /** Many alike fail one after the other while nothing changes: then no way out is looked for again. */
  #failureOf(
    podClass: PodClass,
    pod: PodInfo,
    tieBreak: TieBreak,
    nominatedNode: string | undefined,
  ): Placement {
    const { index, lastFailure } = podClass;
    const { priority, preemptionPolicy } = pod.pod.spec;
    const nominations = this.#cache.nominations.version;
    if (
      nominatedNode === undefined &&
      lastFailure?.seen === index.seen &&
      lastFailure.nominations === nominations &&
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
    const way = lookForAnotherWay(this.#profile, pod, this.#cache, {
      failure,
      curable: () =>
        this.#cache.nodes.filter(({ slot }) => index.rejectionAt(slot)?.code === 'Unschedulable'),
      rejectionOf: ({ slot }) => index.rejectionAt(slot),
      nominatedNode,
      tieBreak,
      victimsOn: (node) => this.#victimsOn(podClass, pod, node),
    });
    const rejectors = new Set(histogram.map(({ rejection }) => rejection.plugin));
    const placement: Placement = { node: undefined, failure, rejectors, way };
    podClass.lastFailure =
      nominatedNode !== undefined || way.victims.length > 0
        ? undefined
        : { seen: index.seen, nominations, priority, preemptionPolicy, placement };
    return placement;
  }

  /** What the pods of a node come to is worked out again only when they, the node or a budget have changed. */
  #victimsOn({ victims: byPriority }: PodClass, pod: PodInfo, node: NodeInfo): Victims | Rejection {
    const priority = priorityOf(pod.pod);
    let known = byPriority.get(priority);
    if (known === undefined) {
      known = [];
      byPriority.set(priority, known);
    }
    const { version, object, slot } = node;
    const budgets = this.#cache.budgets.version;
    const before = known[slot];
    if (
      before?.node === node &&
      before.version === version &&
      before.object === object &&
      before.budgets === budgets
    ) {
      return before.victims;
    }
    const victims = triedVictims(this.#profile, pod, this.#cache, node);
    known[slot] = { node, version, object, budgets, victims };
    return victims;
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

function topologyKeysOf({ constraints, hard }: Spreading): readonly string[] {
  return [...constraints, ...hard].map(({ topologyKey }) => topologyKey);
}
