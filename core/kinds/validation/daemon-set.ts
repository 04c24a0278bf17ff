import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import type { DaemonSet, DaemonSetSpec, DaemonSetUpdateStrategy } from '../../schema/types.generated.ts';
import { isZero, notMoreThanAll, validateCountOrPercent } from './count-or-percent.ts';
import { invalidValue, nonNegative, oneOf, required } from './fields.ts';
import { EMPTY_TEMPLATE, selectorUnchanged, validateSelected, validateTemplateOf } from './workloads.ts';

/** apps/validation `ValidateDaemonSet`. */

const STRATEGY = 'spec.updateStrategy';

function validateStrategy(strategy: DaemonSetUpdateStrategy): readonly FieldError[] {
  const { type, rollingUpdate } = strategy;
  if (type === 'OnDelete') return [];
  if (type !== 'RollingUpdate') return oneOf(`${STRATEGY}.type`, type, ['OnDelete', 'RollingUpdate']);
  const path = `${STRATEGY}.rollingUpdate`;
  if (rollingUpdate === undefined) return [required(path)];
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate;
  const errors: FieldError[] = [
    ...validateCountOrPercent(maxUnavailable, `${path}.maxUnavailable`),
    ...notMoreThanAll(maxUnavailable, `${path}.maxUnavailable`),
    ...validateCountOrPercent(maxSurge, `${path}.maxSurge`),
    ...notMoreThanAll(maxSurge, `${path}.maxSurge`),
  ];
  if (!isZero(maxUnavailable) && !isZero(maxSurge)) {
    errors.push(invalidValue(`${path}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero'));
  } else if (isZero(maxUnavailable) && isZero(maxSurge)) {
    errors.push(required(`${path}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
  }
  return errors;
}

function validateSpec(spec: Partial<DaemonSetSpec>): readonly FieldError[] {
  const { template = EMPTY_TEMPLATE, updateStrategy = {} } = spec;
  return [
    ...validateSelected(spec.selector, template, 'daemonset'),
    ...validateTemplateOf(template),
    ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...validateStrategy(updateStrategy),
    ...nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
  ];
}

export function validateDaemonSet({ spec }: NewObject<DaemonSet>): readonly FieldError[] {
  return validateSpec(spec ?? {});
}

export function validateDaemonSetUpdate(next: DaemonSet, previous: DaemonSet): readonly FieldError[] {
  return [...validateSpec(next.spec), ...selectorUnchanged(next.spec.selector, previous.spec.selector)];
}
