import { keyOf } from '../../core/api/object.ts';
import { isPodActive } from '../../core/kinds/pod/status.ts';
import { POD, REPLICA_SET } from '../../core/kinds/registry.ts';
import { compileSelector } from '../../core/labels.ts';
import type { Pod, ReplicaSet } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import {
  type Controller,
  DONE,
  type EventRequest,
  type Reaction,
  type Reconciliation,
  type Request,
  type RequestResult,
} from '../controller.ts';
import { adoptable, adoption, CLAIM, claimFailed, controllerReference, release } from './claim.ts';
import { type Expectation, expecting, expectingForever, satisfied } from './expectations.ts';
import { isNamespaceTerminating } from './namespace-terminating.ts';
import { NO_KEYS, ownerKeys } from './owner-keys.ts';
import { matters } from './pod-change.ts';
import { CREATE_POD, podCreation } from './pod-from-template.ts';
import { podsToDelete } from './ranking.ts';
import { crowdsOf } from './related-pods.ts';
import { type ManageFailure, STATUS, statusAnswered, statusUpdate } from './replica-set-status.ts';
import { BURST_REPLICAS, firstBatch, nextBatch } from './slow-start.ts';
import { type Tally, tallyOf } from './tally.ts';

const DELETE_POD = 'delete-pod';

/** A turn that creates or deletes pods, between its requests. */
interface Turn {
  readonly replicaSet: ReplicaSet;
  readonly tally: Tally;
  /** Requests of the present batch that have no result yet. */
  readonly outstanding: number;
  readonly batch: number;
  /** Creations that are left for later batches. */
  readonly remaining: number;
  /** The first failure of the turn. */
  readonly failure: ManageFailure | undefined;
}

/** What the controller keeps of a ReplicaSet between its turns. */
export interface ReplicaSetMemory {
  readonly expectation: Expectation | undefined;
  readonly turn: Turn | undefined;
}

function memoryOf(
  expectation: Expectation | undefined,
  turn: Turn | undefined,
): ReplicaSetMemory | undefined {
  return expectation === undefined && turn === undefined ? undefined : { expectation, turn };
}

function podEvent(
  replicaSet: ReplicaSet,
  eventType: EventRequest['eventType'],
  reason: string,
  message: string,
): EventRequest {
  return { verb: 'event', regarding: replicaSet, eventType, reason, message };
}

function batchOfCreations(replicaSet: ReplicaSet, size: number): Request[] {
  return new Array<Request>(size).fill(podCreation(replicaSet));
}

function deletion(pod: Pod): Request {
  return {
    verb: 'delete',
    kind: POD,
    namespace: pod.metadata.namespace,
    name: pod.metadata.name,
    concurrent: true,
    tag: DELETE_POD,
  };
}

/** The requests that end a turn. */
function ending(turn: Turn, now: Micros): Request[] {
  const update = statusUpdate(turn.replicaSet, turn.tally, turn.failure, now);
  return update === undefined ? [] : [update];
}

/** When to look again, though nothing may happen: a ready pod becomes available by the passing of time alone. */
function requeue(
  replicaSet: ReplicaSet,
  tally: Tally,
  now: Micros,
): Pick<Reconciliation<never>, 'requeueAfter' | 'requeueReason'> {
  if (tally.nextAvailable === undefined) return {};
  const allReady = tally.ready === (replicaSet.spec.replicas ?? 1);
  // One second more for a pod among others that aren't ready, as `updatePod` adds it against skewed clocks.
  const skew = allReady ? 0 : SECOND;
  return {
    requeueAfter: tally.nextAvailable - now + skew,
    requeueReason: `ready for ${replicaSet.spec.minReadySeconds ?? 0}s`,
  };
}

/** `syncReplicaSet`. */
function reconcile(
  view: View,
  key: string,
  memory: ReplicaSetMemory | undefined,
  now: Micros,
): Reconciliation<ReplicaSetMemory> {
  const replicaSet = view.getByKey(REPLICA_SET, key);
  if (replicaSet === undefined) return DONE;
  const isSatisfied = satisfied(memory?.expectation, view.version, now);
  const expectation = isSatisfied ? undefined : memory?.expectation;
  const deleting = replicaSet.metadata.deletionTimestamp !== undefined;

  const owned = view.ownedBy(POD, replicaSet.metadata.uid);
  const orphans = adoptable(view, POD, replicaSet, compileSelector(replicaSet.spec.selector)).filter(
    isPodActive,
  );
  const tally = tallyOf(replicaSet, owned, orphans, now);

  const requests: Request[] = [];
  if (orphans.length > 0) {
    const reference = controllerReference(REPLICA_SET, replicaSet);
    for (const orphan of orphans) requests.push(adoption(POD, orphan, reference));
  }
  // What is being deleted lets go of nothing: its pods are the garbage collector's.
  if (!deleting) for (const pod of tally.strays) requests.push(release(POD, pod, replicaSet.metadata.uid));

  const missing = (replicaSet.spec.replicas ?? 1) - tally.active;
  let turn: Turn | undefined;
  if (isSatisfied && !deleting && missing > 0) {
    const count = Math.min(missing, BURST_REPLICAS);
    const batch = firstBatch(count);
    turn = { replicaSet, tally, outstanding: batch, batch, remaining: count - batch, failure: undefined };
    requests.push(...batchOfCreations(replicaSet, batch));
  } else if (isSatisfied && !deleting && missing < 0) {
    const matches = compileSelector(replicaSet.spec.selector);
    const active = [...owned, ...orphans].filter((pod) => isPodActive(pod) && matches(pod.metadata.labels));
    const count = Math.min(-missing, BURST_REPLICAS);
    const doomed = podsToDelete(active, count, crowdsOf(view, replicaSet), now);
    const batch = doomed.length;
    turn = { replicaSet, tally, outstanding: batch, batch, remaining: 0, failure: undefined };
    for (const pod of doomed) requests.push(deletion(pod));
  } else {
    const update = statusUpdate(replicaSet, tally, undefined, now);
    if (update !== undefined) requests.push(update);
  }
  return {
    requests,
    memory: memoryOf(expectation, turn),
    ...requeue(replicaSet, tally, now),
  };
}

