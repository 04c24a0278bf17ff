import type {
  Deployment,
  DeploymentCondition,
  DeploymentStatus,
  ReplicaSet,
  ReplicaSetCondition,
} from '../../core/schema/types.generated.ts';
import { MILLISECOND, type Micros, parseRfc3339, SECOND } from '../../core/time.ts';
import {
  conditionOf,
  hasProgressDeadline,
  newCondition,
  PROGRESSING,
  REPLICA_FAILURE,
  REPLICA_SET_AVAILABLE,
  REPLICA_SET_UPDATED,
  renewCondition,
  TIMED_OUT,
  withCondition,
  withoutCondition,
} from './deployment-conditions.ts';
import { isComplete, isProgress } from './deployment-status.ts';

/** The first back-off of a key that is added with a rate limit. */
const RATE_LIMITED_DELAY = 5 * MILLISECOND;

/** When a rollout that makes no progress has failed. */
function deadlineOf(deployment: Deployment, progressing: DeploymentCondition): Micros {
  const since =
    progressing.lastUpdateTime === undefined ? 0 : (parseRfc3339(progressing.lastUpdateTime) ?? 0);
  return since + (deployment.spec.progressDeadlineSeconds ?? 0) * SECOND;
}

/** `DeploymentTimedOut`. */
function hasTimedOut(deployment: Deployment, status: DeploymentStatus, now: Micros): boolean {
  const progressing = conditionOf(status, PROGRESSING);
  if (progressing === undefined || progressing.reason === REPLICA_SET_AVAILABLE) return false;
  return progressing.reason === TIMED_OUT || deadlineOf(deployment, progressing) < now;
}

function progressed(
  deployment: Deployment,
  status: DeploymentStatus,
  newReplicaSet: ReplicaSet | undefined,
  now: Micros,
): DeploymentStatus {
  const current = conditionOf(deployment.status, PROGRESSING);
  const finished =
    (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && current?.reason === REPLICA_SET_AVAILABLE;
  if (finished) return status;
  const subject =
    newReplicaSet === undefined
      ? `Deployment "${deployment.metadata.name}"`
      : `ReplicaSet "${newReplicaSet.metadata.name}"`;
  if (isComplete(deployment, status)) {
    const message = `${subject} has successfully progressed.`;
    return withCondition(status, newCondition(PROGRESSING, 'True', REPLICA_SET_AVAILABLE, message, now));
  }
  if (isProgress(deployment.status, status)) {
    const message = `${subject} is progressing.`;
    const condition = newCondition(PROGRESSING, 'True', REPLICA_SET_UPDATED, message, now);
    // Each step of progress renews the time of update, from which the deadline counts.
    return renewCondition(
      status,
      current?.status === 'True' && current.lastTransitionTime !== undefined
        ? { ...condition, lastTransitionTime: current.lastTransitionTime }
        : condition,
    );
  }
  if (hasTimedOut(deployment, status, now)) {
    const message = `${subject} has timed out progressing.`;
    return withCondition(status, newCondition(PROGRESSING, 'False', TIMED_OUT, message, now));
  }
  return status;
}

/** The failure that a ReplicaSet reports, the new one's first (`getReplicaFailures`). */
function failureOf(
  newReplicaSet: ReplicaSet | undefined,
  all: readonly ReplicaSet[],
): DeploymentCondition | undefined {
  let failure = newReplicaSet === undefined ? undefined : reportedFailure(newReplicaSet);
  for (let i = 0; failure === undefined && i < all.length; i += 1) {
    failure = reportedFailure(all[i] as ReplicaSet);
  }
  if (failure === undefined) return undefined;
  const { type, status, lastTransitionTime, reason, message } = failure;
  return {
    type,
    status,
    lastUpdateTime: lastTransitionTime,
    lastTransitionTime,
    reason,
    message,
  } as DeploymentCondition;
}

function reportedFailure({ status }: ReplicaSet): ReplicaSetCondition | undefined {
  return status.conditions?.find(({ type }) => type === REPLICA_FAILURE);
}

/** The conditions of a rollout (`syncRolloutStatus` of pkg/controller/deployment/progress.go). */
export function rolloutStatus(
  deployment: Deployment,
  status: DeploymentStatus,
  newReplicaSet: ReplicaSet | undefined,
  all: readonly ReplicaSet[],
  now: Micros,
): DeploymentStatus {
  const measured = hasProgressDeadline(deployment)
    ? progressed(deployment, status, newReplicaSet, now)
    : withoutCondition(status, PROGRESSING);
  const failure = failureOf(newReplicaSet, all);
  return failure === undefined
    ? withoutCondition(measured, REPLICA_FAILURE)
    : withCondition(measured, failure);
}

/**
 * How long until a rollout that stands still must be looked at again (`requeueStuckDeployment`): a second past
 * its deadline. The real controller polls within the last second; here the key comes back right after it.
 */
export function progressCheckAfter(
  deployment: Deployment,
  status: DeploymentStatus,
  now: Micros,
): Micros | undefined {
  const progressing = conditionOf(deployment.status, PROGRESSING);
  if (!hasProgressDeadline(deployment) || progressing === undefined) return undefined;
  if (progressing.reason === TIMED_OUT || isComplete(deployment, status)) return undefined;
  // A rollout that is through has no deadline any more, whatever it loses later: the real controller looks again and
  // again, and finds nothing to do.
  if (progressing.reason === REPLICA_SET_AVAILABLE) return undefined;
  const remaining = deadlineOf(deployment, progressing) - now;
  return remaining < SECOND ? Math.max(0, remaining) + RATE_LIMITED_DELAY : remaining + SECOND;
}
