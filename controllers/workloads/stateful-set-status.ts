import { availableSince, isPodAvailable } from '../../core/kinds/pod/status.ts';
import { STATEFUL_SET } from '../../core/kinds/registry.ts';
import type { Pod, StatefulSet, StatefulSetStatus } from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';
import type { Request } from '../controller.ts';
import { STATUS } from './replica-set-status.ts';
import { isRunningAndReady, isTerminating, replicasOf, revisionOf } from './stateful-set-identity.ts';
import type { Revisions } from './stateful-set-revisions.ts';

/** What a StatefulSet's pods come to (`computeReplicaStatus`). */
export interface StatefulCounts {
  readonly replicas: number;
  readonly ready: number;
  readonly available: number;
  readonly current: number;
  readonly updated: number;
  /** When the next ready pod becomes available. */
  readonly nextAvailable: Micros | undefined;
}

export function countsOf(
  set: StatefulSet,
  pods: readonly Pod[],
  { current, update }: Revisions,
  now: Micros,
): StatefulCounts {
  const { minReadySeconds = 0 } = set.spec;
  let ready = 0;
  let available = 0;
  let ofCurrent = 0;
  let ofUpdate = 0;
  let nextAvailable: Micros | undefined;
  for (const pod of pods) {
    if (isRunningAndReady(pod)) {
      ready += 1;
      if (isPodAvailable(pod, minReadySeconds, now)) available += 1;
      else {
        const since = availableSince(pod, minReadySeconds);
        if (since !== undefined) nextAvailable = Math.min(nextAvailable ?? since, since);
      }
    }
    if (isTerminating(pod)) continue;
    const revision = revisionOf(pod);
    if (revision === current.name) ofCurrent += 1;
    if (revision === update.name) ofUpdate += 1;
  }
  return { replicas: pods.length, ready, available, current: ofCurrent, updated: ofUpdate, nextAvailable };
}

/** A zero of the API is left out (`omitempty`). */
function nonZero(value: number): number | undefined {
  return value === 0 ? undefined : value;
}

/**
 * The status update that a turn ends with, or nothing where the status says it all. `replaced` pods of the current
 * revision were deleted in this turn. An update that is through makes its revision the current one
 * (`completeRollingUpdate`, `inconsistentStatus`).
 */
export function statusUpdate(
  set: StatefulSet,
  counts: StatefulCounts,
  revisions: Revisions,
  replaced: number,
): Request | undefined {
  const before: Partial<StatefulSetStatus> = set.status;
  const wanted = replicasOf(set);
  const isComplete =
    set.spec.updateStrategy?.type === 'RollingUpdate' &&
    counts.updated === wanted &&
    counts.ready === wanted &&
    counts.replicas === wanted;
  const current = isComplete ? counts.updated : Math.max(0, counts.current - replaced);
  const currentRevision = isComplete ? revisions.update.name : revisions.current.name;
  const { generation } = set.metadata;
  if (
    before.replicas === counts.replicas &&
    (before.readyReplicas ?? 0) === counts.ready &&
    (before.availableReplicas ?? 0) === counts.available &&
    (before.currentReplicas ?? 0) === current &&
    (before.updatedReplicas ?? 0) === counts.updated &&
    before.currentRevision === currentRevision &&
    before.updateRevision === revisions.update.name &&
    (before.observedGeneration ?? 0) >= (generation ?? 0)
  ) {
    return undefined;
  }
  // Every key in the order of the schema, so that all statuses keep one hidden class.
  const status = {
    availableReplicas: counts.available,
    collisionCount: revisions.collisionCount,
    conditions: before.conditions,
    currentReplicas: nonZero(current),
    currentRevision,
    observedGeneration: generation,
    readyReplicas: nonZero(counts.ready),
    replicas: counts.replicas,
    updateRevision: revisions.update.name,
    updatedReplicas: nonZero(counts.updated),
  } as StatefulSetStatus;
  const object: StatefulSet = { ...set, status };
  return { verb: 'updateStatus', kind: STATEFUL_SET, object, tag: STATUS };
}