/** One request of a batch has its result: go on to the next batch, or end the turn. */
function batchResult(
  turn: Turn,
  expectation: Expectation | undefined,
  failure: ManageFailure | undefined,
  event: EventRequest | undefined,
  now: Micros,
): Reaction<ReplicaSetMemory> {
  const outstanding = turn.outstanding - 1;
  const after: Turn = { ...turn, outstanding, failure: turn.failure ?? failure };
  const events: Request[] = event === undefined ? [] : [event];
  const retry = failure !== undefined;
  if (outstanding > 0) return { memory: memoryOf(expectation, after), requests: events, retry };
  if (after.failure === undefined && after.remaining > 0) {
    const batch = nextBatch(after.batch, after.remaining);
    return {
      memory: memoryOf(expectation, {
        ...after,
        outstanding: batch,
        batch,
        remaining: after.remaining - batch,
      }),
      requests: [...events, ...batchOfCreations(after.replicaSet, batch)],
    };
  }
  return { memory: memoryOf(expectation, undefined), requests: [...events, ...ending(after, now)], retry };
}

function onCreated(
  turn: Turn,
  expectation: Expectation | undefined,
  { result }: RequestResult,
  now: Micros,
): Reaction<ReplicaSetMemory> {
  const { replicaSet } = turn;
  if (result.ok) {
    const event = podEvent(
      replicaSet,
      'Normal',
      'SuccessfulCreate',
      `Created pod: ${result.object.metadata.name}`,
    );
    return batchResult(turn, expecting(expectation, result.rv, now), undefined, event, now);
  }
  if (isNamespaceTerminating(result.status)) {
    return batchResult(turn, expectingForever(now), undefined, undefined, now);
  }
  const { message } = result.status;
  const event = podEvent(replicaSet, 'Warning', 'FailedCreate', `Error creating: ${message}`);
  return batchResult(turn, expectation, { reason: 'FailedCreate', message }, event, now);
}

function onDeleted(
  turn: Turn,
  expectation: Expectation | undefined,
  { request, result }: RequestResult,
  now: Micros,
): Reaction<ReplicaSetMemory> {
  const { replicaSet } = turn;
  if (result.ok) {
    const event = podEvent(
      replicaSet,
      'Normal',
      'SuccessfulDelete',
      `Deleted pod: ${result.object.metadata.name}`,
    );
    return batchResult(turn, expecting(expectation, result.rv, now), undefined, event, now);
  }
  // The pod has gone already, which is what was wanted.
  if (result.status.reason === 'NotFound' && request.verb === 'delete') {
    return batchResult(turn, expectation, undefined, undefined, now);
  }
  const { message } = result.status;
  const event = podEvent(replicaSet, 'Warning', 'FailedDelete', `Error deleting: ${message}`);
  return batchResult(turn, expectation, { reason: 'FailedDelete', message }, event, now);
}

function onResult(
  memory: ReplicaSetMemory | undefined,
  outcome: RequestResult,
  _key: string,
  now: Micros,
): Reaction<ReplicaSetMemory> | undefined {
  switch (outcome.request.tag) {
    case CREATE_POD:
      return memory?.turn && onCreated(memory.turn, memory.expectation, outcome, now);
    case DELETE_POD:
      return memory?.turn && onDeleted(memory.turn, memory.expectation, outcome, now);
    case CLAIM:
      return claimFailed(outcome) ? undefined : { memory };
    case STATUS:
      return statusAnswered(memory, outcome);
    default:
      return undefined;
  }
}

const podOwners = ownerKeys(REPLICA_SET);

/**
 * The ReplicaSet controller (pkg/controller/replicaset): keeps the number of a ReplicaSet's active pods at
 * `spec.replicas`, adopts and releases pods by its selector, and counts them in its status.
 */
export const replicaSetController: Controller<ReplicaSetMemory> = {
  name: 'replicaset-controller',
  component: 'replicaset-controller',
  // --concurrent-replicaset-syncs
  workers: 5,
  watches: [
    { kind: REPLICA_SET, keys: ({ object }) => [keyOf(object)] },
    { kind: POD, keys: (event, view) => (matters(event) ? podOwners(event, view) : NO_KEYS) },
  ],
  reconcile,
  onResult,
};
