import { isPodReady, podCondition } from '../../core/kinds/pod/status.ts';
import { POD, POD_DISRUPTION_BUDGET } from '../../core/kinds/registry.ts';
import { compileSelector } from '../../core/labels.ts';
import type { EventRecord } from '../../core/log/record.ts';
import type { Pod, PodDisruptionBudget } from '../../core/schema/types.generated.ts';
import type { Finding, Invariant, Moment, Watcher } from './invariant.ts';

const DISRUPTION_CONTROLLER = 'disruption-controller';
const LOSSES_KEPT = 1024;

function isEvicted(pod: Pod): boolean {
  return podCondition(pod, 'DisruptionTarget')?.reason === 'EvictionByEvictionAPI';
}

/** What a budget counts (`countHealthyPods`): ready, and not on its way out. */
function isHealthy(pod: Pod | undefined): boolean {
  return pod !== undefined && pod.metadata.deletionTimestamp === undefined && isPodReady(pod);
}

interface Loss {
  readonly rv: number;
  readonly pod: Pod;
}

class EvictionWatcher implements Watcher {
  readonly kinds = [POD, POD_DISRUPTION_BUDGET];
  /** By the uid of a budget: what its controller knew when it last counted. */
  private readonly countedAt = new Map<string, number>();
  /** Healthy pods that went otherwise than by an eviction. */
  private losses: Loss[] = [];

  observe(record: EventRecord, moment: Moment): readonly Finding[] | undefined {
    const { kind, next, previous, actor, cause, rv } = record;
    if (kind === POD_DISRUPTION_BUDGET) {
      if (next === undefined) this.countedAt.delete((previous as PodDisruptionBudget).metadata.uid);
      else if (actor === DISRUPTION_CONTROLLER) this.countedAt.set(next.metadata.uid, cause);
      return undefined;
    }
    const before = previous as Pod | undefined;
    const after = next as Pod | undefined;
    if (before === undefined) return undefined;
    const evicted = after !== undefined && isEvicted(after) && !isEvicted(before);
    if (evicted) return this.judge(record, before, moment);
    if (isHealthy(before) && !isHealthy(after) && !isEvicted(before)) {
      this.losses.push({ rv, pod: before });
      if (this.losses.length > 2 * LOSSES_KEPT) this.losses = this.losses.slice(-LOSSES_KEPT);
    }
    return undefined;
  }

  private judge({ key }: EventRecord, pod: Pod, { view }: Moment): readonly Finding[] | undefined {
    const { namespace = '', name, labels } = pod.metadata;
    const budgets = view
      .list(POD_DISRUPTION_BUDGET, namespace)
      .filter(({ spec: { selector } }) => selector !== undefined && compileSelector(selector)(labels));
    const [budget, second] = budgets;
    if (budget === undefined) return undefined;
    if (second !== undefined) {
      const message = `pod/${name} was evicted though ${budgets.length} PodDisruptionBudgets cover it`;
      return [{ kind: POD, key, message }];
    }
    if (!isPodReady(pod)) return undefined;
    const { status, metadata, spec } = budget;
    const charged = status.disruptedPods?.[name] !== undefined && (status.disruptionsAllowed ?? 0) >= 0;
    if (!charged) {
      const message = `pod/${name} was evicted without a disruption of poddisruptionbudget/${metadata.name} for it`;
      return [{ kind: POD, key, message }];
    }
    const base = this.countedAt.get(metadata.uid);
    if (base === undefined) return undefined;
    const matches = compileSelector(spec.selector);
    const left = view
      .list(POD, namespace)
      .filter((other) => matches(other.metadata.labels) && isHealthy(other) && !isEvicted(other)).length;
    const unseen = this.losses.filter(
      (loss) =>
        loss.rv > base && loss.pod.metadata.namespace === namespace && matches(loss.pod.metadata.labels),
    ).length;
    const wanted = status.desiredHealthy ?? 0;
    if (left + unseen >= wanted) return undefined;
    const message = `pod/${name} was evicted, which leaves ${left} healthy pods: poddisruptionbudget/${metadata.name} wants ${wanted}`;
    return [{ kind: POD, key, message }];
  }
}

/** I25. */
export const evictionBudget: Invariant = {
  name: 'eviction-budget',
  rule: 'An eviction never leaves fewer healthy pods than a PodDisruptionBudget wants.',
  source:
    'https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-budgets; pkg/registry/core/pod/storage/eviction.go',
  exemptions: [
    'Pods that are not ready, by the unhealthyPodEvictionPolicy, and pods that have ended or not begun.',
    'Losses that are no evictions, which no budget can refuse, since its controller last counted.',
  ],
  watch: () => new EvictionWatcher(),
};
