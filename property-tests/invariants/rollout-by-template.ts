import { equalValues } from '../../core/api/equal.ts';
import { controllerOf, keyOf } from '../../core/api/object.ts';
import { DEPLOYMENT, REPLICA_SET } from '../../core/kinds/registry.ts';
import type { EventRecord } from '../../core/log/record.ts';
import type { Deployment, PodTemplateSpec, ReplicaSet } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { isStuckScaling } from './at-rest/deployments.ts';
import { DEPLOYMENT_CONTROLLER, deploymentOf } from './deployments.ts';
import type { Finding, Invariant, Moment, Watcher } from './invariant.ts';
import { VersionsByUid } from './versions.ts';

/** The label by which a Deployment tells the pods of its ReplicaSets apart. */
const HASH_LABEL = 'pod-template-hash';

function isSameTemplate(ofReplicaSet: PodTemplateSpec | undefined, wanted: PodTemplateSpec): boolean {
  const { labels, ...metadata } = ofReplicaSet?.metadata ?? {};
  const { [HASH_LABEL]: _, ...plain } = labels ?? {};
  const { labels: wantedLabels, ...wantedMetadata } = wanted.metadata ?? {};
  const { [HASH_LABEL]: __, ...wantedPlain } = wantedLabels ?? {};
  return (
    equalValues(ofReplicaSet?.spec, wanted.spec) &&
    equalValues(plain, wantedPlain) &&
    equalValues(metadata, wantedMetadata)
  );
}

function lacksReplicaSet(deployment: Deployment, view: View): boolean {
  const { metadata, spec } = deployment;
  if (metadata.deletionTimestamp !== undefined || spec.paused === true) return false;
  const own = view.ownedBy(REPLICA_SET, metadata.uid);
  return (
    !own.some((replicaSet) => isSameTemplate(replicaSet.spec.template, spec.template)) &&
    !isStuckScaling(deployment, view)
  );
}

interface Ownership {
  readonly ownerUid: string | undefined;
  readonly since: number;
}

class RolloutWatcher implements Watcher {
  readonly kinds = [DEPLOYMENT, REPLICA_SET];
  private readonly templates = new VersionsByUid<PodTemplateSpec>();
  /** By the uid of the ReplicaSet. */
  private readonly owned = new Map<string, Ownership>();

  observe(record: EventRecord, moment: Moment): readonly Finding[] | undefined {
    const { kind, next, previous, verb, rv, cause, actor } = record;
    if (kind === DEPLOYMENT) {
      if (next === undefined) this.templates.forget((previous as Deployment).metadata.uid);
      else if ((next as Deployment).spec.template !== (previous as Deployment | undefined)?.spec.template) {
        const value = (next as Deployment).spec.template;
        this.templates.push(next.metadata.uid, { rv, cause, actor, value });
      }
      return undefined;
    }
    if (next === undefined) {
      this.owned.delete((previous as ReplicaSet).metadata.uid);
      return undefined;
    }
    const ownerUid = controllerOf(next)?.uid;
    const known = this.owned.get(next.metadata.uid);
    if (known?.ownerUid !== ownerUid || known === undefined) {
      this.owned.set(next.metadata.uid, { ownerUid, since: rv });
    }
    if (verb !== 'create' || actor !== DEPLOYMENT_CONTROLLER) return undefined;
    return this.judge(record, next as ReplicaSet, moment);
  }

  /** A rollout begins. */
  private judge(
    { key, actor, cause }: EventRecord,
    created: ReplicaSet,
    { view }: Moment,
  ): readonly Finding[] | undefined {
    const deployment = deploymentOf(created, view);
    if (deployment === undefined) return undefined;
    const { uid, name } = deployment.metadata;
    const templates = this.templates.get(uid)?.knownTo(actor, cause);
    if (templates === undefined) return undefined;
    if (!templates.some(({ value }) => isSameTemplate(created.spec.template, value))) {
      const message = `replicaset/${created.metadata.name} was made for a template that deployment/${name} does not have`;
      return [{ kind: REPLICA_SET, key, message }];
    }
    for (const other of view.ownedBy(REPLICA_SET, uid)) {
      if (other.metadata.uid === created.metadata.uid || other.metadata.deletionTimestamp !== undefined)
        continue;
      const since = this.owned.get(other.metadata.uid)?.since ?? Number.POSITIVE_INFINITY;
      if (since > cause || !isSameTemplate(other.spec.template, created.spec.template as PodTemplateSpec))
        continue;
      const message =
        `replicaset/${created.metadata.name} was made for deployment/${name}, which has ` +
        `replicaset/${other.metadata.name} with the same template`;
      return [{ kind: REPLICA_SET, key, message }];
    }
    return undefined;
  }

  atRest({ view }: Moment): readonly Finding[] {
    return view
      .list(DEPLOYMENT)
      .filter((deployment) => lacksReplicaSet(deployment, view))
      .map((deployment) => ({
        kind: DEPLOYMENT,
        key: keyOf(deployment),
        message: `deployment/${deployment.metadata.name} has no ReplicaSet of its template: its rollout has not begun`,
      }));
  }
}

/** I9. */
export const rolloutByTemplate: Invariant = {
  name: 'rollout-by-template',
  rule: 'A rollout begins if and only if the pod template changed: one ReplicaSet for each template.',
  source: 'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#updating-a-deployment',
  exemptions: [
    'A paused Deployment begins none.',
    'A Deployment that is stuck in scaling, as Kubernetes is too: Recreate, and resized amid a rollout (kubernetes#125568).',
    'A return to a template whose ReplicaSet is still there takes that one.',
    'A ReplicaSet of the same template that was adopted since, or is going: the controller could not take it.',
  ],
  watch: () => new RolloutWatcher(),
};
