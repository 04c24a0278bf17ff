import { splitKey } from '../../core/api/object.ts';
import { isPodReady } from '../../core/kinds/pod/status.ts';
import { JOB, POD } from '../../core/kinds/registry.ts';
import { compileSelector } from '../../core/labels.ts';
import type { Job, Pod } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { MINUTE, type Micros, SECOND } from '../../core/time.ts';
import {
  type Controller,
  DONE,
  type EventRequest,
  type Reaction,
  type Reconciliation,
  type Request,
  type RequestResult,
} from '../controller.ts';
import { adoptable, CLAIM, claimFailed } from './claim.ts';
import { type Expectation, expecting, expectingForever, satisfied } from './expectations.ts';
import type { Failures } from './job-backoff.ts';
import { finishedCondition, isManagedElsewhere } from './job-facts.ts';
import { isOrphanKey, JOB_WATCHES, orphanOf } from './job-keys.ts';
import {
  DELETE_POD,
  jobAdoption,
  jobRelease,
  LET_GO,
  podDeletion,
  tracked,
  UNTRACK,
  untracking,
} from './job-pods.ts';
import {
  begin,
  closing,
  creations,
  decided,
  FLUSH,
  LAST,
  type Stage,
  settle,
  untrackStep,
  withCounts,
} from './job-stages.ts';
import { deadlineOf, type JobTurn, lookAt } from './job-turn.ts';
import { isNamespaceTerminating } from './namespace-terminating.ts';
import { CREATE_POD } from './pod-from-template.ts';
import { nextBatch } from './slow-start.ts';

/** What the controller keeps of a Job between its turns. */
export interface JobMemory {
  /** Of the Job that this is about: a namesake that comes later begins anew. */
  readonly uid: string;
  /** Of the pods that it has made and deleted. */
  readonly expectation: Expectation | undefined;
  /** The newest event of its own among those of the Job's status and of finalizers. */
  readonly written: number;
  readonly failures: Failures | undefined;
  readonly stage: Stage | undefined;
}

function podEvent(
  job: Job,
  eventType: EventRequest['eventType'],
  reason: string,
  message: string,
): EventRequest {
  return { verb: 'event', regarding: job, eventType, reason, message };
}

/** The pods that belong to the Job, and what claims them or lets them go (`getPodsForJob`). */
function claimPods(
  view: View,
  job: Job,
): { readonly pods: readonly Pod[]; readonly requests: readonly Request[] } {
  const matches = compileSelector(job.spec.selector);
  const requests: Request[] = [];
  const pods: Pod[] = [];
  const deleting = job.metadata.deletionTimestamp !== undefined;
  for (const pod of view.ownedBy(POD, job.metadata.uid)) {
    if (matches(pod.metadata.labels)) pods.push(pod);
    else if (!deleting) requests.push(jobRelease(job, pod));
  }
  for (const orphan of adoptable(view, POD, job, matches)) {
    requests.push(jobAdoption(job, orphan));
    pods.push(tracked(orphan));
  }
  return { pods, requests };
}

/** A pod whose Job is gone or over: nobody else takes its finalizer off (`syncOrphanPod`). */
function reconcileOrphan(view: View, key: string): Reconciliation<JobMemory> {
  const { namespace, name } = splitKey(orphanOf(key));
  const pod = view.get(POD, namespace, name);
  if (pod === undefined || !isOrphanKey(view, pod)) return DONE;
  return { requests: [untracking(pod, 'orphan')], memory: undefined };
}

/**
 * A status that is older than one's own last one counts the same pods again: the turn waits for it (the consistency
 * store of pkg/controller/job, feature gate StaleControllerConsistencyJob).
 */
function staleView(known: JobMemory): Reconciliation<JobMemory> {
  return { requests: [], memory: { ...known, stage: undefined }, requeueAfter: SECOND };
}

/** `syncJob`. */
function reconcile(
  view: View,
  key: string,
  memory: JobMemory | undefined,
  now: Micros,
): Reconciliation<JobMemory> {
  if (key !== orphanOf(key)) return reconcileOrphan(view, key);
  const job = view.getByKey(JOB, key);
  if (job === undefined || isManagedElsewhere(job) || finishedCondition(job) !== undefined) return DONE;
  const { uid } = job.metadata;
  const known = memory?.uid === uid ? memory : undefined;
  const written = known?.written ?? 0;
  if (known !== undefined && written > view.version) return staleView(known);
  const isSatisfied = satisfied(known?.expectation, view.version, now);
  const claimed = claimPods(view, job);
  const turn = lookAt(job, claimed.pods, known?.failures, isSatisfied, now);
  const { stage, requests, retryAfter } = begin(turn, now);
  const deadline = turn.finished === undefined ? deadlineOf(turn.job) : undefined;
  return {
    requests: [...claimed.requests, ...requests],
    memory: {
      uid,
      expectation: isSatisfied ? undefined : known?.expectation,
      written,
      failures: known?.failures,
      stage,
    },
    ...timer(turn, retryAfter, deadline === undefined ? undefined : deadline - now),
  };
}

