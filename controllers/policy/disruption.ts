import { equalValues } from '../../core/api/equal.ts';
import { keyOf } from '../../core/api/object.ts';
import { isPodReady } from '../../core/kinds/pod/status.ts';
import { POD, POD_DISRUPTION_BUDGET } from '../../core/kinds/registry.ts';
import { compileSelector, formatSelector } from '../../core/labels.ts';
import type {
  Condition,
  Pod,
  PodDisruptionBudget,
  PodDisruptionBudgetStatus,
} from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { MINUTE, type Micros, parseRfc3339, rfc3339 } from '../../core/time.ts';
import type { Controller, EventRequest, Reconciliation, Request, WatchEvent } from '../controller.ts';
import { DONE } from '../controller.ts';
import { scaledValue } from '../scaled-value.ts';
import { type ExpectedPods, expectedPods } from './expected-pods.ts';

/**
 * Counts, for each PodDisruptionBudget, the pods that are healthy and those that must be, and so how many evictions
 * the API server may grant (pkg/controller/disruption, https://kubernetes.io/docs/tasks/run-application/configure-pdb/).
 */

/** An eviction that was granted and has not come true after this long did not happen (`DeletionTimeout`). */
const EVICTION_TIMEOUT: Micros = 2 * MINUTE;

interface Counts {
  readonly expected: number;
  readonly desired: number;
}

function budgetEvent(
  budget: PodDisruptionBudget,
  eventType: EventRequest['eventType'],
  reason: string,
  message: string,
): EventRequest {
  return { verb: 'event', regarding: budget, eventType, reason, message };
}

function coveredPods(view: View, { metadata, spec }: PodDisruptionBudget): readonly Pod[] {
  const { selector } = spec;
  if (selector === undefined) return [];
  const namespace = metadata.namespace ?? '';
  const [first] = Object.entries(selector.matchLabels ?? {});
  const candidates =
    first === undefined ? view.list(POD, namespace) : view.labelled(POD, namespace, first[0], first[1]);
  const fits = compileSelector(selector);
  return candidates.filter((pod) => fits(pod.metadata.labels));
}

/** `getExpectedPodCount`: an absolute `minAvailable` needs no controllers; all else is a share of their sizes. */
function countsOf(
  { spec }: PodDisruptionBudget,
  pods: readonly Pod[],
  sizes: () => ExpectedPods,
): Counts | { readonly error: string } {
  const { minAvailable, maxUnavailable } = spec;
  if (typeof minAvailable === 'number' && maxUnavailable === undefined) {
    return { expected: pods.length, desired: minAvailable };
  }
  if (minAvailable === undefined && maxUnavailable === undefined) return { expected: 0, desired: 0 };
  const scale = sizes();
  if (!scale.ok) return { error: scale.error };
  const expected = scale.count;
  if (maxUnavailable !== undefined) {
    return { expected, desired: Math.max(0, expected - scaledValue(maxUnavailable, expected, true)) };
  }
  return { expected, desired: scaledValue(minAvailable, expected, true) };
}

/** Evictions that were granted and whose pods are still there, each until its time is over. */
function unconfirmed(
  { status }: PodDisruptionBudget,
  pods: readonly Pod[],
  now: Micros,
): {
  readonly disrupted: Readonly<Record<string, string>>;
  readonly late: readonly Pod[];
  readonly next: Micros;
} {
  const disrupted: Record<string, string> = {};
  const late: Pod[] = [];
  let next = Number.POSITIVE_INFINITY;
  for (const pod of pods) {
    const since = status.disruptedPods?.[pod.metadata.name];
    if (since === undefined || pod.metadata.deletionTimestamp !== undefined) continue;
    const until = (parseRfc3339(since) ?? now) + EVICTION_TIMEOUT;
    if (until <= now) {
      late.push(pod);
      continue;
    }
    disrupted[pod.metadata.name] = since;
    next = Math.min(next, until);
  }
  return { disrupted, late, next };
}

function withCondition(
  { metadata, status }: PodDisruptionBudget,
  wanted: Pick<Condition, 'status' | 'reason' | 'message'>,
  now: Micros,
): readonly Condition[] {
  const conditions = status.conditions ?? [];
  const place = conditions.findIndex(({ type }) => type === 'DisruptionAllowed');
  const old = conditions[place];
  const next: Condition = {
    type: 'DisruptionAllowed',
    ...wanted,
    observedGeneration: metadata.generation,
    lastTransitionTime: old?.status === wanted.status ? old.lastTransitionTime : rfc3339(now),
  };
  return old === undefined ? [...conditions, next] : conditions.with(place, next);
}

function statusRequest(budget: PodDisruptionBudget, status: PodDisruptionBudgetStatus): readonly Request[] {
  if (equalValues(budget.status, status)) return [];
  const object: PodDisruptionBudget = { ...budget, status };
  return [{ verb: 'updateStatus', kind: POD_DISRUPTION_BUDGET, object }];
}

