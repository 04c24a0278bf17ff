import type { KubeObject } from '../../core/api/object.ts';
import { availableSince, isPodReady } from '../../core/kinds/pod/status.ts';
import { DAEMON_SET } from '../../core/kinds/registry.ts';
import type { DaemonSet, DaemonSetStatus, Node } from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';
import type { Request } from '../controller.ts';
import { eligibilityOf } from './daemon-set-eligibility.ts';
import { isUpdated } from './daemon-set-pod.ts';
import { eldest, type NodePods } from './daemon-set-pods.ts';
import { STATUS } from './replica-set-status.ts';

/** What a DaemonSet's nodes come to. */
export interface DaemonCounts {
  readonly desired: number;
  readonly current: number;
  readonly misscheduled: number;
  readonly ready: number;
  readonly available: number;
  readonly updated: number;
  /** When the next ready pod becomes available. */
  readonly nextAvailable: Micros | undefined;
}

/** By nodes, not by pods: of several on one node the eldest counts (`updateDaemonSetStatus`). */
export function countsOf(
  daemonSet: DaemonSet,
  nodes: readonly Node[],
  byNode: NodePods,
  hash: string,
  now: Micros,
): DaemonCounts {
  const { template, minReadySeconds = 0 } = daemonSet.spec;
  let desired = 0;
  let current = 0;
  let misscheduled = 0;
  let ready = 0;
  let available = 0;
  let updated = 0;
  let nextAvailable: Micros | undefined;
  for (const node of nodes) {
    const pods = byNode.get(node.metadata.name);
    if (!eligibilityOf(template, node).shouldRun) {
      if (pods !== undefined) misscheduled += 1;
      continue;
    }
    desired += 1;
    if (pods === undefined) continue;
    current += 1;
    const pod = eldest(pods);
    if (isUpdated(daemonSet, pod, hash)) updated += 1;
    if (!isPodReady(pod)) continue;
    ready += 1;
    const since = minReadySeconds === 0 ? now : availableSince(pod, minReadySeconds);
    if (since === undefined) continue;
    if (since <= now) available += 1;
    else if (nextAvailable === undefined || since < nextAvailable) nextAvailable = since;
  }
  return { desired, current, misscheduled, ready, available, updated, nextAvailable };
}

/** A zero of the API is left out (`omitempty`). */
function nonZero(value: number): number | undefined {
  return value === 0 ? undefined : value;
}

/**
 * The status update that a turn ends with, or nothing where the status says it all. `created` is how many nodes
 * got their first pod that the counts don't hold yet. A turn that could not act, since it doesn't see its own writes yet, has not
 * observed the generation (`updateObservedGen`).
 */
export function statusUpdate(
  daemonSet: DaemonSet,
  counts: DaemonCounts,
  created: number,
  observed: boolean,
): Request | undefined {
  const before: Partial<DaemonSetStatus> = daemonSet.status;
  const { generation } = daemonSet.metadata;
  const current = counts.current + created;
  const updated = counts.updated + created;
  const unavailable = counts.desired - counts.available;
  if (
    before.desiredNumberScheduled === counts.desired &&
    before.currentNumberScheduled === current &&
    before.numberMisscheduled === counts.misscheduled &&
    before.numberReady === counts.ready &&
    (before.updatedNumberScheduled ?? 0) === updated &&
    (before.numberAvailable ?? 0) === counts.available &&
    (before.numberUnavailable ?? 0) === unavailable &&
    (!observed || (before.observedGeneration ?? 0) >= (generation ?? 0))
  ) {
    return undefined;
  }
  // Every key in the order of the schema, so that all statuses keep one hidden class.
  const status = {
    collisionCount: before.collisionCount,
    conditions: before.conditions,
    currentNumberScheduled: current,
    desiredNumberScheduled: counts.desired,
    numberAvailable: nonZero(counts.available),
    numberMisscheduled: counts.misscheduled,
    numberReady: counts.ready,
    numberUnavailable: nonZero(unavailable),
    observedGeneration: observed ? generation : before.observedGeneration,
    updatedNumberScheduled: nonZero(updated),
  } as DaemonSetStatus;
  const object: DaemonSet = { ...daemonSet, status };
  return { verb: 'updateStatus', kind: DAEMON_SET, object, tag: STATUS };
}

/** The counts over what a status says by now. */
export function countsOver(stored: KubeObject, sent: KubeObject): KubeObject {
  const { status } = sent as DaemonSet;
  const { collisionCount, observedGeneration = 0 } = (stored as DaemonSet).status;
  const observed = Math.max(observedGeneration, status.observedGeneration ?? 0);
  const next = { ...stored, status: { ...status, collisionCount, observedGeneration: observed } };
  return next as DaemonSet;
}
