import { keyOf, type StringMap } from '../../../core/api/object.ts';
import { compileSelector, type Matcher } from '../../../core/labels.ts';
import type { LabelSelector, Pod, PodDisruptionBudget } from '../../../core/schema/types.generated.ts';

interface KnownBudget {
  readonly budget: PodDisruptionBudget;
  readonly matches: Matcher;
}

function isEmpty({ matchLabels, matchExpressions }: LabelSelector): boolean {
  return Object.keys(matchLabels ?? {}).length === 0 && (matchExpressions?.length ?? 0) === 0;
}

/** The PodDisruptionBudgets as preemption reads them. */
export class Budgets {
  readonly #byKey = new Map<string, KnownBudget>();
  /** Raised by every change. */
  version = 0;

  set(budget: PodDisruptionBudget, exists: boolean): void {
    const key = keyOf(budget);
    this.version += 1;
    const { selector } = budget.spec;
    // A selector that is absent or empty takes no pod here (`filterPodsWithPDBViolation`).
    if (!exists || selector === undefined || isEmpty(selector)) {
      this.#byKey.delete(key);
      return;
    }
    const known = this.#byKey.get(key);
    const matches = known?.budget.spec.selector === selector ? known.matches : compileSelector(selector);
    this.#byKey.set(key, { budget, matches });
  }

  /** Of pods that would go in this order: those whose going a budget has no room for. */
  violatedBy(pods: readonly Pod[]): ReadonlySet<Pod> {
    const violating = new Set<Pod>();
    if (this.#byKey.size === 0) return violating;
    const left = new Map<KnownBudget, number>();
    for (const pod of pods) {
      const { labels, namespace, name } = pod.metadata;
      if (isUnlabelled(labels)) continue;
      for (const known of this.#byKey.values()) {
        const { budget, matches } = known;
        if (budget.metadata.namespace !== namespace || !matches(labels)) continue;
        // It has been counted when its eviction was allowed.
        if (budget.status.disruptedPods?.[name] !== undefined) continue;
        const allowed = (left.get(known) ?? budget.status.disruptionsAllowed ?? 0) - 1;
        left.set(known, allowed);
        if (allowed < 0) violating.add(pod);
      }
    }
    return violating;
  }
}

function isUnlabelled(labels: StringMap | undefined): boolean {
  return labels === undefined || Object.keys(labels).length === 0;
}
