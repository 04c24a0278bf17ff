import { keyOf } from '../../core/api/object.ts';
import { CONTROLLER_REVISION, DAEMON_SET, NODE, POD } from '../../core/kinds/registry.ts';
import type { DaemonSet, LabelSelector, Node, Pod } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import type { Micros } from '../../core/time.ts';
import {
  type Controller,
  DONE,
  type EventRequest,
  type Reaction,
  type Reconciliation,
  type Request,
  type RequestResult,
  type WatchEvent,
} from '../controller.ts';
import { CLAIM, claimFailed } from './claim.ts';
import { claimed } from './claimed.ts';
import { CREATE_REVISION } from './controller-revisions.ts';
import { eligibilityOf } from './daemon-set-eligibility.ts';
import { cleanup, type DaemonHistory, historyOf } from './daemon-set-history.ts';
import { type Failures, type ManagePlan, manage } from './daemon-set-plan.ts';
import { daemonCreation, daemonTemplate, targetNode } from './daemon-set-pod.ts';
import { podsByNode } from './daemon-set-pods.ts';
import { countsOf, countsOver, type DaemonCounts, statusUpdate } from './daemon-set-status.ts';
import { type Plan, updateStep } from './daemon-set-update.ts';
import { type Expectation, expecting, expectingForever, satisfied } from './expectations.ts';
import { isNamespaceTerminating } from './namespace-terminating.ts';
import { NO_KEYS, ownerKeys } from './owner-keys.ts';
import { matters } from './pod-change.ts';
import { CREATE_POD } from './pod-from-template.ts';
import { STATUS, statusAnswered } from './replica-set-status.ts';
import { firstBatch, nextBatch } from './slow-start.ts';

/** `BurstReplicas` of pkg/controller/daemon: at most this many pods are created, and as many deleted, in one turn. */
const BURST_REPLICAS = 250;

/** The tag of a node's first pod, as against one that comes beside others. */
const CREATE_FIRST_POD = 'create-first-pod';
const DELETE_POD = 'delete-pod';

const NO_FAILURES: Failures = {};

/** A turn that creates or deletes pods, between its requests. */
interface Turn {
  readonly daemonSet: DaemonSet;
  readonly counts: DaemonCounts;
  /** Requests of the present batch that have no result yet. */
  readonly outstanding: number;
  readonly batch: number;
  /** Creations that are left for later batches. */
  readonly creations: readonly Request[];
  /** Sent when all creations are through, or one has failed. */
  readonly deletions: readonly Request[];
  /** Sent in the end, if all went well. */
  readonly cleanup: readonly Request[];
  readonly failed: boolean;
}

/** What the controller keeps of a DaemonSet between its turns. */
export interface DaemonSetMemory {
  readonly expectation: Expectation | undefined;
  /** Nodes that got their first pod, which may not be seen before the expectation is met. */
  readonly created: readonly string[];
  readonly failures: Failures;
  /** The generation that the failures are of: a new one starts with a clean slate. */
  readonly failuresOf: number | undefined;
  readonly turn: Turn | undefined;
}

function memoryOf(memory: DaemonSetMemory): DaemonSetMemory | undefined {
  const isEmpty =
    memory.expectation === undefined && memory.turn === undefined && memory.failures === NO_FAILURES;
  return isEmpty ? undefined : memory;
}

/** `{}` selects everything, which no DaemonSet may. */
function selectsEverything({ matchLabels, matchExpressions }: LabelSelector): boolean {
  return Object.keys(matchLabels ?? {}).length === 0 && (matchExpressions?.length ?? 0) === 0;
}

const SELECTING_ALL = 'This daemon set is selecting all pods. A non-empty selector is required.';

function tell(
  daemonSet: DaemonSet,
  eventType: EventRequest['eventType'],
  reason: string,
  message: string,
): EventRequest {
  return { verb: 'event', regarding: daemonSet, eventType, reason, message };
}

function deletion({ metadata }: Pod): Request {
  return {
    verb: 'delete',
    kind: POD,
    namespace: metadata.namespace,
    name: metadata.name,
    concurrent: true,
    tag: DELETE_POD,
  };
}

/** The creations and deletions of a plan (`syncNodes`). */
function turnOf(
  daemonSet: DaemonSet,
  counts: DaemonCounts,
  { create, remove }: Plan,
  isFirst: (node: string) => boolean,
  { hash }: DaemonHistory,
  cleaning: readonly Request[],
): Turn {
  const template = daemonTemplate(daemonSet, hash);
  const creations = create
    .slice(0, BURST_REPLICAS)
    .map((node) => daemonCreation(template, node, isFirst(node) ? CREATE_FIRST_POD : CREATE_POD));
  return {
    daemonSet,
    counts,
    outstanding: 0,
    batch: 0,
    creations,
    deletions: remove.slice(0, BURST_REPLICAS).map(deletion),
    cleanup: cleaning,
    failed: false,
  };
}

interface Step {
  readonly turn: Turn | undefined;
  readonly requests: readonly Request[];
}

