import type { KubeObject } from '../../core/api/object.ts';
import { REPLICA_SET } from '../../core/kinds/registry.ts';
import type { ReplicaSet, ReplicaSetCondition, ReplicaSetStatus } from '../../core/schema/types.generated.ts';
import { type Micros, rfc3339 } from '../../core/time.ts';
import type { Reaction, Request, RequestResult } from '../controller.ts';
import type { Tally } from './tally.ts';

/** The tag of a status update. */
export const STATUS = 'status';

const REPLICA_FAILURE = 'ReplicaFailure';

/** What went wrong with pods in this turn. */
export interface ManageFailure {
  readonly reason: 'FailedCreate' | 'FailedDelete';
  readonly message: string;
}

/** A zero of the API is left out (`omitempty`). */
function nonZero(value: number): number | undefined {
  return value === 0 ? undefined : value;
}

/** A failure that is reported stays as it was first told; one that is over is taken off. */
function conditionsAfter(
  conditions: readonly ReplicaSetCondition[] | undefined,
  failure: ManageFailure | undefined,
  now: Micros,
): readonly ReplicaSetCondition[] | undefined {
  const reported = conditions?.some(({ type }) => type === REPLICA_FAILURE) ?? false;
  if (failure !== undefined && !reported) {
    const condition: ReplicaSetCondition = {
      type: REPLICA_FAILURE,
      status: 'True',
      lastTransitionTime: rfc3339(now),
      reason: failure.reason,
      message: failure.message,
    };
    return [...(conditions ?? []), condition];
  }
  if (failure === undefined && reported) {
    const others = conditions?.filter(({ type }) => type !== REPLICA_FAILURE) ?? [];
    return others.length === 0 ? undefined : others;
  }
  return conditions;
}

/**
 * The status update that a turn ends with, or nothing where the status says it all (`calculateStatus` and
 * `updateReplicaSetStatus` of pkg/controller/replicaset). The counts are those from before the turn's own
 * creations and deletions.
 */
export function statusUpdate(
  replicaSet: ReplicaSet,
  tally: Tally,
  failure: ManageFailure | undefined,
  now: Micros,
): Request | undefined {
  const before: Partial<ReplicaSetStatus> = replicaSet.status;
  const conditions = conditionsAfter(before.conditions, failure, now);
  if (
    before.replicas === tally.active &&
    (before.fullyLabeledReplicas ?? 0) === tally.fullyLabeled &&
    (before.readyReplicas ?? 0) === tally.ready &&
    (before.availableReplicas ?? 0) === tally.available &&
    before.terminatingReplicas === tally.terminating &&
    before.observedGeneration === replicaSet.metadata.generation &&
    before.conditions === conditions
  ) {
    return undefined;
  }
  // Every key in the order of the schema, so that all statuses keep one hidden class.
  const status: ReplicaSetStatus = {
    availableReplicas: nonZero(tally.available),
    conditions,
    fullyLabeledReplicas: nonZero(tally.fullyLabeled),
    observedGeneration: replicaSet.metadata.generation,
    readyReplicas: nonZero(tally.ready),
    replicas: tally.active,
    terminatingReplicas: tally.terminating,
  } as ReplicaSetStatus;
  const { apiVersion, kind, metadata, spec } = replicaSet;
  const object: ReplicaSet = { apiVersion, kind, metadata, spec, status };
  return { verb: 'updateStatus', kind: REPLICA_SET, object, tag: STATUS };
}

interface WithStatus extends KubeObject {
  readonly status?: unknown;
}

function withStatusOf(stored: KubeObject, sent: KubeObject): KubeObject {
  const next: WithStatus = { ...stored, status: (sent as WithStatus).status };
  return next;
}

/**
 * After a conflict the real controllers read the object afresh and write the same status once more
 * (`statusUpdateRetries`), or what `over` makes of both.
 */
export function statusAnswered<M>(
  memory: M | undefined,
  { request, result }: RequestResult,
  over: (stored: KubeObject, sent: KubeObject) => KubeObject = withStatusOf,
): Reaction<M> | undefined {
  if (result.ok || result.status.reason !== 'Conflict' || request.verb !== 'updateStatus') return undefined;
  const { kind, object } = request;
  const retry: Request = {
    verb: 'patch',
    kind,
    namespace: object.metadata.namespace,
    name: object.metadata.name,
    subresource: 'status',
    change: (stored) => over(stored, object),
  };
  return { memory, requests: [retry] };
}
