import type { Pod, PodCondition } from '../../schema/types.generated.ts';
import { type Micros, parseRfc3339, SECOND } from '../../time.ts';

/** What controllers ask of a pod's status (Kubernetes' `pkg/api/v1/pod` and `controller` helpers). */

export function podCondition(pod: Pod, type: string): PodCondition | undefined {
  const conditions = pod.status.conditions;
  if (conditions === undefined) return undefined;
  for (const condition of conditions) if (condition.type === type) return condition;
  return undefined;
}

export function isPodReady(pod: Pod): boolean {
  return podCondition(pod, 'Ready')?.status === 'True';
}

/**
 * When a ready pod counts, or counted, as available: ready without a break for `minReadySeconds`; `undefined`
 * where it isn't ready.
 */
export function availableSince(pod: Pod, minReadySeconds: number): Micros | undefined {
  const ready = podCondition(pod, 'Ready');
  if (ready?.status !== 'True') return undefined;
  const since = ready.lastTransitionTime === undefined ? undefined : parseRfc3339(ready.lastTransitionTime);
  if (since === undefined) return minReadySeconds === 0 ? 0 : undefined;
  return since + minReadySeconds * SECOND;
}

/**
 * `IsPodAvailable`. A pod is available from the very moment that its time is up, so that a timer set for that
 * moment finds it so.
 */
export function isPodAvailable(pod: Pod, minReadySeconds: number, now: Micros): boolean {
  if (minReadySeconds === 0) return isPodReady(pod);
  const since = availableSince(pod, minReadySeconds);
  return since !== undefined && since <= now;
}

/** Its containers have ended and won't start again. */
export function isPodTerminal(pod: Pod): boolean {
  const phase = pod.status.phase;
  return phase === 'Succeeded' || phase === 'Failed';
}

/** Neither ended nor being deleted: what workload controllers count (`controller.IsPodActive`). */
export function isPodActive(pod: Pod): boolean {
  return !isPodTerminal(pod) && pod.metadata.deletionTimestamp === undefined;
}

export function isPodTerminating(pod: Pod): boolean {
  return !isPodTerminal(pod) && pod.metadata.deletionTimestamp !== undefined;
}

/** Bound to a node. */
export function isPodScheduled(pod: Pod): boolean {
  const nodeName = pod.spec.nodeName;
  return nodeName !== undefined && nodeName !== '';
}
