import { equalValues } from '../../core/api/equal.ts';
import { controllerOf, keyOf } from '../../core/api/object.ts';
import { DEPLOYMENT, POD, REPLICA_SET } from '../../core/kinds/registry.ts';
import { compileSelector } from '../../core/labels.ts';
import type { Deployment, ReplicaSet } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import type { Micros } from '../../core/time.ts';
import {
  type Controller,
  DONE,
  type Reaction,
  type Reconciliation,
  type Request,
  type RequestResult,
} from '../controller.ts';
import { adoptable, adoption, CLAIM, claimFailed, controllerReference, release } from './claim.ts';
import {
  conditionOf,
  hasProgressDeadline,
  NO_LIMIT,
  newCondition,
  PAUSED,
  PROGRESSING,
  REPLICA_SET_CREATE_ERROR,
  RESUMED,
  TIMED_OUT,
  withCondition,
} from './deployment-conditions.ts';
import { lastPodGone } from './deployment-keys.ts';
import { calculateStatus, isComplete } from './deployment-status.ts';
import { desiredReplicas } from './fenceposts.ts';
import { isNamespaceTerminating } from './namespace-terminating.ts';
import { allOf, CREATE_REPLICA_SET, type Generations, syncRevision } from './new-replica-set.ts';
import { ownerKeys } from './owner-keys.ts';
import { progressCheckAfter, rolloutStatus } from './progress.ts';
import { scale } from './proportional-scaling.ts';
import { replicasOf } from './replica-sets.ts';
import { byRevision, desiredAnnotation } from './revisions.ts';
import {
  AWAITED,
  type Rollout,
  recordEvent,
  resizeReplicaSet,
  resumed,
  rolloutOf,
  setStatus,
  stepsOf,
  updateStatus,
} from './rollout.ts';
import { oldPodsRunning, scaleDownAllOld, scaleDownOld, scaleNew } from './strategies.ts';
import { equalIgnoringHash } from './template-hash.ts';

/** What the controller keeps of a Deployment between the requests of one turn. */
export interface DeploymentMemory {
  /** Requests that wait for the result of the last one sent. */
  readonly later: readonly Request[];
  /** For the case that the new ReplicaSet can't be created. */
  readonly creation: Creation | undefined;
}

interface Creation {
  readonly deployment: Deployment;
  /** A ReplicaSet of that name that isn't the Deployment's: its template only has the same hash. */
  readonly collides: boolean;
}

/** The ReplicaSets that the Deployment owns or adopts (`getReplicaSetsForDeployment`). */
function claim(rollout: Rollout, view: View): readonly ReplicaSet[] {
  const { deployment } = rollout;
  const matches = compileSelector(deployment.spec.selector);
  const owned = view.ownedBy(REPLICA_SET, deployment.metadata.uid);
  const orphans = adoptable(view, REPLICA_SET, deployment, matches);
  if (orphans.length === 0 && owned.every(({ metadata }) => matches(metadata.labels))) return owned;
  const reference = controllerReference(DEPLOYMENT, deployment);
  for (const orphan of orphans) rollout.requests.push(adoption(REPLICA_SET, orphan, reference));
  const strays = owned.filter(({ metadata }) => !matches(metadata.labels));
  if (deployment.metadata.deletionTimestamp === undefined) {
    for (const stray of strays) rollout.requests.push(release(REPLICA_SET, stray, deployment.metadata.uid));
  }
  return [...owned.filter(({ metadata }) => matches(metadata.labels)), ...orphans];
}

/** A pause and its end show in the Progressing condition (`checkPausedConditions`). */
function checkPaused(rollout: Rollout): void {
  const { deployment, now } = rollout;
  if (!hasProgressDeadline(deployment)) return;
  const progressing = conditionOf(deployment.status, PROGRESSING);
  if (progressing?.reason === TIMED_OUT) return;
  const paused = deployment.spec.paused === true;
  if (paused === (progressing?.reason === PAUSED)) return;
  const condition = paused
    ? newCondition(PROGRESSING, 'Unknown', PAUSED, 'Deployment is paused', now)
    : newCondition(PROGRESSING, 'Unknown', RESUMED, 'Deployment is resumed', now);
  setStatus(rollout, withCondition(deployment.status, condition));
  updateStatus(rollout);
}

/** Delete old ReplicaSets without pods beyond the history's limit, lowest revision first (`cleanupDeployment`). */
function cleanUp(rollout: Rollout, old: readonly ReplicaSet[]): void {
  const limit = rollout.deployment.spec.revisionHistoryLimit;
  if (limit === undefined || limit === NO_LIMIT) return;
  const alive = old.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const surplus = alive.length - limit;
  if (surplus <= 0) return;
  for (const replicaSet of alive.toSorted(byRevision).slice(0, surplus)) {
    const { metadata, status } = replicaSet;
    const isSeen = (metadata.generation ?? 0) <= (status.observedGeneration ?? 0);
    if ((status.replicas ?? 0) !== 0 || replicasOf(replicaSet) !== 0 || !isSeen) continue;
    rollout.requests.push({
      verb: 'delete',
      kind: REPLICA_SET,
      namespace: metadata.namespace,
      name: metadata.name,
    });
  }
}