function timer(
  { failures, job }: JobTurn,
  retryAfter: Micros | undefined,
  untilDeadline: Micros | undefined,
): Pick<Reconciliation<never>, 'requeueAfter' | 'requeueReason'> {
  if (retryAfter !== undefined && (untilDeadline === undefined || retryAfter <= untilDeadline)) {
    const count = failures?.count ?? 0;
    const what = count === 1 ? 'a failed pod' : 'failed pods';
    return { requeueAfter: retryAfter, requeueReason: `back-off after ${what}` };
  }
  if (untilDeadline === undefined) return {};
  return { requeueAfter: untilDeadline, requeueReason: `active for ${job.spec.activeDeadlineSeconds}s` };
}

/** A write that changed nothing makes no event (`rv` 0). */
function wrote(memory: JobMemory, rv: number): JobMemory {
  return rv > memory.written ? { ...memory, written: rv } : memory;
}

type PodStage = Extract<Stage, { at: 'pods' }>;

/** One request of a batch has its result: go on to the next batch, or to the status. */
function podDone(
  memory: JobMemory,
  stage: PodStage,
  event: EventRequest | undefined,
  hasFailed: boolean,
  now: Micros,
): Reaction<JobMemory> {
  const events: readonly Request[] = event === undefined ? [] : [event];
  const after: PodStage = {
    ...stage,
    outstanding: stage.outstanding - 1,
    hasFailed: stage.hasFailed || hasFailed,
  };
  if (after.outstanding > 0)
    return { memory: { ...memory, stage: after }, requests: events, retry: hasFailed };
  if (!after.hasFailed && after.indexes.length > 0) {
    const batch = nextBatch(after.batch, after.indexes.length);
    return {
      memory: {
        ...memory,
        stage: { ...after, outstanding: batch, batch, indexes: after.indexes.slice(batch) },
      },
      requests: [...events, ...creations(after.turn, after.indexes.slice(0, batch))],
    };
  }
  // Creations that were not tried after a failure make no active pods.
  const skipped = withCounts(after.turn, { active: after.turn.counts.active - after.indexes.length });
  const turn = after.turn.finished === undefined ? skipped : decided(skipped, skipped.counts.active);
  const step = settle(turn, after.hasManaged, now);
  return {
    memory: { ...memory, stage: step.stage },
    requests: [...events, ...step.requests],
    retry: hasFailed,
  };
}

function onCreated(
  memory: JobMemory,
  stage: PodStage,
  { result }: RequestResult,
  now: Micros,
): Reaction<JobMemory> {
  const { turn } = stage;
  const { job, counts } = turn;
  if (result.ok) {
    const message = `Created pod: ${result.object.metadata.name}`;
    const event = podEvent(job, 'Normal', 'SuccessfulCreate', message);
    const expectation = expecting(memory.expectation, result.rv, now);
    return podDone({ ...memory, expectation }, stage, event, false, now);
  }
  if (isNamespaceTerminating(result.status)) {
    return podDone({ ...memory, expectation: expectingForever(now) }, stage, undefined, false, now);
  }
  const event = podEvent(job, 'Warning', 'FailedCreate', `Error creating: ${result.status.message}`);
  const failed = { ...stage, turn: withCounts(turn, { active: counts.active - 1 }) };
  return podDone(memory, failed, event, true, now);
}

