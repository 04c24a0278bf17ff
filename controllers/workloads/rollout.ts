import { keyOf, type StringMap } from '../../core/api/object.ts';
import { DEPLOYMENT, REPLICA_SET } from '../../core/kinds/registry.ts';
import type { Deployment, DeploymentStatus, ReplicaSet } from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';
import type { EventRequest, Request } from '../controller.ts';
import { desiredReplicas } from './fenceposts.ts';
import { replicasOf } from './replica-sets.ts';
import { DESIRED_REPLICAS, withReplicasAnnotations } from './revisions.ts';

/** The tag of a ReplicaSet's update that builds on what an earlier update of the same turn returned. */
const FRESH = 'fresh';

/**
 * One turn of a Deployment while it is being worked out: the requests so far, in the order in which the real
 * controller sends them, and the Deployment with what the turn has written into it. Its resourceVersion stays
 * that of the view, as in the real controller: a second status update of one turn is refused as a conflict,
 * and the key comes back.
 */
export interface Rollout {
  readonly now: Micros;
  readonly requests: Request[];
  deployment: Deployment;
  /** The ReplicaSets that this turn has updated, as the updates return them, by uid. */
  returned: Map<string, ReplicaSet> | undefined;
  /** Why the turn ended early, by its own decision. */
  error: string | undefined;
}

export function rolloutOf(deployment: Deployment, now: Micros): Rollout {
  return { now, requests: [], deployment, returned: undefined, error: undefined };
}

export function recordEvent(
  rollout: Rollout,
  eventType: EventRequest['eventType'],
  reason: string,
  message: string,
): void {
  rollout.requests.push({ verb: 'event', regarding: rollout.deployment, eventType, reason, message });
}

/** `UpdateStatus` of the Deployment as the turn has it, annotations with it. */
export function updateStatus(rollout: Rollout): void {
  rollout.requests.push({ verb: 'updateStatus', kind: DEPLOYMENT, object: rollout.deployment });
}

export function setStatus(rollout: Rollout, status: DeploymentStatus): void {
  const { apiVersion, kind, metadata, spec, status: before } = rollout.deployment;
  if (status !== before) rollout.deployment = { apiVersion, kind, metadata, spec, status };
}

/** Update a ReplicaSet; returns it as the API server will. */
export function updateReplicaSet(rollout: Rollout, next: ReplicaSet): ReplicaSet {
  const again = rollout.returned?.has(next.metadata.uid) === true;
  rollout.requests.push({
    verb: 'update',
    kind: REPLICA_SET,
    object: next,
    ...(again ? { tag: FRESH } : {}),
  });
  rollout.returned ??= new Map();
  rollout.returned.set(next.metadata.uid, next);
  return next;
}

export function withAnnotations(replicaSet: ReplicaSet, annotations: StringMap | undefined): ReplicaSet {
  if (annotations === replicaSet.metadata.annotations) return replicaSet;
  const { annotations: _, ...rest } = replicaSet.metadata;
  return { ...replicaSet, metadata: annotations === undefined ? rest : { ...rest, annotations } };
}

/** A ReplicaSet as the turn left it last. */
export function latest(rollout: Rollout, replicaSet: ReplicaSet): ReplicaSet {
  return rollout.returned?.get(replicaSet.metadata.uid) ?? replicaSet;
}

/**
 * Give a ReplicaSet another size, and the annotations that say for which size of the Deployment it was made
 * (`scaleReplicaSet`). Whether its size changes.
 */
export function scaleReplicaSet(rollout: Rollout, replicaSet: ReplicaSet, size: number): boolean {
  const before = replicasOf(replicaSet);
  const annotations = withReplicasAnnotations(replicaSet.metadata.annotations, rollout.deployment);
  const resized = before !== size;
  if (!resized && annotations === replicaSet.metadata.annotations) return false;
  const annotated = withAnnotations(replicaSet, annotations);
  updateReplicaSet(rollout, { ...annotated, spec: { ...annotated.spec, replicas: size } });
  if (resized) {
    const direction = before < size ? 'up' : 'down';
    recordEvent(
      rollout,
      'Normal',
      'ScalingReplicaSet',
      `Scaled ${direction} replica set ${replicaSet.metadata.name} from ${before} to ${size}`,
    );
  }
  return resized;
}

/** `scaleReplicaSetAndRecordEvent`: nothing where the size is right already. */
export function resizeReplicaSet(rollout: Rollout, replicaSet: ReplicaSet, size: number): boolean {
  return replicasOf(replicaSet) !== size && scaleReplicaSet(rollout, replicaSet, size);
}

/** `IsSaturated`: the new ReplicaSet alone makes up the whole Deployment, and was scaled for its size. */
export function isSaturated(deployment: Deployment, replicaSet: ReplicaSet | undefined): boolean {
  if (replicaSet === undefined) return false;
  const desired = desiredReplicas(deployment);
  const annotated = replicaSet.metadata.annotations?.[DESIRED_REPLICAS];
  return (
    replicasOf(replicaSet) === desired &&
    annotated === String(desired) &&
    (replicaSet.status.availableReplicas ?? 0) === desired
  );
}

/** A turn's requests up to the first whose result a later one builds on, and those later ones. */
export interface Steps {
  readonly send: readonly Request[];
  readonly later: readonly Request[];
}

/** The tag of an update whose result the rest of the turn waits for. */
export const AWAITED = 'awaited';

function replicaSetKey(request: Request): string | undefined {
  return request.verb === 'update' && request.kind === REPLICA_SET ? keyOf(request.object) : undefined;
}

export function stepsOf(requests: readonly Request[]): Steps {
  for (let i = 0; i < requests.length; i += 1) {
    const request = requests[i] as Request;
    const key = replicaSetKey(request);
    if (key === undefined || request.verb !== 'update') continue;
    const later = requests.slice(i + 1);
    const isBuiltOn = later.some(
      (other) => other.verb === 'update' && other.tag === FRESH && replicaSetKey(other) === key,
    );
    if (isBuiltOn) return { send: [...requests.slice(0, i), { ...request, tag: AWAITED }], later };
  }
  return { send: requests, later: [] };
}

/** The rest of a turn, now that an update has returned `stored`: later updates of it start from that version. */
export function resumed(later: readonly Request[], stored: ReplicaSet): Steps {
  const key = keyOf(stored);
  const { resourceVersion } = stored.metadata;
  return stepsOf(
    later.map((request) =>
      request.verb === 'update' && request.tag === FRESH && replicaSetKey(request) === key
        ? {
            ...request,
            object: { ...request.object, metadata: { ...request.object.metadata, resourceVersion } },
          }
        : request,
    ),
  );
}
