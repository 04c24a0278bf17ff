import type { PodCondition } from '../../core/schema/types.generated.ts';

/** Conditions that the kubelet owns, in the order in which it writes them (`PodConditionsByKubelet`). */
export const OWN_CONDITIONS = [
  'PodReadyToStartContainers',
  'Initialized',
  'Ready',
  'ContainersReady',
  'PodScheduled',
] as const;

export type OwnCondition = (typeof OWN_CONDITIONS)[number];

/** What a condition says; its time follows from what it said before. */
export interface Finding {
  readonly status: 'True' | 'False';
  readonly reason: string | undefined;
  readonly message: string | undefined;
}

export const HOLDS: Finding = { status: 'True', reason: undefined, message: undefined };
export const FAILS: Finding = { status: 'False', reason: undefined, message: undefined };

// Pods of one rollout say the same in the same second: the last condition of each kind is handed out again.
const recent = new Map<string, PodCondition>();

/** `before`, where it says the same; else a new condition, of `now` unless its status is still the same. */
export function conditionOf(
  type: OwnCondition,
  finding: Finding,
  before: PodCondition | undefined,
  now: string,
  generation: number | undefined,
): PodCondition {
  const { status, reason, message } = finding;
  const since = before !== undefined && before.status === status ? before.lastTransitionTime : now;
  if (before !== undefined && says(before, finding, since, generation)) return before;
  const slot = status === 'True' ? type : `!${type}`;
  const known = recent.get(slot);
  if (known !== undefined && says(known, finding, since, generation)) return known;
  const made: PodCondition = {
    lastProbeTime: undefined,
    lastTransitionTime: since,
    message,
    observedGeneration: generation,
    reason,
    status,
    type,
  };
  recent.set(slot, made);
  return made;
}

function says(
  condition: PodCondition,
  { status, reason, message }: Finding,
  since: string | undefined,
  generation: number | undefined,
): boolean {
  return (
    condition.status === status &&
    condition.lastTransitionTime === since &&
    condition.reason === reason &&
    condition.message === message &&
    condition.observedGeneration === generation
  );
}

function isOwn(type: string): boolean {
  return (OWN_CONDITIONS as readonly string[]).includes(type);
}

let lastMerged: readonly PodCondition[] = [];

/** Others' conditions first, then the kubelet's own (`mergePodStatus`). Lists that are the same share their identity. */
export function mergeConditions(
  stored: readonly PodCondition[] | undefined,
  own: readonly PodCondition[],
): readonly PodCondition[] {
  let others: PodCondition[] | undefined;
  if (stored !== undefined) {
    for (const condition of stored) {
      if (isOwn(condition.type)) continue;
      others ??= [];
      others.push(condition);
    }
  }
  const merged = others === undefined ? own : [...others, ...own];
  if (lastMerged.length === merged.length && merged.every((condition, i) => condition === lastMerged[i])) {
    return lastMerged;
  }
  lastMerged = merged;
  return merged;
}
