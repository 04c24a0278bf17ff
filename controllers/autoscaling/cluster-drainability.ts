import { controllerOf } from '../../core/api/object.ts';
import { compileSelector } from '../../core/labels.ts';
import type { Pod, PodDisruptionBudget, Volume } from '../../core/schema/types.generated.ts';
import { type Micros, parseRfc3339, SECOND } from '../../core/time.ts';
import type { ScaleDownOptions } from './cluster-options.ts';

/**
 * Which pods keep a node
 * (https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md#what-types-of-pods-can-prevent-ca-from-removing-a-node).
 */
const SAFE_TO_EVICT = 'cluster-autoscaler.kubernetes.io/safe-to-evict';
const SAFE_VOLUMES = 'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes';
const MIRROR = 'kubernetes.io/config.mirror';
/** `PodLongTerminatingExtraThreshold`. */
const LONG_TERMINATING: Micros = 30 * SECOND;
const SYSTEM_NAMESPACE = 'kube-system';

/** Kinds whose controllers make a pod anew that was evicted. */
const KNOWN_CONTROLLERS = new Set(['ReplicaSet', 'ReplicationController', 'Job', 'StatefulSet']);

/** `BlockingPodReason`, in words. */
export type BlockReason =
  | 'is not replicated'
  | 'has local storage'
  | 'is annotated as not safe to evict'
  | 'is a system pod without a disruption budget'
  | 'has a disruption budget that allows no disruption';

/** Pods that go with their node, and belong to it: nobody has to find them another place. */
export function staysWithNode(pod: Pod): boolean {
  return controllerOf(pod)?.kind === 'DaemonSet' || pod.metadata.annotations?.[MIRROR] !== undefined;
}

/** From when on a pod that is going should have ended, so that its node has nothing more to say (`IsPodLongTerminating`). */
export function longTerminatingFrom({ metadata }: Pod): Micros {
  const { deletionTimestamp } = metadata;
  if (deletionTimestamp === undefined) return Number.POSITIVE_INFINITY;
  // The time by which it should have ended, its grace period included.
  return (parseRfc3339(deletionTimestamp) ?? 0) + LONG_TERMINATING;
}

function isLocal({ hostPath, emptyDir }: Volume): boolean {
  return hostPath !== undefined || (emptyDir !== undefined && emptyDir.medium !== 'Memory');
}

function hasLocalStorage({ spec, metadata }: Pod): boolean {
  const safe = new Set((metadata.annotations?.[SAFE_VOLUMES] ?? '').split(','));
  return spec.volumes?.some((volume) => isLocal(volume) && !safe.has(volume.name)) === true;
}

function isReplicated(pod: Pod, options: ScaleDownOptions): boolean {
  const controller = controllerOf(pod);
  if (controller === undefined) return false;
  return !options.skipCustomControllers || KNOWN_CONTROLLERS.has(controller.kind);
}

/** What a pod is kept by, apart from budgets that are used up; nothing where it may be evicted. */
export function blockReason(
  pod: Pod,
  options: ScaleDownOptions,
  hasBudget: boolean,
): BlockReason | undefined {
  const safe = pod.metadata.annotations?.[SAFE_TO_EVICT];
  if (safe === 'true') return undefined;
  if (!isReplicated(pod, options)) return 'is not replicated';
  if (options.skipSystemPods && pod.metadata.namespace === SYSTEM_NAMESPACE && !hasBudget) {
    return 'is a system pod without a disruption budget';
  }
  if (options.skipLocalStorage && hasLocalStorage(pod)) return 'has local storage';
  return safe === 'false' ? 'is annotated as not safe to evict' : undefined;
}

/** How many disruptions each budget still allows, as nodes are chosen one after the other. */
export class BudgetTally {
  readonly #budgets: readonly PodDisruptionBudget[];
  readonly #left = new Map<PodDisruptionBudget, number>();

  constructor(budgets: readonly PodDisruptionBudget[]) {
    this.#budgets = budgets;
    for (const budget of budgets) this.#left.set(budget, budget.status.disruptionsAllowed ?? 0);
  }

  budgetsOf({ metadata }: Pod): readonly PodDisruptionBudget[] {
    return this.#budgets.filter(
      (budget) =>
        budget.metadata.namespace === metadata.namespace &&
        budget.spec.selector !== undefined &&
        compileSelector(budget.spec.selector)(metadata.labels),
    );
  }

  allows(pod: Pod): boolean {
    return this.budgetsOf(pod).every((budget) => (this.#left.get(budget) ?? 0) > 0);
  }

  spend(pods: readonly Pod[]): void {
    for (const pod of pods) {
      for (const budget of this.budgetsOf(pod)) this.#left.set(budget, (this.#left.get(budget) ?? 0) - 1);
    }
  }
}