/** What can't be counted allows nothing (`failSafe`). */
function failSafe(budget: PodDisruptionBudget, error: string, now: Micros): Reconciliation<never> {
  const conditions = withCondition(budget, { status: 'False', reason: 'SyncFailed', message: error }, now);
  return {
    requests: [
      budgetEvent(
        budget,
        'Warning',
        'CalculateExpectedPodCountFailed',
        `Failed to calculate the number of expected pods: ${error}`,
      ),
      ...statusRequest(budget, {
        ...budget.status,
        disruptionsAllowed: 0,
        observedGeneration: budget.metadata.generation,
        conditions,
      }),
    ],
    memory: undefined,
    error,
  };
}

function unmanagedEvent(budget: PodDisruptionBudget, scale: ExpectedPods | undefined): readonly Request[] {
  if (scale?.ok !== true || scale.unmanaged.length === 0) return [];
  const message =
    `Pods selected by this PodDisruptionBudget (selector: ${formatSelector(budget.spec.selector)}) were found to be unmanaged. ` +
    'As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. ' +
    'To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.';
  return [budgetEvent(budget, 'Warning', 'UnmanagedPods', message)];
}

function reconcile(view: View, key: string, _memory: undefined, now: Micros): Reconciliation<never> {
  const budget = view.getByKey(POD_DISRUPTION_BUDGET, key);
  if (budget === undefined) return DONE;
  const pods = coveredPods(view, budget);
  let scale: ExpectedPods | undefined;
  const counts = countsOf(budget, pods, () => {
    scale = expectedPods(view, pods);
    return scale;
  });
  if ('error' in counts) return failSafe(budget, counts.error, now);
  const { disrupted, late, next } = unconfirmed(budget, pods, now);
  let currentHealthy = 0;
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined || disrupted[pod.metadata.name] !== undefined) continue;
    if (isPodReady(pod)) currentHealthy += 1;
  }
  const { expected: expectedCount, desired: desiredHealthy } = counts;
  const disruptionsAllowed = expectedCount <= 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy);
  const enough = disruptionsAllowed > 0;
  const conditions = withCondition(
    budget,
    {
      status: enough ? 'True' : 'False',
      reason: enough ? 'SufficientPods' : 'InsufficientPods',
      message: '',
    },
    now,
  );
  const status: PodDisruptionBudgetStatus = {
    conditions,
    currentHealthy,
    desiredHealthy,
    disruptionsAllowed,
    expectedPods: expectedCount,
    observedGeneration: budget.metadata.generation,
    ...(Object.keys(disrupted).length === 0 ? {} : { disruptedPods: disrupted }),
  };
  const requests: Request[] = [];
  if (pods.length === 0) requests.push(budgetEvent(budget, 'Normal', 'NoPods', 'No matching pods found'));
  requests.push(...unmanagedEvent(budget, scale));
  for (const pod of late) requests.push(notDeleted(budget, pod));
  requests.push(...statusRequest(budget, status));
  if (next === Number.POSITIVE_INFINITY) return { requests, memory: undefined };
  const requeueReason = 'an eviction that was granted has not come true for 2m0s';
  return { requests, memory: undefined, requeueAfter: next - now, requeueReason };
}

function notDeleted(budget: PodDisruptionBudget, pod: Pod): EventRequest {
  return {
    verb: 'event',
    regarding: pod,
    eventType: 'Warning',
    reason: 'NotDeleted',
    message: `Pod was expected by PDB ${keyOf(budget)} to be deleted but it wasn't`,
  };
}

const NONE: readonly string[] = [];

/** Whether a budget's turn would count the pod otherwise than before. */
function countsOtherwise({ type, object: pod, previous }: WatchEvent<Pod>): boolean {
  if (type !== 'MODIFIED' || previous === undefined) return true;
  return (
    isPodReady(pod) !== isPodReady(previous) ||
    pod.metadata.deletionTimestamp !== previous.metadata.deletionTimestamp ||
    pod.metadata.labels !== previous.metadata.labels ||
    pod.metadata.ownerReferences !== previous.metadata.ownerReferences
  );
}

function budgetsOf(view: View, pod: Pod): readonly string[] {
  const keys: string[] = [];
  for (const budget of view.list(POD_DISRUPTION_BUDGET, pod.metadata.namespace)) {
    const { selector } = budget.spec;
    if (selector !== undefined && compileSelector(selector)(pod.metadata.labels)) keys.push(keyOf(budget));
  }
  return keys;
}

/** Hot path where no budget exists. */
function keysOfPod(event: WatchEvent<Pod>, view: View): readonly string[] {
  if (view.count(POD_DISRUPTION_BUDGET) === 0 || !countsOtherwise(event)) return NONE;
  const { object, previous } = event;
  if (previous === undefined || previous.metadata.labels === object.metadata.labels) {
    return budgetsOf(view, object);
  }
  return [...new Set([...budgetsOf(view, previous), ...budgetsOf(view, object)])];
}

function keysOfBudget({ type, object }: WatchEvent): readonly string[] {
  return type === 'DELETED' ? NONE : [keyOf(object)];
}

export const disruptionController: Controller<undefined> = {
  name: 'disruption-controller',
  component: 'controllermanager',
  workers: 1,
  watches: [
    { kind: POD_DISRUPTION_BUDGET, keys: keysOfBudget },
    { kind: POD, keys: (event, view) => keysOfPod(event as WatchEvent<Pod>, view) },
  ],
  reconcile,
};
