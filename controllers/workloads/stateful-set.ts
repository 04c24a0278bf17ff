import { keyOf } from '../../core/api/object.ts';
import { CONTROLLER_REVISION, POD, STATEFUL_SET } from '../../core/kinds/registry.ts';
import type { StatefulSet } from '../../core/schema/types.generated.ts';
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
import { NO_KEYS, ownerKeys } from './owner-keys.ts';
import { matters } from './pod-change.ts';
import { STATUS, statusAnswered } from './replica-set-status.ts';
import { isMemberOf } from './stateful-set-identity.ts';
import { type Batch, OPERATIONS, type Operation, planOf, type Unit } from './stateful-set-plan.ts';
import { type Revisions, revisionsOf, truncation } from './stateful-set-revisions.ts';
import { countsOf, type StatefulCounts, statusUpdate } from './stateful-set-status.ts';

/** A turn between its requests. */
interface Turn {
  readonly set: StatefulSet;
  readonly revisions: Revisions;
  readonly counts: StatefulCounts;
  /** Batches that have not begun. */
  readonly batches: readonly Batch[];
  /** Units of the present batch, with the waves that are left. */
  readonly units: readonly Unit[];
  /** Requests of the present wave that have no result yet. */
  readonly outstanding: number;
  /** What went wrong with claims, by pod: the pod is not made, and its Event says why. */
  readonly refusals: Readonly<Record<string, string>>;
  /** Pods that were deleted to get the new template. */
  readonly replaced: number;
  readonly failed: boolean;
  readonly truncation: readonly Request[];
}

/** What the controller keeps of a StatefulSet: nothing but a turn that is under way. Names tell pods apart. */
export interface StatefulSetMemory {
  readonly turn: Turn;
}

function tell(
  set: StatefulSet,
  eventType: EventRequest['eventType'],
  reason: string,
  message: string,
): EventRequest {
  return { verb: 'event', regarding: set, eventType, reason, message };
}

type Verb = 'create' | 'update' | 'delete';

const SUCCESS: Readonly<Record<Verb, string>> = {
  create: 'SuccessfulCreate',
  update: 'SuccessfulUpdate',
  delete: 'SuccessfulDelete',
};
const FAILURE: Readonly<Record<Verb, string>> = {
  create: 'FailedCreate',
  update: 'FailedUpdate',
  delete: 'FailedDelete',
};

/** `recordPodEvent`. */
function podEvent(set: StatefulSet, verb: Verb, pod: string, error: string | undefined): EventRequest {
  const what = `${verb} Pod ${pod} in StatefulSet ${set.metadata.name}`;
  return error === undefined
    ? tell(set, 'Normal', SUCCESS[verb], `${what} successful`)
    : tell(set, 'Warning', FAILURE[verb], `${what} failed error: ${error}`);
}

/** `recordClaimEvent`. */
function claimEvent(set: StatefulSet, claim: string, pod: string, error: string | undefined): EventRequest {
  const { name } = set.metadata;
  return error === undefined
    ? tell(set, 'Normal', SUCCESS.create, `create Claim ${claim} Pod ${pod} in StatefulSet ${name} success`)
    : tell(
        set,
        'Warning',
        FAILURE.create,
        `create Claim ${claim} for Pod ${pod} in StatefulSet ${name} failed error: ${error}`,
      );
}

interface Step {
  readonly turn: Turn | undefined;
  readonly requests: readonly Request[];
  /** The turn has failed by itself: the key returns with back-off. */
  readonly failed: boolean;
}

/** The status, whatever happened, and the history. */
function ending(turn: Turn): readonly Request[] {
  const status = statusUpdate(turn.set, turn.counts, turn.revisions, turn.replaced);
  return status === undefined ? turn.truncation : [status, ...turn.truncation];
}

/** What a turn sends next, once nothing of it is under way. */
function nextStep(turn: Turn): Step {
  const events: Request[] = [];
  let { units, batches, failed } = turn;
  for (;;) {
    const wave = units.flatMap(({ waves }) => waves[0] ?? []);
    if (wave.length > 0) {
      const left = units.map((unit) => ({ ...unit, waves: unit.waves.slice(1) }));
      const next = { ...turn, units: left, batches, failed, outstanding: wave.length };
      return { turn: next, requests: [...events, ...wave], failed };
    }
    const [batch, ...rest] = batches;
    if (batch === undefined || failed) {
      return { turn: undefined, requests: [...events, ...ending({ ...turn, failed })], failed };
    }
    batches = rest;
    units = batch;
    for (const { pod, refusal } of batch) {
      if (refusal === undefined) continue;
      events.push(podEvent(turn.set, 'create', pod, refusal));
      failed = true;
    }
  }
}

/** `sync`. */
function reconcile(
  view: View,
  key: string,
  _memory: StatefulSetMemory | undefined,
  now: Micros,
): Reconciliation<StatefulSetMemory> {
  const set = view.getByKey(STATEFUL_SET, key);
  if (set === undefined) return DONE;
  const { objects: pods, requests: claims } = claimed(view, POD, STATEFUL_SET, set, isMemberOf(set));
  const revisions = revisionsOf(view, set);
  const counts = countsOf(set, pods, revisions, now);
  const step = nextStep({
    set,
    revisions,
    counts,
    batches: planOf(view, set, pods, revisions, now),
    units: [],
    outstanding: 0,
    refusals: {},
    replaced: 0,
    failed: false,
    truncation: truncation(set, revisions, pods),
  });
  const { nextAvailable } = counts;
  return {
    requests: [...claims, ...revisions.requests, ...step.requests],
    memory: step.turn === undefined ? undefined : { turn: step.turn },
    ...(step.failed ? { error: 'a claim is being deleted' } : {}),
    ...(nextAvailable === undefined
      ? {}
      : {
          requeueAfter: nextAvailable - now,
          requeueReason: `ready for ${set.spec.minReadySeconds ?? 0}s`,
        }),
  };
}

