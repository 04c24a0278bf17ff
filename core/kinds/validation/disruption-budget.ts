import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import type { PodDisruptionBudget } from '../../schema/types.generated.ts';
import { notMoreThanAll, validateCountOrPercent } from './count-or-percent.ts';
import { invalidValue, oneOf } from './fields.ts';
import { validateLabelSelector } from './selector.ts';

const POLICIES = ['AlwaysAllow', 'IfHealthyBudget'];

/** policy/validation `ValidatePodDisruptionBudgetSpec`. */
export function validateDisruptionBudget({
  spec = {},
}: NewObject<PodDisruptionBudget>): readonly FieldError[] {
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy } = spec;
  const errors: FieldError[] = [];
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    // In the order of the Go struct, as messages show it.
    const shown = { minAvailable, selector, maxUnavailable, unhealthyPodEvictionPolicy };
    errors.push(invalidValue('spec', shown, 'minAvailable and maxUnavailable cannot be both set'));
  }
  for (const [value, field] of [
    [minAvailable, 'spec.minAvailable'],
    [maxUnavailable, 'spec.maxUnavailable'],
  ] as const) {
    if (value === undefined) continue;
    errors.push(...validateCountOrPercent(value, field), ...notMoreThanAll(value, field));
  }
  errors.push(...validateLabelSelector(selector, 'spec.selector'));
  if (unhealthyPodEvictionPolicy !== undefined) {
    errors.push(...oneOf('spec.unhealthyPodEvictionPolicy', unhealthyPodEvictionPolicy, POLICIES));
  }
  return errors;
}
