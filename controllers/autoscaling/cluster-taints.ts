import type { Node, Taint } from '../../core/schema/types.generated.ts';
import { type Micros, SECOND } from '../../core/time.ts';

/** On a node that is being removed: nothing new comes here. */
export const TO_BE_DELETED = 'ToBeDeletedByClusterAutoscaler';
/** On a node that may be removed: what can goes elsewhere. */
export const DELETION_CANDIDATE = 'DeletionCandidateOfClusterAutoscaler';

export function hasTaint(node: Node, key: string): boolean {
  return node.spec.taints?.some((taint) => taint.key === key) === true;
}

/** Their value is the time at which they were set, in seconds. */
export function removalTaint(now: Micros): Taint {
  return { effect: 'NoSchedule', key: TO_BE_DELETED, value: `${Math.floor(now / SECOND)}` };
}

export function candidateTaint(now: Micros): Taint {
  return { effect: 'PreferNoSchedule', key: DELETION_CANDIDATE, value: `${Math.floor(now / SECOND)}` };
}

export function withTaint(node: Node, taint: Taint): Node {
  if (hasTaint(node, taint.key)) return node;
  return { ...node, spec: { ...node.spec, taints: [...(node.spec.taints ?? []), taint] } };
}

export function withoutTaints(node: Node, keys: readonly string[]): Node {
  const kept = node.spec.taints?.filter(({ key }) => !keys.includes(key));
  if (kept === undefined || kept.length === node.spec.taints?.length) return node;
  return { ...node, spec: { ...node.spec, taints: kept.length === 0 ? undefined : kept } };
}