/** What a turn sends next, once nothing of it is under way. */
function nextStep(turn: Turn, created: number): Step {
  const { creations, deletions, failed } = turn;
  if (creations.length > 0 && !failed) {
    const batch = turn.batch === 0 ? firstBatch(creations.length) : nextBatch(turn.batch, creations.length);
    return {
      turn: { ...turn, outstanding: batch, batch, creations: creations.slice(batch) },
      requests: creations.slice(0, batch),
    };
  }
  if (deletions.length > 0) {
    return {
      turn: { ...turn, outstanding: deletions.length, creations: [], deletions: [] },
      requests: deletions,
    };
  }
  const status = statusUpdate(turn.daemonSet, turn.counts, created, true);
  const cleaning = failed ? [] : turn.cleanup;
  return { turn: undefined, requests: status === undefined ? cleaning : [...cleaning, status] };
}

/** When to look again, though nothing may happen. */
function requeue(
  counts: DaemonCounts,
  { spec }: DaemonSet,
  plan: Pick<ManagePlan, 'nextAvailable' | 'nextAttempt'> | undefined,
  now: Micros,
): Pick<Reconciliation<never>, 'requeueAfter' | 'requeueReason'> {
  const available = earlier(counts.nextAvailable, plan?.nextAvailable);
  const attempt = plan?.nextAttempt;
  if (available !== undefined && (attempt === undefined || available <= attempt)) {
    return { requeueAfter: available - now, requeueReason: `ready for ${spec.minReadySeconds ?? 0}s` };
  }
  if (attempt === undefined) return {};
  return { requeueAfter: attempt - now, requeueReason: 'the back-off of a failed pod is over' };
}

function earlier(a: Micros | undefined, b: Micros | undefined): Micros | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}

/** `syncDaemonSet`. */
function reconcile(
  view: View,
  key: string,
  memory: DaemonSetMemory | undefined,
  now: Micros,
): Reconciliation<DaemonSetMemory> {
  const daemonSet = view.getByKey(DAEMON_SET, key);
  if (daemonSet === undefined) return DONE;
  if (selectsEverything(daemonSet.spec.selector)) {
    return { requests: [tell(daemonSet, 'Warning', 'SelectingAll', SELECTING_ALL)], memory };
  }
  if (daemonSet.metadata.deletionTimestamp !== undefined) return { requests: [], memory };

  const nodes = view.list(NODE);
  const { objects: pods, requests: claims } = claimed(view, POD, DAEMON_SET, daemonSet);
  const history = historyOf(view, daemonSet, pods);
  const before: Request[] = [...claims, ...history.requests];
  if (history.collides) return { requests: before, memory };

  const byNode = podsByNode(pods);
  const counts = countsOf(daemonSet, nodes, byNode, history.hash, now);
  const { observedGeneration } = daemonSet.status;
  const known = memory?.failuresOf === observedGeneration ? memory?.failures : undefined;
  if (!satisfied(memory?.expectation, view.version, now)) {
    const unseen = (memory?.created ?? []).filter((node) => !byNode.has(node));
    const update = statusUpdate(daemonSet, counts, unseen.length, false);
    return {
      requests: update === undefined ? before : [...before, update],
      memory: memory === undefined ? undefined : memoryOf({ ...memory, turn: undefined }),
      ...requeue(counts, daemonSet, undefined, now),
    };
  }

  const managing = manage(daemonSet, nodes, byNode, history.hash, known ?? NO_FAILURES, now);
  const isManaging = managing.create.length > 0 || managing.remove.length > 0;
  // While pods are on their way nothing is updated: the counts would be wrong.
  const plan = (isManaging ? undefined : updateStep(daemonSet, nodes, byNode, history.hash, now)) ?? managing;
  const cleaning = cleanup(daemonSet, history.old, pods);
  const turn = turnOf(daemonSet, counts, plan, (node) => !byNode.has(node), history, cleaning);
  const step = nextStep(turn, 0);
  return {
    requests: [...before, ...managing.events, ...step.requests],
    memory: memoryOf({
      expectation: undefined,
      created: [],
      failures: managing.failures,
      failuresOf: observedGeneration,
      turn: step.turn,
    }),
    ...requeue(counts, daemonSet, managing, now),
  };
}

/** What became of one creation or deletion. */
interface Outcome {
  readonly expectation: Expectation | undefined;
  readonly event: EventRequest | undefined;
  readonly failed: boolean;
}

function creationOutcome(
  { daemonSet }: Turn,
  expectation: Expectation | undefined,
  { result }: RequestResult,
  now: Micros,
): Outcome {
  if (result.ok) {
    const message = `Created pod: ${result.object.metadata.name}`;
    return {
      expectation: expecting(expectation, result.rv, now),
      event: tell(daemonSet, 'Normal', 'SuccessfulCreate', message),
      failed: false,
    };
  }
  if (isNamespaceTerminating(result.status)) {
    return { expectation: expectingForever(now), event: undefined, failed: false };
  }
  const message = `Error creating: ${result.status.message}`;
  return { expectation, event: tell(daemonSet, 'Warning', 'FailedCreate', message), failed: true };
}