/** A pod that is gone already counts as deleted. */
function onDeleted(
  memory: JobMemory,
  stage: PodStage,
  { request, result }: RequestResult,
  now: Micros,
): Reaction<JobMemory> {
  const { turn } = stage;
  const { job, counts } = turn;
  const { name } = request as { readonly name: string };
  if (!result.ok && result.status.reason !== 'NotFound') {
    const event = podEvent(job, 'Warning', 'FailedDelete', `Error deleting: ${result.status.message}`);
    return podDone(memory, stage, event, true, now);
  }
  const pod = turn.active.find(({ metadata }) => metadata.name === name);
  const without = withCounts(turn, {
    active: counts.active - 1,
    ready: counts.ready - (pod !== undefined && isPodReady(pod) ? 1 : 0),
    terminating: counts.terminating + 1,
  });
  const event = result.ok ? podEvent(job, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`) : undefined;
  const expectation = result.ok ? expecting(memory.expectation, result.rv, now) : memory.expectation;
  return podDone({ ...memory, expectation }, { ...stage, turn: without }, event, false, now);
}

function onLetGo(
  memory: JobMemory,
  stage: PodStage,
  { request, result }: RequestResult,
  now: Micros,
): Reaction<JobMemory> {
  const { name } = request as { readonly name: string };
  const pod = stage.turn.active.find(({ metadata }) => metadata.name === name);
  if (result.ok && pod !== undefined) {
    return { memory: wrote(memory, result.rv), requests: [podDeletion(pod)] };
  }
  const isGone = !result.ok && result.status.reason === 'NotFound';
  const { counts } = stage.turn;
  const turn = isGone
    ? withCounts(stage.turn, { active: counts.active - 1, terminating: counts.terminating + 1 })
    : stage.turn;
  return podDone(memory, { ...stage, turn }, undefined, !isGone, now);
}

function onUntracked(
  memory: JobMemory,
  stage: Extract<Stage, { at: 'untrack' }>,
  { request, result }: RequestResult,
  now: Micros,
): Reaction<JobMemory> {
  const { uid = '' } = request as { readonly uid?: string };
  const isGone = !result.ok && result.status.reason === 'NotFound';
  const isOff = result.ok || isGone;
  const after: typeof stage = {
    ...stage,
    outstanding: stage.outstanding - 1,
    untracked: isOff ? [...stage.untracked, uid] : stage.untracked,
    hasFailed: stage.hasFailed || !isOff,
  };
  const kept = result.ok ? wrote(memory, result.rv) : memory;
  if (after.outstanding > 0) return { memory: { ...kept, stage: after }, retry: !isOff };
  const step = closing(after.tracking, after.untracked, after.hasFailed, now);
  return { memory: { ...kept, stage: step.stage }, requests: step.requests, retry: !isOff };
}

/** A status that could not be written: the turn is over, the next one looks afresh. */
function givenUp(memory: JobMemory): Reaction<JobMemory> {
  return { memory: { ...memory, stage: undefined }, stop: true, retry: true };
}

function onResult(
  memory: JobMemory | undefined,
  outcome: RequestResult,
  _key: string,
  now: Micros,
): Reaction<JobMemory> | undefined {
  const { request, result } = outcome;
  const stage = memory?.stage;
  if (request.tag === CLAIM) return claimFailed(outcome) ? undefined : { memory };
  // The pod of a Job that is gone may be gone as well.
  if (memory === undefined || stage === undefined) {
    return !result.ok && result.status.reason === 'NotFound' ? { memory } : undefined;
  }
  if (stage.at === 'pods') {
    if (request.tag === CREATE_POD) return onCreated(memory, stage, outcome, now);
    if (request.tag === DELETE_POD) return onDeleted(memory, stage, outcome, now);
    if (request.tag === LET_GO) return onLetGo(memory, stage, outcome, now);
  }
  if (stage.at === 'untrack' && request.tag === UNTRACK) return onUntracked(memory, stage, outcome, now);
  if (stage.at === 'flush' && request.tag === FLUSH) {
    if (!result.ok) return givenUp(memory);
    const { failures } = stage;
    // Later writes go on from what is stored now.
    const tracking = { ...stage.tracking, job: result.object as Job };
    const step = untrackStep(tracking, now);
    return { memory: { ...wrote(memory, result.rv), failures, stage: step.stage }, requests: step.requests };
  }
  if (stage.at === 'last' && request.tag === LAST) {
    if (!result.ok) return givenUp(memory);
    return { memory: { ...wrote(memory, result.rv), stage: undefined }, requests: stage.events };
  }
  return undefined;
}

/**
 * The Job controller (pkg/controller/job): runs pods until so many have succeeded, counts each once, and ends the Job
 * by its limits and policies.
 */
export const jobController: Controller<JobMemory> = {
  name: 'job-controller',
  component: 'job-controller',
  // --concurrent-job-syncs
  workers: 5,
  // DefaultJobApiBackOff, MaxJobApiBackOff.
  backOff: { base: SECOND, max: MINUTE },
  watches: JOB_WATCHES,
  reconcile,
  onResult,
};
