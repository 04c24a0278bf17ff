import { keyOf } from '../../../core/api/object.ts';
import { isPodActive, isPodAvailable } from '../../../core/kinds/pod/status.ts';
import { DEPLOYMENT, POD, REPLICA_SET } from '../../../core/kinds/registry.ts';
import type { Deployment } from '../../../core/schema/types.generated.ts';
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
  // A rollout may wait for a pod that does not come, for as long as it takes.
  if (spec.paused === true || available < pods.length) return undefined;
  const replicas = spec.replicas ?? 1;
  if (pods.length === replicas && (status.updatedReplicas ?? 0) === replicas) return undefined;
  return (
    `has ${pods.length} pods, all available, ${status.updatedReplicas ?? 0} of them of its template, ` +
    `and does not come to its ${replicas}`
  );
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
