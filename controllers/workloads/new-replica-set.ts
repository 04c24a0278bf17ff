import type { NewObject } from '../../core/api/object.ts';
import { DEPLOYMENT, REPLICA_SET } from '../../core/kinds/registry.ts';
import type { Deployment, ReplicaSet } from '../../core/schema/types.generated.ts';
import { controllerReference } from './claim.ts';
import {
  conditionOf,
  FOUND_REPLICA_SET,
  hasProgressDeadline,
  NEW_REPLICA_SET,
  newCondition,
  PROGRESSING,
  withCondition,
} from './deployment-conditions.ts';
import { desiredReplicas, fencepostsOf, isRollingUpdate } from './fenceposts.ts';
import { findNewReplicaSet, replicasOf, wantedReplicas } from './replica-sets.ts';
import { maxRevision, REVISION, withReplicasAnnotations, withRevision } from './revisions.ts';
import {
  type Rollout,
  recordEvent,
  setStatus,
  updateReplicaSet,
  updateStatus,
  withAnnotations,
} from './rollout.ts';
import { POD_TEMPLATE_HASH, templateHash } from './template-hash.ts';

/** The tag of a new ReplicaSet's creation. */
export const CREATE_REPLICA_SET = 'create-replica-set';

/** The longest name of a ReplicaSet: a DNS subdomain (apimachinery `DNS1123SubdomainMaxLength`). */
const NAME_MAX_LENGTH = 253;

/** The ReplicaSets of a Deployment: the one of its present template, if there is one, and the others. */
export interface Generations {
  readonly current: ReplicaSet | undefined;
  readonly old: readonly ReplicaSet[];
}

export function allOf({ current, old }: Generations): readonly ReplicaSet[] {
  return current === undefined ? old : [...old, current];
}

/** The size of the new ReplicaSet, as far as the surge allows (`NewRSNewReplicas`). */
export function newReplicaSetSize(deployment: Deployment, size: number, total: number): number {
  const desired = desiredReplicas(deployment);
  if (!isRollingUpdate(deployment)) return desired;
  const max = desired + fencepostsOf(deployment).maxSurge;
  return total >= max ? size : size + Math.min(max - total, desired - size);
}

function replicaSetName(deploymentName: string, hash: string): string {
  return `${deploymentName.slice(0, NAME_MAX_LENGTH - 1 - hash.length)}-${hash}`;
}

function replicaSetFor(
  deployment: Deployment,
  old: readonly ReplicaSet[],
  revision: number,
): NewObject<ReplicaSet> {
  const { template, selector, minReadySeconds } = deployment.spec;
  const hash = templateHash(template, deployment.status.collisionCount);
  const labels = { ...template.metadata?.labels, [POD_TEMPLATE_HASH]: hash };
  const annotations = withReplicasAnnotations(withRevision(undefined, deployment, revision), deployment);
  return {
    apiVersion: REPLICA_SET.apiVersion,
    kind: REPLICA_SET.kind,
    metadata: {
      name: replicaSetName(deployment.metadata.name, hash),
      ...(deployment.metadata.namespace === undefined ? {} : { namespace: deployment.metadata.namespace }),
      labels,
      annotations,
      ownerReferences: [controllerReference(DEPLOYMENT, deployment)],
    },
    spec: {
      replicas: newReplicaSetSize(deployment, 0, wantedReplicas(old)),
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [POD_TEMPLATE_HASH]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

/** `SetDeploymentRevision`. */
function setRevision(rollout: Rollout, revision: string | undefined): boolean {
  const { deployment } = rollout;
  const text = revision ?? '';
  if (deployment.metadata.annotations?.[REVISION] === text) return false;
  const annotations = { ...deployment.metadata.annotations, [REVISION]: text };
  rollout.deployment = { ...deployment, metadata: { ...deployment.metadata, annotations } };
  return true;
}

function setProgressing(rollout: Rollout, reason: string, message: string): void {
  const condition = newCondition(PROGRESSING, 'True', reason, message, rollout.now);
  setStatus(rollout, withCondition(rollout.deployment.status, condition));
}

function syncExisting(rollout: Rollout, existing: ReplicaSet, revision: number): ReplicaSet {
  const { deployment } = rollout;
  const annotations = withRevision(existing.metadata.annotations, deployment, revision);
  const minReadySeconds = deployment.spec.minReadySeconds ?? 0;
  const otherMinReady = (existing.spec.minReadySeconds ?? 0) !== minReadySeconds;
  if (annotations !== existing.metadata.annotations || otherMinReady) {
    const annotated = withAnnotations(existing, annotations);
    return updateReplicaSet(
      rollout,
      otherMinReady ? { ...annotated, spec: { ...annotated.spec, minReadySeconds } } : annotated,
    );
  }
  let needsUpdate = setRevision(rollout, existing.metadata.annotations?.[REVISION]);
  if (hasProgressDeadline(deployment) && conditionOf(deployment.status, PROGRESSING) === undefined) {
    setProgressing(rollout, FOUND_REPLICA_SET, `Found new replica set "${existing.metadata.name}"`);
    needsUpdate = true;
  }
  if (needsUpdate) updateStatus(rollout);
  return existing;
}

/** What is created, as far as the rest of the turn looks at it. */
function asCreated(created: NewObject<ReplicaSet>): ReplicaSet {
  return { ...created, status: { replicas: 0 } } as unknown as ReplicaSet;
}

/**
 * The new ReplicaSet and the old ones (`getAllReplicaSetsAndSyncRevision`, `getNewReplicaSet`): the one of the
 * present template gets the next revision where an older one has overtaken it, and is created where it is
 * missing and `create` says so.
 */
export function syncRevision(
  rollout: Rollout,
  replicaSets: readonly ReplicaSet[],
  create: boolean,
): Generations {
  const existing = findNewReplicaSet(rollout.deployment, replicaSets);
  const old =
    existing === undefined ? replicaSets : replicaSets.filter((replicaSet) => replicaSet !== existing);
  const revision = maxRevision(old) + 1;
  if (existing !== undefined) return { current: syncExisting(rollout, existing, revision), old };
  if (!create) return { current: undefined, old };

  const object = replicaSetFor(rollout.deployment, old, revision);
  const current = asCreated(object);
  const { name } = current.metadata;
  rollout.requests.push({ verb: 'create', kind: REPLICA_SET, object, tag: CREATE_REPLICA_SET });
  const size = replicasOf(current);
  if (size > 0) {
    recordEvent(rollout, 'Normal', 'ScalingReplicaSet', `Scaled up replica set ${name} from 0 to ${size}`);
  }
  let needsUpdate = setRevision(rollout, String(revision));
  if (hasProgressDeadline(rollout.deployment)) {
    setProgressing(rollout, NEW_REPLICA_SET, `Created new replica set "${name}"`);
    needsUpdate = true;
  }
  if (needsUpdate) updateStatus(rollout);
  return { current, old };
}