/** `syncDeploymentStatus`. */
function syncStatus(rollout: Rollout, generations: Generations): void {
  const { deployment, now } = rollout;
  const status = calculateStatus(deployment, generations.current, allOf(generations), now);
  if (equalValues(deployment.status, status)) return;
  setStatus(rollout, status);
  updateStatus(rollout);
}

/** `syncRolloutStatus`; returns when to look again where nothing has changed. */
function syncRollout(rollout: Rollout, generations: Generations): Micros | undefined {
  const { deployment, now } = rollout;
  const all = allOf(generations);
  const { current } = generations;
  const status = rolloutStatus(deployment, calculateStatus(deployment, current, all, now), current, all, now);
  if (equalValues(deployment.status, status)) return progressCheckAfter(deployment, status, now);
  setStatus(rollout, status);
  updateStatus(rollout);
  return undefined;
}

/** Scale without rolling out, for a Deployment that is paused or was given another size (`sync`). */
function syncScale(rollout: Rollout, replicaSets: readonly ReplicaSet[]): void {
  const generations = syncRevision(rollout, replicaSets, false);
  scale(rollout, generations.current, generations.old);
  if (rollout.deployment.spec.paused === true) cleanUp(rollout, generations.old);
  syncStatus(rollout, generations);
}

/** `rolloutRolling`; `synced`: where the revisions were looked at already, and were as they should be. */
function rollOut(
  rollout: Rollout,
  replicaSets: readonly ReplicaSet[],
  synced: Generations | undefined,
): Micros | undefined {
  const generations = synced ?? syncRevision(rollout, replicaSets, true);
  if (scaleNew(rollout, generations) || scaleDownOld(rollout, generations)) {
    return rollout.error === undefined ? syncRollout(rollout, generations) : undefined;
  }
  if (rollout.error !== undefined) return undefined;
  if (isComplete(rollout.deployment, rollout.deployment.status)) cleanUp(rollout, generations.old);
  return syncRollout(rollout, generations);
}

/** `rolloutRecreate`. */
function recreate(rollout: Rollout, view: View, replicaSets: readonly ReplicaSet[]): Micros | undefined {
  let generations = syncRevision(rollout, replicaSets, false);
  if (scaleDownAllOld(rollout, generations.old)) return syncRollout(rollout, generations);
  if (oldPodsRunning(view, generations)) return syncRollout(rollout, generations);
  if (generations.current === undefined) generations = syncRevision(rollout, replicaSets, true);
  if (generations.current !== undefined) {
    resizeReplicaSet(rollout, generations.current, desiredReplicas(rollout.deployment));
  }
  if (isComplete(rollout.deployment, rollout.deployment.status)) cleanUp(rollout, generations.old);
  return syncRollout(rollout, generations);
}

/** Whether some ReplicaSet with pods was scaled for another size of the Deployment (`isScalingEvent`). */
function isScalingEvent(rollout: Rollout, generations: Generations): boolean {
  const desired = desiredReplicas(rollout.deployment);
  // What follows starts from the ReplicaSets as the view has them once more: should this have updated one, the
  // next update of it conflicts, and the key comes back.
  rollout.returned = undefined;
  const wasScaledFor = (replicaSet: ReplicaSet): boolean => {
    if (replicasOf(replicaSet) <= 0) return false;
    const annotated = desiredAnnotation(replicaSet);
    return annotated !== undefined && annotated !== desired;
  };
  const { current, old } = generations;
  return old.some(wasScaledFor) || (current !== undefined && wasScaledFor(current));
}

/** `syncDeployment`, once the trivial cases are out of the way; returns when to look again. */
function sync(rollout: Rollout, view: View): Micros | undefined {
  const replicaSets = claim(rollout, view);
  if (rollout.deployment.metadata.deletionTimestamp !== undefined) {
    syncStatus(rollout, syncRevision(rollout, replicaSets, false));
    return undefined;
  }
  checkPaused(rollout);
  const { deployment } = rollout;
  const { spec } = deployment;
  if (spec.paused === true) {
    syncScale(rollout, replicaSets);
    return undefined;
  }
  const sent = rollout.requests.length;
  const generations = syncRevision(rollout, replicaSets, false);
  if (isScalingEvent(rollout, generations)) {
    syncScale(rollout, replicaSets);
    return undefined;
  }
  if (spec.strategy?.type === 'Recreate') return recreate(rollout, view, replicaSets);
  const wereInOrder =
    generations.current !== undefined &&
    rollout.requests.length === sent &&
    rollout.deployment === deployment;
  return rollOut(rollout, replicaSets, wereInOrder ? generations : undefined);
}

function selectsEverything({ spec }: Deployment): boolean {
  return (
    Object.keys(spec.selector.matchLabels ?? {}).length === 0 &&
    (spec.selector.matchExpressions ?? []).length === 0
  );
}

