import { DEPLOYMENT, REPLICA_SET } from '../../core/kinds/registry.ts';
import type { EventRecord } from '../../core/log/record.ts';
import type { Deployment, ReplicaSet } from '../../core/schema/types.generated.ts';
import { boundsOf, DEPLOYMENT_CONTROLLER, deploymentOf, sizeOf } from './deployments.ts';
import type { Finding, Invariant, Moment, Watcher } from './invariant.ts';
import { VersionsByUid } from './versions.ts';

class SurgeWatcher implements Watcher {
  readonly kinds = [DEPLOYMENT, REPLICA_SET];
  /** The most pods that there may be, by the uid of the Deployment. */
  private readonly most = new VersionsByUid<number>();
  private readonly sizes = new VersionsByUid<number>();

  observe(record: EventRecord, moment: Moment): readonly Finding[] | undefined {
    const { kind, next, previous, rv, cause, actor } = record;
    if (kind === DEPLOYMENT) {
      if (next === undefined) this.most.forget((previous as Deployment).metadata.uid);
      else if ((next as Deployment).spec !== (previous as Deployment | undefined)?.spec) {
        this.most.push(next.metadata.uid, { rv, cause, actor, value: boundsOf(next as Deployment).podsMax });
      }
      return undefined;
    }
    if (next === undefined) {
      this.sizes.forget((previous as ReplicaSet).metadata.uid);
      return undefined;
    }
    const value = sizeOf(next as ReplicaSet);
    const before = this.sizes.get(next.metadata.uid)?.last ?? 0;
    if (previous !== undefined && value === before) return undefined;
    // Before it was there, it wanted none: what a cache may still say.
    if (previous === undefined) this.sizes.push(next.metadata.uid, { rv: 0, cause: 0, actor: '', value: 0 });
    this.sizes.push(next.metadata.uid, { rv, cause, actor, value });
    if (actor !== DEPLOYMENT_CONTROLLER || value <= before) return undefined;
    return this.judge(record, next as ReplicaSet, before, moment);
  }

  /** The Deployment controller wants more pods: how many does it want in all, as far as it may have known? */
  private judge(
    { key, actor, cause }: EventRecord,
    replicaSet: ReplicaSet,
    before: number,
    { view }: Moment,
  ): readonly Finding[] | undefined {
    const deployment = deploymentOf(replicaSet, view);
    if (deployment === undefined) return undefined;
    const allowed = this.most.get(deployment.metadata.uid)?.knownTo(actor, cause);
    if (allowed === undefined || allowed.length === 0) return undefined;
    let total = sizeOf(replicaSet);
    for (const other of view.ownedBy(REPLICA_SET, deployment.metadata.uid)) {
      if (other.metadata.uid === replicaSet.metadata.uid) continue;
      const known = this.sizes.get(other.metadata.uid)?.knownTo(actor, cause);
      if (known === undefined) return undefined;
      total += known.length === 0 ? 0 : Math.min(...known.map((version) => version.value));
    }
    const most = Math.max(...allowed.map((version) => version.value));
    if (total <= most) return undefined;
    const message =
      `replicaset/${replicaSet.metadata.name} was scaled up from ${before} to ${sizeOf(replicaSet)}, so that ` +
      `deployment/${deployment.metadata.name} wants ${total} pods: at most ${most} are allowed`;
    return [{ kind: REPLICA_SET, key, message }];
  }
}

/** I8. */
export const deploymentSurge: Invariant = {
  name: 'deployment-surge',
  rule: 'A Deployment never wants more than replicas + maxSurge pods.',
  source:
    'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#max-surge; NewRSNewReplicas of pkg/controller/deployment/util',
  exemptions: [
    'Pods that an old ReplicaSet has not taken away yet: the controller counts what its ReplicaSets want, not what there is (that they have no more than that is replicaset-count).',
    'A ReplicaSet that its cache could not show yet: it made that one itself, and has no expectations of ReplicaSets.',
    'A smaller number or surge that its cache could not show yet.',
    'ReplicaSets that somebody else scaled: only what the Deployment controller adds is judged.',
  ],
  watch: () => new SurgeWatcher(),
};
