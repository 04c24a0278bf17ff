import type { Pod, PodAffinityTerm, WeightedPodAffinityTerm } from '../../../core/schema/types.generated.ts';
import type { ClusterView } from '../cache/cluster-view.ts';
import type { NodeInfo } from '../cache/node-info.ts';
import { DEFAULT_POD_AFFINITY_ARGS, type InterPodAffinityArgs } from '../configuration/plugin-args.ts';
import { type StateKey, stateKey } from '../framework/cycle-state.ts';
import { MAX_NODE_SCORE, type Plugin } from '../framework/extension-points.ts';
import { unresolvable, unschedulable } from '../framework/rejection.ts';
import { affinityRules } from './affinity-effects.ts';
import { DomainCounts, type PodTerm, podTerm } from './pod-terms.ts';

const NAME = 'InterPodAffinity';
const NO_AFFINITY = unresolvable(NAME, "node(s) didn't match pod affinity rules");
const ANTI_AFFINITY = unschedulable(NAME, "node(s) didn't match pod anti-affinity rules");
const OTHERS_ANTI_AFFINITY = unschedulable(NAME, "node(s) didn't satisfy existing pods anti-affinity rules");

interface Required {
  readonly pod: Pod;
  readonly affinity: readonly PodTerm[];
  readonly antiAffinity: readonly PodTerm[];
  /** Pods that meet all terms of affinity, pods that meet a term of anti-affinity, and pods that refuse this one. */
  readonly wanted: DomainCounts;
  readonly unwanted: DomainCounts;
  readonly refusing: DomainCounts;
}

const REQUIRED: StateKey<Required> = stateKey('InterPodAffinity/required');
const PREFERRED: StateKey<DomainCounts> = stateKey('InterPodAffinity/preferred');

function terms(
  list: readonly PodAffinityTerm[] | undefined,
  owner: Pod,
  cluster: ClusterView,
): readonly PodTerm[] {
  return list?.map((term) => podTerm(term, owner, cluster)) ?? [];
}

function countAt(counts: DomainCounts, node: NodeInfo, key: string, amount: number): void {
  const value = node.label(key);
  if (value !== undefined) counts.add(key, value, amount);
}

function countRefusing(pod: Pod, cluster: ClusterView, refusing: DomainCounts): void {
  if (cluster.podsWithAffinity === 0) return;
  for (const node of cluster.nodes) {
    for (const { pod: other } of node.withRequiredAntiAffinity.values()) {
      const list = other.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
      for (const term of terms(list, other, cluster)) {
        if (term.matches(pod)) countAt(refusing, node, term.topologyKey, 1);
      }
    }
  }
}

function countMatching({ affinity, antiAffinity, wanted, unwanted }: Required, cluster: ClusterView): void {
  if (affinity.length === 0 && antiAffinity.length === 0) return;
  for (const node of cluster.nodes) {
    for (const { pod } of node.pods.values()) {
      if (affinity.length > 0 && affinity.every((term) => term.matches(pod))) {
        for (const { topologyKey } of affinity) countAt(wanted, node, topologyKey, 1);
      }
      for (const term of antiAffinity) if (term.matches(pod)) countAt(unwanted, node, term.topologyKey, 1);
    }
  }
}

function meetsAffinity({ pod, affinity, wanted }: Required, node: NodeInfo): boolean {
  let companions = true;
  for (const { topologyKey } of affinity) {
    const value = node.label(topologyKey);
    if (value === undefined) return false;
    if (wanted.at(topologyKey, value) === 0) companions = false;
  }
  // The first of a group of pods that want to be together would find no companion anywhere.
  return companions || (wanted.isEmpty && affinity.every((term) => term.matches(pod)));
}

function countPreferred(
  list: readonly WeightedPodAffinityTerm[] | undefined,
  owner: Pod,
  other: Pod,
  node: NodeInfo,
  sign: 1 | -1,
  cluster: ClusterView,
  counts: DomainCounts,
): void {
  for (const { podAffinityTerm, weight } of list ?? []) {
    const term = podTerm(podAffinityTerm, owner, cluster);
    if (term.matches(other)) countAt(counts, node, term.topologyKey, sign * weight);
  }
}

