import { isPodReady, isPodTerminal } from '../kinds/pod/status.ts';
import { POD, POD_DISRUPTION_BUDGET } from '../kinds/registry.ts';
import { compileSelector } from '../labels.ts';
import type { Pod, PodCondition, PodDisruptionBudget } from '../schema/types.generated.ts';
import { rfc3339 } from '../time.ts';
import type { ApiStore } from './api-store.ts';
import { type DeleteOptions, type Result, refused } from './command.ts';
import { deleteObject } from './delete.ts';
import type { RequestContext } from './identity.ts';
import { keyOf, objectKey } from './object.ts';
import { failure, forbidden, notFound, type Status } from './status.ts';

/**
 * `pods/eviction` (registry/core/pod/storage/eviction.go, and
 * https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/): a deletion that a PodDisruptionBudget may
 * refuse. A granted one is three writes: the budget is charged, the pod is marked as a target of disruption, and
 * deleted.
 */

/** Evictions that the budget's controller has not seen come true yet; more are refused. */
const UNCONFIRMED_MAX = 2000;
const REFUSAL = "Cannot evict pod as it would violate the pod's disruption budget.";
/** How long a client is asked to wait where the budget is only late. */
const RETRY_SECONDS = 10;

function tooManyRequests(cause: string, retryAfterSeconds?: number): Status {
  return failure('TooManyRequests', REFUSAL, {
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    causes: [{ reason: 'DisruptionBudget', message: cause }],
  });
}

/** A pod that has ended, has not begun or is going already disturbs nobody when it goes. */
function ignoresBudgets(pod: Pod): boolean {
  return isPodTerminal(pod) || pod.status.phase === 'Pending' || pod.metadata.deletionTimestamp !== undefined;
}

/** Budgets that cover the pod. An absent selector covers none, an empty one all. */
function budgetsOf(server: Pick<ApiStore, 'state'>, pod: Pod): readonly PodDisruptionBudget[] {
  return server.state
    .list(POD_DISRUPTION_BUDGET, pod.metadata.namespace)
    .filter(
      ({ spec: { selector } }) => selector !== undefined && compileSelector(selector)(pod.metadata.labels),
    );
}

/** A pod that isn't ready anyway may go where its budget says so. */
function isUnhealthyAllowed({ spec, status }: PodDisruptionBudget, pod: Pod): boolean {
  if (pod.status.phase !== 'Running' || isPodReady(pod)) return false;
  if (spec.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = status;
  return currentHealthy >= desiredHealthy && desiredHealthy > 0;
}

function refusalOf({ metadata, status }: PodDisruptionBudget): Status | undefined {
  const { name } = metadata;
  const { disruptionsAllowed = 0, observedGeneration = 0, disruptedPods = {} } = status;
  if (observedGeneration < (metadata.generation ?? 0)) {
    const cause = `The disruption budget ${name} is still being processed by the server.`;
    return tooManyRequests(cause, RETRY_SECONDS);
  }
  if (disruptionsAllowed < 0) {
    return forbidden(POD_DISRUPTION_BUDGET, name, 'pdb disruptions allowed is negative');
  }
  if (Object.keys(disruptedPods).length > UNCONFIRMED_MAX) {
    const detail = 'DisruptedPods map too big - too many evictions not confirmed by PDB controller';
    return forbidden(POD_DISRUPTION_BUDGET, name, detail);
  }
  if (disruptionsAllowed > 0) return undefined;
  const { desiredHealthy = 0, currentHealthy = 0 } = status;
  return tooManyRequests(
    `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`,
  );
}

/** One disruption less is allowed until the controller has seen the pod go. */
function charge(server: ApiStore, budget: PodDisruptionBudget, pod: Pod, context: RequestContext): void {
  const { status } = budget;
  const disruptionsAllowed = (status.disruptionsAllowed ?? 0) - 1;
  const now = rfc3339(context.now);
  const conditions =
    disruptionsAllowed > 0
      ? status.conditions
      : (status.conditions ?? []).map((condition) =>
          condition.type === 'DisruptionAllowed' && condition.status === 'True'
            ? { ...condition, status: 'False' as const, reason: 'InsufficientPods', lastTransitionTime: now }
            : condition,
        );
  const charged: PodDisruptionBudget = {
    ...budget,
    metadata: { ...budget.metadata, resourceVersion: String(server.journal.nextNumber) },
    status: {
      ...status,
      conditions,
      disruptionsAllowed,
      disruptedPods: sorted({ ...status.disruptedPods, [pod.metadata.name]: now }),
    },
  };
  server.commit('update', POD_DISRUPTION_BUDGET, keyOf(budget), budget, charged, context);
}

function sorted(map: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Says to whoever counts failures that this end was none of the pod's own (`DisruptionTarget`). */
function markAsTarget(server: ApiStore, pod: Pod, context: RequestContext): void {
  const condition: PodCondition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
    lastTransitionTime: rfc3339(context.now),
  };
  const others = (pod.status.conditions ?? []).filter(({ type }) => type !== condition.type);
  const marked: Pod = {
    ...pod,
    metadata: { ...pod.metadata, resourceVersion: String(server.journal.nextNumber) },
    status: { ...pod.status, conditions: [...others, condition] },
  };
  server.commit('update', POD, keyOf(pod), pod, marked, context);
}

export function evictPod(
  server: ApiStore,
  command: { readonly namespace: string; readonly name: string; readonly options?: DeleteOptions },
  context: RequestContext,
): Result {
  const { namespace, name, options = {} } = command;
  const pod = server.state.getByKey(POD, objectKey(namespace, name));
  if (pod === undefined) return refused(notFound(POD, name));
  const remove = (): Result =>
    deleteObject(server, { verb: 'delete', kind: POD, namespace, name, options }, context);
  const wanted = options.preconditions?.uid;
  // Checked here too: a budget is charged only for a deletion that then goes through.
  if (ignoresBudgets(pod) || (wanted !== undefined && wanted !== pod.metadata.uid)) return remove();
  const [budget, second] = budgetsOf(server, pod);
  if (second !== undefined) {
    const message =
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
    return refused(failure('InternalError', message));
  }
  if (budget !== undefined && !isUnhealthyAllowed(budget, pod)) {
    const refusal = refusalOf(budget);
    if (refusal !== undefined) return refused(refusal);
    charge(server, budget, pod, context);
  }
  markAsTarget(server, pod, context);
  return remove();
}