function deletionOutcome(
  { daemonSet }: Turn,
  expectation: Expectation | undefined,
  { request, result }: RequestResult,
  now: Micros,
): Outcome {
  if (result.ok) {
    const message = `Deleted pod: ${result.object.metadata.name}`;
    return {
      expectation: expecting(expectation, result.rv, now),
      event: tell(daemonSet, 'Normal', 'SuccessfulDelete', message),
      failed: false,
    };
  }
  // The pod has gone already, which is what was wanted.
  if (result.status.reason === 'NotFound' && request.verb === 'delete') {
    return { expectation, event: undefined, failed: false };
  }
  const message = `Error deleting: ${result.status.message}`;
  return { expectation, event: tell(daemonSet, 'Warning', 'FailedDelete', message), failed: true };
}

function onPod(
  memory: DaemonSetMemory,
  turn: Turn,
  outcome: RequestResult,
  now: Micros,
): Reaction<DaemonSetMemory> {
  const { tag } = outcome.request;
  const of = tag === DELETE_POD ? deletionOutcome : creationOutcome;
  const { expectation, event, failed } = of(turn, memory.expectation, outcome, now);
  const after: Turn = {
    ...turn,
    outstanding: turn.outstanding - 1,
    failed: turn.failed || failed,
  };
  const events: Request[] = event === undefined ? [] : [event];
  const created =
    outcome.result.ok && tag === CREATE_FIRST_POD
      ? [...memory.created, targetNode(outcome.result.object as Pod) ?? '']
      : memory.created;
  const step: Step = after.outstanding > 0 ? { turn: after, requests: [] } : nextStep(after, created.length);
  return {
    memory: memoryOf({ ...memory, expectation, created, turn: step.turn }),
    requests: [...events, ...step.requests],
    retry: failed,
  };
}

function onResult(
  memory: DaemonSetMemory | undefined,
  outcome: RequestResult,
  _key: string,
  now: Micros,
): Reaction<DaemonSetMemory> | undefined {
  const { request, result } = outcome;
  switch (request.tag) {
    case CREATE_FIRST_POD:
    case CREATE_POD:
    case DELETE_POD:
      return memory?.turn && onPod(memory, memory.turn, outcome, now);
    case CREATE_REVISION:
    case CLAIM:
      if (request.tag === CLAIM && !claimFailed(outcome)) return { memory };
      if (result.ok) return { memory };
      // Without its revision a pod would have the wrong label: nothing else is done in this turn.
      return {
        memory: memory === undefined ? undefined : memoryOf({ ...memory, turn: undefined }),
        stop: true,
        retry: true,
      };
    case STATUS:
      return statusAnswered(memory, outcome, countsOver);
    default:
      return undefined;
  }
}

const owners = ownerKeys(DAEMON_SET);

function podKeys(event: WatchEvent, view: View): readonly string[] {
  return view.count(DAEMON_SET) > 0 && matters(event) ? owners(event, view) : NO_KEYS;
}

/** A revision that its DaemonSet made is no news to it. */
function revisionKeys(event: WatchEvent, view: View): readonly string[] {
  if (view.count(DAEMON_SET) === 0) return NO_KEYS;
  const { ownerReferences } = event.object.metadata;
  return event.type === 'ADDED' && ownerReferences !== undefined ? NO_KEYS : owners(event, view);
}

/** A DaemonSet is queued where what it wants with a node changes (`addNode`, `updateNode`). */
function nodeKeys({ type, object, previous }: WatchEvent, view: View): readonly string[] {
  if (view.count(DAEMON_SET) === 0 || type === 'DELETED') return NO_KEYS;
  const node = object as Node;
  const before = previous as Node | undefined;
  if (before !== undefined && before.spec.taints === node.spec.taints) {
    if (before.metadata.labels === node.metadata.labels) return NO_KEYS;
  }
  const keys: string[] = [];
  for (const daemonSet of view.list(DAEMON_SET)) {
    const { template } = daemonSet.spec;
    const is = eligibilityOf(template, node);
    const was = before === undefined ? undefined : eligibilityOf(template, before);
    const isNews =
      was === undefined
        ? is.shouldRun
        : was.shouldRun !== is.shouldRun || was.shouldContinue !== is.shouldContinue;
    if (isNews) keys.push(keyOf(daemonSet));
  }
  return keys;
}

/**
 * The DaemonSet controller (pkg/controller/daemon): a pod on each eligible node, which the scheduler binds there;
 * rolling updates with `maxUnavailable` or `maxSurge`, revisions, and counts in the status.
 */
export const daemonSetController: Controller<DaemonSetMemory> = {
  name: 'daemonset-controller',
  component: 'daemonset-controller',
  // --concurrent-daemonset-syncs
  workers: 2,
  watches: [
    { kind: DAEMON_SET, keys: ({ object }) => [keyOf(object)] },
    { kind: CONTROLLER_REVISION, keys: revisionKeys },
    { kind: NODE, keys: nodeKeys },
    { kind: POD, keys: podKeys },
  ],
  reconcile,
  onResult,
};