/** What the incoming pod prefers, and what the pods there prefer of it. */
function preferences(pod: Pod, cluster: ClusterView, hardWeight: number): DomainCounts {
  const counts = new DomainCounts();
  const own = pod.spec.affinity;
  const wants = own?.podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const avoids = own?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const wanted = wants.map((each) => ({
    term: podTerm(each.podAffinityTerm, pod, cluster),
    weight: each.weight,
  }));
  const avoided = avoids.map((each) => ({
    term: podTerm(each.podAffinityTerm, pod, cluster),
    weight: -each.weight,
  }));
  const mine = [...wanted, ...avoided];
  for (const node of cluster.nodes) {
    if (mine.length > 0) {
      for (const { pod: other } of node.pods.values()) {
        for (const { term, weight } of mine) {
          if (term.matches(other)) countAt(counts, node, term.topologyKey, weight);
        }
      }
    }
    for (const { pod: other } of node.withAffinity.values()) {
      const theirs = other.spec.affinity;
      const needed = theirs?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
      for (const term of hardWeight === 0 ? [] : terms(needed, other, cluster)) {
        if (term.matches(pod)) countAt(counts, node, term.topologyKey, hardWeight);
      }
      const liked = theirs?.podAffinity?.preferredDuringSchedulingIgnoredDuringExecution;
      countPreferred(liked, other, pod, node, 1, cluster, counts);
      const disliked = theirs?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution;
      countPreferred(disliked, other, pod, node, -1, cluster, counts);
    }
  }
  return counts;
}

function hasRules({ spec }: Pod): boolean {
  return spec.affinity?.podAffinity !== undefined || spec.affinity?.podAntiAffinity !== undefined;
}

function hasPreferences({ spec }: Pod): boolean {
  const likes = spec.affinity?.podAffinity?.preferredDuringSchedulingIgnoredDuringExecution;
  const dislikes = spec.affinity?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution;
  return (likes?.length ?? 0) > 0 || (dislikes?.length ?? 0) > 0;
}

/** Pods near or away from other pods (https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/). */
export function interPodAffinityWith(args: InterPodAffinityArgs): Plugin {
  return {
    name: NAME,
    dependsOn: 'cluster',
    standsAside: ({ pod }, cluster) => cluster.podsWithAffinity === 0 && !hasRules(pod),
    affinity: {
      key: JSON.stringify([args.hardPodAffinityWeight, args.ignorePreferredTermsOfExistingPods]),
      rulesOf: (pod, cluster) => affinityRules(pod, cluster, args),
    },
    preFilter: (state, { pod }, cluster) => {
      const own = pod.spec.affinity;
      const required: Required = {
        pod,
        affinity: terms(own?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution, pod, cluster),
        antiAffinity: terms(
          own?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution,
          pod,
          cluster,
        ),
        wanted: new DomainCounts(),
        unwanted: new DomainCounts(),
        refusing: new DomainCounts(),
      };
      countRefusing(pod, cluster, required.refusing);
      countMatching(required, cluster);
      const { affinity, antiAffinity, refusing } = required;
      if (affinity.length === 0 && antiAffinity.length === 0 && refusing.isEmpty) return 'skip';
      state.write(REQUIRED, required);
      return {};
    },
    filter: (state, _pod, node) => {
      const required = state.read(REQUIRED);
      const label = (key: string): string | undefined => node.label(key);
      if (!meetsAffinity(required, node)) return NO_AFFINITY;
      if (required.unwanted.covers(label)) return ANTI_AFFINITY;
      return required.refusing.covers(label) ? OTHERS_ANTI_AFFINITY : undefined;
    },
    preScore: (state, { pod }, cluster) => {
      if (cluster.podsWithAffinity === 0 && !hasRules(pod)) return 'skip';
      if (args.ignorePreferredTermsOfExistingPods && !hasPreferences(pod)) return 'skip';
      const counts = preferences(pod, cluster, args.hardPodAffinityWeight);
      if (counts.isEmpty) return 'skip';
      state.write(PREFERRED, counts);
      return undefined;
    },
    score: (state, _pod, node) => state.read(PREFERRED).sumAt((key) => node.label(key)),
    normalizeScore: (_state, scores) => {
      let lowest = Number.POSITIVE_INFINITY;
      let highest = Number.NEGATIVE_INFINITY;
      for (const score of scores) {
        lowest = Math.min(lowest, score);
        highest = Math.max(highest, score);
      }
      const range = highest - lowest;
      // The order of these two operations is the real one's: it decides how the quotient is rounded.
      return scores.map((score) => (range > 0 ? Math.floor(MAX_NODE_SCORE * ((score - lowest) / range)) : 0));
    },
    hint: ({ pod }, event) => {
      if (event.resource === 'Node') return event.action === 'Add' || event.changes.labels;
      if (event.resource === 'TargetPod') return event.previous.metadata.labels !== event.pod.metadata.labels;
      return event.resource === 'AssignedPod' && event.pod.metadata.uid !== pod.metadata.uid;
    },
  };
}

export const interPodAffinity: Plugin = interPodAffinityWith(DEFAULT_POD_AFFINITY_ARGS);
