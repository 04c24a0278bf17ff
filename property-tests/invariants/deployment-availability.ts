import { DEPLOYMENT, REPLICA_SET } from '../../core/kinds/registry.ts';
import type { EventRecord } from '../../core/log/record.ts';
import type { Deployment, ReplicaSet } from '../../core/schema/types.generated.ts';
import { boundsOf, DEPLOYMENT_CONTROLLER, DESIRED_REPLICAS, deploymentOf, sizeOf } from './deployments.ts';
import type { Finding, Invariant, Moment, Watcher } from './invariant.ts';
import { VersionsByUid } from './versions.ts';

interface Counted {
  readonly size: number;
  readonly available: number;
}

class AvailabilityWatcher implements Watcher {
  readonly kinds = [DEPLOYMENT, REPLICA_SET];
  /** The least that must be available, by the uid of the Deployment. */
  private readonly least = new VersionsByUid<number>();
  private readonly replicaSets = new VersionsByUid<Counted>();

  observe(record: EventRecord, moment: Moment): readonly Finding[] | undefined {
    const { kind, next, previous, rv, cause, actor } = record;
    if (kind === DEPLOYMENT) {
      if (next === undefined) this.least.forget((previous as Deployment).metadata.uid);
      else if ((next as Deployment).spec !== (previous as Deployment | undefined)?.spec) {
        const value = boundsOf(next as Deployment).availableMin;
        this.least.push(next.metadata.uid, { rv, cause, actor, value });
      }
      return undefined;
    }
    if (next === undefined) {
      this.replicaSets.forget((previous as ReplicaSet).metadata.uid);
      return undefined;
    }
    const replicaSet = next as ReplicaSet;
    const value: Counted = { size: sizeOf(replicaSet), available: replicaSet.status.availableReplicas ?? 0 };
    const before = this.replicaSets.get(next.metadata.uid)?.last;
    if (before?.size === value.size && before.available === value.available) return undefined;
    this.replicaSets.push(next.metadata.uid, { rv, cause, actor, value });
    if (actor !== DEPLOYMENT_CONTROLLER || previous === undefined || value.size >= (before?.size ?? 0)) {
      return undefined;
    }
    return this.judge(record, previous as ReplicaSet, replicaSet, moment);
  }

  /** The Deployment controller took pods from a ReplicaSet: what stays available of what it may have known? */
  private judge(
    { key, actor, cause }: EventRecord,
    previous: ReplicaSet,
    next: ReplicaSet,
    { view }: Moment,
  ): readonly Finding[] | undefined {
    const rescaled =
      previous.metadata.annotations?.[DESIRED_REPLICAS] !== next.metadata.annotations?.[DESIRED_REPLICAS];
    const deployment = deploymentOf(next, view);
    if (rescaled || deployment === undefined) return undefined;
    const available = previous.status.availableReplicas ?? 0;
    const left = Math.min(available, sizeOf(next));
    if (left >= Math.min(available, sizeOf(previous))) return undefined;
    const required = this.least.get(deployment.metadata.uid)?.knownTo(actor, cause);
    if (required === undefined || required.length === 0) return undefined;
    let total = left;
    for (const other of view.ownedBy(REPLICA_SET, deployment.metadata.uid)) {
      if (other.metadata.uid === next.metadata.uid) continue;
      const known = this.replicaSets.get(other.metadata.uid)?.knownTo(actor, cause);
      if (known === undefined) return undefined;
      // Pods that it still has beyond its size count, as its status does, unless this turn has taken them away.
      const left = known.map(({ value, ...version }) =>
        version.actor === actor && version.cause === cause
          ? Math.min(value.available, value.size)
          : value.available,
      );
      total += Math.max(0, ...left);
    }
    const least = Math.min(...required.map(({ value }) => value));
    if (total >= least) return undefined;
    const message =
      `replicaset/${next.metadata.name} was scaled down from ${sizeOf(previous)} to ${sizeOf(next)}, which leaves ` +
      `${total} available pods of deployment/${deployment.metadata.name}: at least ${least} must be available`;
    return [{ kind: REPLICA_SET, key, message }];
  }
}

/** I7. */
export const deploymentAvailability: Invariant = {
  name: 'deployment-availability',
  rule: 'A rollout takes no available pod away when fewer than replicas − maxUnavailable would be left.',
  source:
    'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#max-unavailable; pkg/controller/deployment/rolling.go',
  exemptions: [
    'Pods lost by faults, evictions, deletions by users and lost nodes: only what the Deployment controller takes away is judged.',
    'A loss that its cache could not show yet: it counts by the status of its ReplicaSets.',
    'Pods that a ReplicaSet is still to take away: they count as available until then, as its status says.',
    'A change of spec.replicas, which is shared out among ReplicaSets in proportion, available or not.',
    'The strategy Recreate.',
  ],
  watch: () => new AvailabilityWatcher(),
};
