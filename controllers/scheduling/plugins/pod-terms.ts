import { compileSelector, type Matcher } from '../../../core/labels.ts';
import type { LabelSelector, Pod, PodAffinityTerm } from '../../../core/schema/types.generated.ts';
import type { ClusterView } from '../cache/cluster-view.ts';

/** A selector that also asks for the pod's own values of some labels, as `matchLabelKeys` has it. */
export function selectorWithKeys(
  selector: LabelSelector | undefined,
  pod: Pod,
  same: readonly string[] | undefined,
  other: readonly string[] | undefined,
): Matcher {
  const base = compileSelector(selector);
  if (selector === undefined || (same === undefined && other === undefined)) return base;
  const labels = pod.metadata.labels;
  return (theirs) => {
    if (!base(theirs)) return false;
    for (const key of same ?? [])
      if (labels?.[key] !== undefined && theirs?.[key] !== labels[key]) return false;
    for (const key of other ?? [])
      if (labels?.[key] !== undefined && theirs?.[key] === labels[key]) return false;
    return true;
  };
}

/** A term of a pod's affinity to other pods, ready to be matched. */
export interface PodTerm {
  readonly topologyKey: string;
  readonly matches: (pod: Pod) => boolean;
}

/**
 * Which pods a term means: those in its namespaces, or in namespaces that its selector takes, or in the owner's
 * own where it names neither (https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/).
 */
export function podTerm(term: PodAffinityTerm, owner: Pod, cluster: ClusterView): PodTerm {
  const { topologyKey, namespaceSelector, matchLabelKeys, mismatchLabelKeys } = term;
  const named = term.namespaces ?? [];
  const namespaces =
    named.length === 0 && namespaceSelector === undefined ? [owner.metadata.namespace ?? ''] : named;
  const inNamespaces = compileSelector(namespaceSelector);
  const selects = selectorWithKeys(term.labelSelector, owner, matchLabelKeys, mismatchLabelKeys);
  const covers = (namespace: string): boolean =>
    namespaces.includes(namespace) ||
    (namespaceSelector !== undefined && inNamespaces(cluster.namespaceLabels(namespace)));
  return {
    topologyKey,
    matches: ({ metadata }) => covers(metadata.namespace ?? '') && selects(metadata.labels),
  };
}

/** Counts by the value of a label of nodes. */
export class DomainCounts {
  readonly #counts = new Map<string, Map<string, number>>();

  get isEmpty(): boolean {
    return this.#counts.size === 0;
  }

  add(key: string, value: string, amount: number): void {
    let values = this.#counts.get(key);
    if (values === undefined) {
      values = new Map();
      this.#counts.set(key, values);
    }
    values.set(value, (values.get(value) ?? 0) + amount);
  }

  at(key: string, value: string | undefined): number {
    return value === undefined ? 0 : (this.#counts.get(key)?.get(value) ?? 0);
  }

  /** Over all keys, at the labels that a node has. */
  sumAt(label: (key: string) => string | undefined): number {
    let sum = 0;
    for (const key of this.#counts.keys()) sum += this.at(key, label(key));
    return sum;
  }

  /** Whether a node lies in any of the domains. */
  covers(label: (key: string) => string | undefined): boolean {
    for (const key of this.#counts.keys()) if (this.at(key, label(key)) > 0) return true;
    return false;
  }
}
