import type { Pod, PodAffinityTerm, WeightedPodAffinityTerm } from '../../../core/schema/types.generated.ts';
import type { ClusterView } from '../cache/cluster-view.ts';
import type { InterPodAffinityArgs } from '../configuration/plugin-args.ts';
import type { AffinityEffect, AffinityRules } from '../framework/affinity.ts';
import { type PodTerm, podTerm } from './pod-terms.ts';

interface Preference {
  readonly term: PodTerm;
  readonly weight: number;
}

/** The terms of a pod, ready to be matched. */
interface Terms {
  readonly cluster: ClusterView;
  readonly affinity: readonly PodTerm[];
  readonly antiAffinity: readonly PodTerm[];
  readonly preferences: readonly Preference[];
}

const NO_EFFECTS: readonly AffinityEffect[] = [];
/** A pod is asked for its terms by every other kind of pod. */
const remembered = new WeakMap<Pod, Terms>();

function termsOf(pod: Pod, cluster: ClusterView): Terms {
  const known = remembered.get(pod);
  if (known?.cluster === cluster) return known;
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  const required = (list: readonly PodAffinityTerm[] | undefined): readonly PodTerm[] =>
    list?.map((term) => podTerm(term, pod, cluster)) ?? [];
  const preferred = (
    list: readonly WeightedPodAffinityTerm[] | undefined,
    sign: 1 | -1,
  ): readonly Preference[] =>
    list?.map(({ podAffinityTerm, weight }) => ({
      term: podTerm(podAffinityTerm, pod, cluster),
      weight: sign * weight,
    })) ?? [];
  const terms: Terms = {
    cluster,
    affinity: required(podAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    antiAffinity: required(podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    preferences: [
      ...preferred(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution, 1),
      ...preferred(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution, -1),
    ],
  };
  remembered.set(pod, terms);
  return terms;
}

/**
 * The rules of InterPodAffinity as what each other pod adds to its domains: that does not depend on where it is, so
 * that counts can be kept pod by pod (https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/).
 */
export function affinityRules(pod: Pod, cluster: ClusterView, args: InterPodAffinityArgs): AffinityRules {
  const mine = termsOf(pod, cluster);
  const { affinity, antiAffinity, preferences } = mine;
  const scores = !args.ignorePreferredTermsOfExistingPods || preferences.length > 0;
  return {
    needed: affinity.map(({ topologyKey }) => topologyKey),
    wantsItself: affinity.every((term) => term.matches(pod)),
    effectsOf: (other) => {
      const theirs = termsOf(other, cluster);
      const effects: AffinityEffect[] = [];
      const add = (table: AffinityEffect['table'], { topologyKey }: PodTerm, amount: number): void => {
        effects.push({ table, topologyKey, amount });
      };
      if (affinity.length > 0 && affinity.every((term) => term.matches(other))) {
        for (const term of affinity) add('wanted', term, 1);
      }
      for (const term of antiAffinity) if (term.matches(other)) add('unwanted', term, 1);
      for (const term of theirs.antiAffinity) if (term.matches(pod)) add('refusing', term, 1);
      if (scores) {
        for (const { term, weight } of preferences) if (term.matches(other)) add('preferred', term, weight);
        for (const { term, weight } of theirs.preferences)
          if (term.matches(pod)) add('preferred', term, weight);
        if (args.hardPodAffinityWeight > 0) {
          for (const term of theirs.affinity)
            if (term.matches(pod)) add('preferred', term, args.hardPodAffinityWeight);
        }
      }
      return effects.length === 0 ? NO_EFFECTS : effects;
    },
  };
}