/** A Deployment without a selector is left alone, and told so. */
function refuseToSelectAll(rollout: Rollout): void {
  recordEvent(
    rollout,
    'Warning',
    'SelectingAll',
    'This deployment is selecting all pods. A non-empty selector is required.',
  );
  const { deployment } = rollout;
  const { generation } = deployment.metadata;
  if ((deployment.status.observedGeneration ?? 0) >= (generation ?? 0)) return;
  setStatus(rollout, { ...deployment.status, observedGeneration: generation } as Deployment['status']);
  updateStatus(rollout);
}

/** What a refused creation of the new ReplicaSet would mean, as far as the view tells. */
function creationOf(rollout: Rollout, view: View, deployment: Deployment): Creation | undefined {
  const creation = rollout.requests.find((request) => 'tag' in request && request.tag === CREATE_REPLICA_SET);
  if (creation?.verb !== 'create') return undefined;
  const { namespace, name = '' } = creation.object.metadata;
  const namesake = view.get(REPLICA_SET, namespace, name);
  const collides =
    namesake !== undefined &&
    (controllerOf(namesake)?.uid !== deployment.metadata.uid ||
      !equalIgnoringHash(namesake.spec.template, deployment.spec.template));
  return { deployment, collides };
}

function reconcile(
  view: View,
  key: string,
  _memory: DeploymentMemory | undefined,
  now: Micros,
): Reconciliation<DeploymentMemory> {
  const deployment = view.getByKey(DEPLOYMENT, key);
  if (deployment === undefined) return DONE;
  const rollout = rolloutOf(deployment, now);
  if (selectsEverything(deployment)) {
    refuseToSelectAll(rollout);
    return { requests: rollout.requests, memory: undefined };
  }
  const requeueAfter = sync(rollout, view);
  if (rollout.requests.length === 0 && rollout.error === undefined && requeueAfter === undefined) return DONE;
  const { send, later } = stepsOf(rollout.requests);
  const creation = creationOf(rollout, view, deployment);
  return {
    requests: send,
    memory: later.length === 0 && creation === undefined ? undefined : { later, creation },
    ...(rollout.error === undefined ? {} : { error: rollout.error }),
    ...(requeueAfter === undefined
      ? {}
      : { requeueAfter, requeueReason: `no progress for ${deployment.spec.progressDeadlineSeconds ?? 0}s` }),
  };
}

/** The new ReplicaSet was refused: say so in the status, or choose another name for it. */
function onCreateRefused(
  { deployment, collides }: Creation,
  { request, result }: RequestResult,
  now: Micros,
): Reaction<DeploymentMemory> {
  if (result.ok || request.verb !== 'create') return { memory: undefined };
  const { status } = result;
  // All further creations will fail as well, and the Deployment will be deleted soon.
  if (isNamespaceTerminating(status)) return { memory: undefined, stop: true };
  const rollout = rolloutOf(deployment, now);
  if (status.reason === 'AlreadyExists') {
    if (collides) {
      const collisionCount = (deployment.status.collisionCount ?? 0) + 1;
      setStatus(rollout, { ...deployment.status, collisionCount });
      updateStatus(rollout);
    }
  } else {
    const message = `Failed to create new replica set "${request.object.metadata.name}": ${status.message}`;
    if (hasProgressDeadline(deployment)) {
      const condition = newCondition(PROGRESSING, 'False', REPLICA_SET_CREATE_ERROR, message, now);
      setStatus(rollout, withCondition(deployment.status, condition));
      updateStatus(rollout);
    }
    recordEvent(rollout, 'Warning', REPLICA_SET_CREATE_ERROR, message);
  }
  return { memory: undefined, requests: rollout.requests, stop: true, retry: true };
}

function onResult(
  memory: DeploymentMemory | undefined,
  outcome: RequestResult,
  _key: string,
  now: Micros,
): Reaction<DeploymentMemory> | undefined {
  const { request, result } = outcome;
  switch (request.tag) {
    case CREATE_REPLICA_SET:
      if (result.ok || memory?.creation === undefined) return undefined;
      return onCreateRefused(memory.creation, outcome, now);
    case AWAITED: {
      if (!result.ok || memory === undefined) return undefined;
      const { send, later } = resumed(memory.later, result.object as ReplicaSet);
      return {
        memory: later.length === 0 ? undefined : { later, creation: memory.creation },
        requests: send,
      };
    }
    case CLAIM:
      return claimFailed(outcome) ? undefined : { memory };
    default:
      return undefined;
  }
}

/**
 * The Deployment controller (pkg/controller/deployment): replaces the pods of one template by those of the
 * next by scaling ReplicaSets, within the bounds of its strategy.
 */
export const deploymentController: Controller<DeploymentMemory> = {
  name: 'deployment-controller',
  component: 'deployment-controller',
  // --concurrent-deployment-syncs
  workers: 5,
  watches: [
    { kind: DEPLOYMENT, keys: ({ object }) => [keyOf(object)] },
    { kind: REPLICA_SET, keys: ownerKeys(DEPLOYMENT) },
    { kind: POD, keys: lastPodGone },
  ],
  reconcile,
  onResult,
};
