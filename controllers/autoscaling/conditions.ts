import type { HorizontalPodAutoscalerCondition } from '../../core/schema/types.generated.ts';
import { type Micros, rfc3339 } from '../../core/time.ts';

export type Conditions = readonly HorizontalPodAutoscalerCondition[];

export type ConditionType = 'AbleToScale' | 'ScalingActive' | 'ScalingLimited';

/**
 * `setConditionInList`: a condition keeps its place, and its time of transition while its status stays. The very same
 * list where nothing changes.
 */
export function withCondition(
  conditions: Conditions,
  type: ConditionType,
  status: 'True' | 'False',
  reason: string,
  message: string,
  now: Micros,
): Conditions {
  const index = conditions.findIndex((condition) => condition.type === type);
  const known = conditions[index];
  if (known?.status === status && known.reason === reason && known.message === message) return conditions;
  const lastTransitionTime = known?.status === status ? known.lastTransitionTime : rfc3339(now);
  const condition = { lastTransitionTime, message, reason, status, type };
  return known === undefined ? [...conditions, condition] : conditions.with(index, condition);
}
