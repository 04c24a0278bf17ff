import { keyOf } from '../../../core/api/object.ts';
import { isPodActive, isPodAvailable } from '../../../core/kinds/pod/status.ts';
import { DEPLOYMENT, POD, REPLICA_SET } from '../../../core/kinds/registry.ts';
import type { Deployment } from '../../../core/schema/types.generated.ts';
import type { View } from '../../../core/store/view.ts';
import { DESIRED_REPLICAS, sizeOf } from '../deployments.ts';
import type { Finding, Moment } from '../invariant.ts';

function wrong(deployment: Deployment, { view, now }: Moment): string | undefined {
  const { metadata, spec, status } = deployment;
  if ((status.observedGeneration ?? 0) !== (metadata.generation ?? 0)) {
    return `shows the status of generation ${status.observedGeneration ?? 0}, and has ${metadata.generation}`;
  }
  const pods = view
    .ownedBy(REPLICA_SET, metadata.uid)
    .flatMap((replicaSet) => view.ownedBy(POD, replicaSet.metadata.uid))
    .filter(isPodActive);
  const minReady = spec.minReadySeconds ?? 0;
  const available = pods.filter((pod) => isPodAvailable(pod, minReady, now)).length;
  if ((status.replicas ?? 0) !== pods.length || (status.availableReplicas ?? 0) !== available) {
    return (
      `says ${status.replicas ?? 0} replicas, ${status.availableReplicas ?? 0} available, ` +
      `and has ${pods.length}, ${available} available`
    );
  }
  // The API server refuses pods: a quota is used up, a limit is exceeded.
  if (status.conditions?.some(({ type, status: is }) => type === 'ReplicaFailure' && is === 'True'))
    return undefined;
  // A rollout may wait for a pod that does not come, for as long as it takes.
  if (spec.paused === true || available < pods.length || isStuckScaling(deployment, view)) return undefined;
  const replicas = spec.replicas ?? 1;
  if (pods.length === replicas && (status.updatedReplicas ?? 0) === replicas) return undefined;
  return (
    `has ${pods.length} pods, all available, ${status.updatedReplicas ?? 0} of them of its template, ` +
    `and does not come to its ${replicas}`
  );
}

/**
 * Once such a ReplicaSet is there, the controller takes every turn for one of scaling, which it may not finish: with
 * Recreate, with several ReplicaSets and a rollout under way (kubernetes#125568, kubernetes#138036).
 */
export function isStuckScaling({ metadata, spec }: Deployment, view: View): boolean {
  const desired = String(spec.replicas ?? 1);
  return view.ownedBy(REPLICA_SET, metadata.uid).some((replicaSet) => {
    const annotated = replicaSet.metadata.annotations?.[DESIRED_REPLICAS];
    return sizeOf(replicaSet) > 0 && annotated !== undefined && annotated !== desired;
  });
}

/** Every Deployment tells the truth, and is done unless a pod of it can't start. */
export function deploymentsUnfinished(moment: Moment): readonly Finding[] {
  return moment.view.list(DEPLOYMENT).flatMap((deployment) => {
    if (deployment.metadata.deletionTimestamp !== undefined) {
      if ((deployment.metadata.finalizers ?? []).length > 0) return [];
    }
    const message = wrong(deployment, moment);
    if (message === undefined) return [];
    return [
      {
        kind: DEPLOYMENT,
        key: keyOf(deployment),
        message: `deployment/${deployment.metadata.name} ${message}`,
      },
    ];
  });
}
