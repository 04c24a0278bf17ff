import { formatSelector } from '../../core/labels.ts';
import type { PodDisruptionBudget } from '../../core/schema/types.generated.ts';
import { DescribeText } from './describe-text.ts';
import type { DescribeContext } from './describer.ts';
import { describeEvents } from './events-table.ts';

export function describeDisruptionBudget(budget: PodDisruptionBudget, context: DescribeContext): string {
  const { metadata, spec, status } = budget;
  const text = new DescribeText();
  text.line(0, 'Name:', metadata.name);
  text.line(0, 'Namespace:', metadata.namespace ?? '');
  if (spec.minAvailable !== undefined) text.line(0, 'Min available:', `${spec.minAvailable}`);
  else if (spec.maxUnavailable !== undefined) text.line(0, 'Max unavailable:', `${spec.maxUnavailable}`);
  text.line(0, 'Selector:', spec.selector === undefined ? '<unset>' : formatSelector(spec.selector));
  text.line(0, 'Status:');
  text.line(2, 'Allowed disruptions:', `${status.disruptionsAllowed ?? 0}`);
  text.line(2, 'Current:', `${status.currentHealthy ?? 0}`);
  text.line(2, 'Desired:', `${status.desiredHealthy ?? 0}`);
  text.line(2, 'Total:', `${status.expectedPods ?? 0}`);
  describeEvents(text, budget, context);
  return text.toString();
}