interface Outcome {
  readonly events: readonly Request[];
  /** Why the unit goes no further. */
  readonly refusal: string | undefined;
  readonly replaced: boolean;
}

const FINE: Outcome = { events: [], refusal: undefined, replaced: false };

function outcomeOf(
  operation: Operation,
  pod: string,
  turn: Turn,
  { request, result }: RequestResult,
): Outcome {
  const { set } = turn;
  const error = result.ok ? undefined : result.status.message;
  switch (operation) {
    case 'create-claim': {
      const name = request.verb === 'create' ? (request.object.metadata.name ?? '') : '';
      // One that is there already is no news, though it isn't what was hoped for.
      const isTold = result.ok || result.status.reason !== 'AlreadyExists';
      const refusal = error === undefined ? undefined : `failed to create PVC ${name}: ${error}`;
      return { ...FINE, events: isTold ? [claimEvent(set, name, pod, error)] : [], refusal };
    }
    case 'create-pod': {
      const isTold = result.ok || result.status.reason !== 'AlreadyExists';
      return { ...FINE, events: isTold ? [podEvent(set, 'create', pod, error)] : [], refusal: error };
    }
    case 'claim-owners':
      // A claim that is gone is made again in a later turn.
      return result.ok || result.status.reason === 'NotFound' ? FINE : { ...FINE, refusal: error };
    case 'update-pod':
      return { ...FINE, events: [podEvent(set, 'update', pod, error)], refusal: error };
    case 'delete-pod':
    case 'replace-pod':
      return {
        events: [podEvent(set, 'delete', pod, error)],
        refusal: error,
        replaced: operation === 'replace-pod' && result.ok,
      };
  }
}

/** What a refused claim means for its pod: it isn't made, and the Event says why (`CreateStatefulPod`). */
function refusedPods(turn: Turn): readonly Request[] {
  return turn.units
    .filter(({ pod, waves }) => turn.refusals[pod] !== undefined && waves.some(createsPod))
    .map(({ pod }) => podEvent(turn.set, 'create', pod, turn.refusals[pod]));
}

function createsPod(wave: readonly Request[]): boolean {
  return wave.some((request) => request.verb === 'create' && request.kind === POD);
}

function onUnit(
  turn: Turn,
  operation: Operation,
  pod: string,
  outcome: RequestResult,
): Reaction<StatefulSetMemory> {
  const { events, refusal, replaced } = outcomeOf(operation, pod, turn, outcome);
  const after: Turn = {
    ...turn,
    outstanding: turn.outstanding - 1,
    refusals: refusal === undefined ? turn.refusals : { ...turn.refusals, [pod]: refusal },
    replaced: turn.replaced + (replaced ? 1 : 0),
    failed: turn.failed || refusal !== undefined,
  };
  if (after.outstanding > 0) return { memory: { turn: after }, requests: events };
  const told = [...events, ...refusedPods(after)];
  const units = after.units.filter((unit) => after.refusals[unit.pod] === undefined);
  const step = nextStep({ ...after, units, refusals: {} });
  return {
    memory: step.turn === undefined ? undefined : { turn: step.turn },
    requests: [...told, ...step.requests],
    retry: step.failed,
  };
}

const KNOWN: ReadonlySet<string> = new Set(OPERATIONS);

function onResult(
  memory: StatefulSetMemory | undefined,
  outcome: RequestResult,
): Reaction<StatefulSetMemory> | undefined {
  const { tag } = outcome.request;
  if (tag === undefined) return undefined;
  if (tag === CLAIM) return claimFailed(outcome) ? undefined : { memory };
  if (tag === STATUS) return statusAnswered(memory, outcome);
  const [operation = '', pod = ''] = tag.split(':');
  if (!KNOWN.has(operation) || memory === undefined) return undefined;
  return onUnit(memory.turn, operation as Operation, pod, outcome);
}

const owners = ownerKeys(STATEFUL_SET);

function podKeys(event: WatchEvent, view: View): readonly string[] {
  return view.count(STATEFUL_SET) > 0 && matters(event) ? owners(event, view) : NO_KEYS;
}

/** Revisions are read at each turn; only an orphan that could be adopted brings one about. */
function revisionKeys(event: WatchEvent, view: View): readonly string[] {
  if (view.count(STATEFUL_SET) === 0 || event.object.metadata.ownerReferences !== undefined) return NO_KEYS;
  return owners(event, view);
}

/**
 * The StatefulSet controller (pkg/controller/statefulset): pods with names and claims of their own, made, replaced
 * and deleted in order unless they are managed in parallel; rolling updates with a partition, and revisions.
 */
export const statefulSetController: Controller<StatefulSetMemory> = {
  name: 'statefulset-controller',
  component: 'statefulset-controller',
  // --concurrent-statefulset-syncs
  workers: 5,
  watches: [
    { kind: STATEFUL_SET, keys: ({ object }) => [keyOf(object)] },
    { kind: CONTROLLER_REVISION, keys: revisionKeys },
    { kind: POD, keys: podKeys },
  ],
  reconcile,
  onResult,
};
