import type { Deployment, DeploymentStatus, ReplicaSet } from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';
import {
  AVAILABLE,
  conditionOf,
  MINIMUM_AVAILABLE,
  MINIMUM_UNAVAILABLE,
  newCondition,
  withCondition,
} from './deployment-conditions.ts';
import { desiredReplicas, fencepostsOf } from './fenceposts.ts';
import {
  actualReplicas,
  availableReplicas,
  readyReplicas,
  terminatingReplicas,
  wantedReplicas,
} from './replica-sets.ts';

/** A zero of the API is left out (`omitempty`). */
function nonZero(value: number): number | undefined {
  return value === 0 ? undefined : value;
}

/** `calculateStatus` of pkg/controller/deployment/sync.go. */
export function calculateStatus(
  deployment: Deployment,
  newReplicaSet: ReplicaSet | undefined,
  all: readonly ReplicaSet[],
  now: Micros,
): DeploymentStatus {
  const available = availableReplicas(all);
  // Every key in the order of the schema, so that all statuses keep one hidden class.
  const status = {
    availableReplicas: nonZero(available),
    collisionCount: deployment.status.collisionCount,
    conditions: deployment.status.conditions,
    observedGeneration: deployment.metadata.generation,
    readyReplicas: nonZero(readyReplicas(all)),
    replicas: nonZero(actualReplicas(all)),
    terminatingReplicas: terminatingReplicas(all),
    unavailableReplicas: nonZero(Math.max(0, wantedReplicas(all) - available)),
    updatedReplicas: nonZero(newReplicaSet === undefined ? 0 : (newReplicaSet.status.replicas ?? 0)),
  } as DeploymentStatus;
  const isAvailable = available >= desiredReplicas(deployment) - fencepostsOf(deployment).maxUnavailable;
  const current = conditionOf(status, AVAILABLE);
  // Said already, as nearly always: not even the condition is made.
  if (
    current?.status === (isAvailable ? 'True' : 'False') &&
    current.reason === (isAvailable ? MINIMUM_AVAILABLE : MINIMUM_UNAVAILABLE)
  ) {
    return status;
  }
  return withCondition(
    status,
    isAvailable
      ? newCondition(AVAILABLE, 'True', MINIMUM_AVAILABLE, 'Deployment has minimum availability.', now)
      : newCondition(
          AVAILABLE,
          'False',
          MINIMUM_UNAVAILABLE,
          'Deployment does not have minimum availability.',
          now,
        ),
  );
}

/** Every pod is of the new template and available, and no old one is left (`DeploymentComplete`). */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const desired = desiredReplicas(deployment);
  return (
    (status.updatedReplicas ?? 0) === desired &&
    (status.replicas ?? 0) === desired &&
    (status.availableReplicas ?? 0) === desired &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

/** Whether the new status is further on than the one before (`DeploymentProgressing`). */
export function isProgress(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const updatedBefore = before.updatedReplicas ?? 0;
  const updatedAfter = after.updatedReplicas ?? 0;
  const oldBefore = (before.replicas ?? 0) - updatedBefore;
  const oldAfter = (after.replicas ?? 0) - updatedAfter;
  return (
    updatedAfter > updatedBefore ||
    oldAfter < oldBefore ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}
