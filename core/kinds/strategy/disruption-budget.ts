import type { NewObject } from '../../api/object.ts';
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from '../../schema/types.generated.ts';
import type { KindStrategy } from '../kind.ts';
import { validateDisruptionBudget } from '../validation/disruption-budget.ts';

/** Its counters are always written, zeros too. No eviction is allowed before the controller has counted. */
const STATUS: PodDisruptionBudgetStatus = {
  currentHealthy: 0,
  desiredHealthy: 0,
  disruptionsAllowed: 0,
  expectedPods: 0,
};

export const DISRUPTION_BUDGET_STRATEGY: KindStrategy<PodDisruptionBudget> = {
  prepareForCreate({
    apiVersion,
    kind,
    metadata,
    spec,
  }: NewObject<PodDisruptionBudget>): NewObject<PodDisruptionBudget> {
    return { apiVersion, kind, metadata, spec: spec ?? {}, status: STATUS };
  },
  validate: validateDisruptionBudget,
  validateUpdate: validateDisruptionBudget,
};
