import type { Deployment, DeploymentCondition, DeploymentStatus } from '../../core/schema/types.generated.ts';
import { type Micros, rfc3339 } from '../../core/time.ts';

/** The types of a Deployment's conditions, and their reasons (pkg/controller/deployment/util). */
export const PROGRESSING = 'Progressing';
export const AVAILABLE = 'Available';
export const REPLICA_FAILURE = 'ReplicaFailure';

export const NEW_REPLICA_SET = 'NewReplicaSetCreated';
export const FOUND_REPLICA_SET = 'FoundNewReplicaSet';
export const REPLICA_SET_UPDATED = 'ReplicaSetUpdated';
export const REPLICA_SET_CREATE_ERROR = 'ReplicaSetCreateError';
export const REPLICA_SET_AVAILABLE = 'NewReplicaSetAvailable';
export const TIMED_OUT = 'ProgressDeadlineExceeded';
export const PAUSED = 'DeploymentPaused';
export const RESUMED = 'DeploymentResumed';
export const MINIMUM_AVAILABLE = 'MinimumReplicasAvailable';
export const MINIMUM_UNAVAILABLE = 'MinimumReplicasUnavailable';

/** A deadline that means none (`HasProgressDeadline`: math.MaxInt32). */
export const NO_LIMIT = 2_147_483_647;

export function hasProgressDeadline(deployment: Deployment): boolean {
  const seconds = deployment.spec.progressDeadlineSeconds;
  return seconds !== undefined && seconds !== NO_LIMIT;
}

export function conditionOf(status: DeploymentStatus, type: string): DeploymentCondition | undefined {
  return status.conditions?.find((condition) => condition.type === type);
}

export function newCondition(
  type: string,
  status: 'True' | 'False' | 'Unknown',
  reason: string,
  message: string,
  now: Micros,
): DeploymentCondition {
  const time = rfc3339(now);
  return { type, status, lastUpdateTime: time, lastTransitionTime: time, reason, message };
}

/**
 * `SetDeploymentCondition`: nothing where status and reason are as they were; otherwise the condition goes to
 * the end, and keeps its time of transition where its status stays.
 */
export function withCondition(status: DeploymentStatus, condition: DeploymentCondition): DeploymentStatus {
  const current = conditionOf(status, condition.type);
  if (current !== undefined && current.status === condition.status && current.reason === condition.reason) {
    return status;
  }
  const { lastTransitionTime } = current?.status === condition.status ? current : condition;
  const others = status.conditions?.filter(({ type }) => type !== condition.type) ?? [];
  return { ...status, conditions: [...others, { ...condition, lastTransitionTime }] } as DeploymentStatus;
}

/** `RemoveDeploymentCondition` and then `SetDeploymentCondition`: the condition goes to the end, whatever it said. */
export function renewCondition(status: DeploymentStatus, condition: DeploymentCondition): DeploymentStatus {
  const others = status.conditions?.filter(({ type }) => type !== condition.type) ?? [];
  return { ...status, conditions: [...others, condition] } as DeploymentStatus;
}

export function withoutCondition(status: DeploymentStatus, type: string): DeploymentStatus {
  const { conditions } = status;
  if (conditions === undefined || !conditions.some((condition) => condition.type === type)) return status;
  const others = conditions.filter((condition) => condition.type !== type);
  const { conditions: _, ...rest } = status;
  return others.length === 0 ? rest : { ...rest, conditions: others };
}
