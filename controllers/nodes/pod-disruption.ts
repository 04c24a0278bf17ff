import type { Pod, PodCondition } from '../../core/schema/types.generated.ts';
import { type Micros, rfc3339 } from '../../core/time.ts';

/** What the controllers that take pods off nodes write into pods' status. */

/**
 * The pod with one of its conditions set (`pkg/api/v1/pod`, `UpdatePodCondition`); the very same pod where it
 * was set already. The transition time moves with the status alone.
 */
export function withPodCondition(pod: Pod, condition: PodCondition, now: Micros): Pod {
  const conditions = pod.status.conditions ?? [];
  const place = conditions.findIndex(({ type }) => type === condition.type);
  const old = conditions[place];
  if (
    old?.status === condition.status &&
    old.reason === condition.reason &&
    old.message === condition.message
  ) {
    return pod;
  }
  const lastTransitionTime = old?.status === condition.status ? old.lastTransitionTime : rfc3339(now);
  // Conditions carry the generation they were made for where the pod's status does (KEP-5067).
  const observed =
    pod.status.observedGeneration === undefined ? {} : { observedGeneration: pod.metadata.generation };
  const next = { ...old, ...condition, ...observed, lastTransitionTime };
  const all = old === undefined ? [...conditions, next] : conditions.with(place, next);
  return { ...pod, status: { ...pod.status, conditions: all } };
}

/** `v1.DisruptionTarget`: this pod is about to end for a reason outside itself. */
export function withDisruptionTarget(pod: Pod, reason: string, message: string, now: Micros): Pod {
  return withPodCondition(pod, { type: 'DisruptionTarget', status: 'True', reason, message }, now);
}
