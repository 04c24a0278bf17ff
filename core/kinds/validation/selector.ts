import type { FieldError } from '../../api/status.ts';
import type { ExpressionLike } from '../../labels.ts';
import type { LabelSelector } from '../../schema/types.generated.ts';
import { forbiddenField, invalidFor, invalidValue, required } from './fields.ts';
import { labelValue, qualifiedName } from './names.ts';
import { validateLabels } from './object-meta.ts';

const NEEDS_VALUES = "must be specified when `operator` is 'In' or 'NotIn'";
const NO_VALUES = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";

export function validateExpression(
  expression: ExpressionLike,
  field: string,
  kind: 'labels' | 'nodes' = 'labels',
): readonly FieldError[] {
  const { key = '', operator = '', values = [] } = expression;
  const errors: FieldError[] = [];
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) errors.push(required(`${field}.values`, NEEDS_VALUES));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) errors.push(forbiddenField(`${field}.values`, NO_VALUES));
  } else if (kind === 'nodes' && (operator === 'Gt' || operator === 'Lt')) {
    if (values.length !== 1) {
      errors.push(
        required(`${field}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"),
      );
    }
  } else {
    errors.push(invalidValue(`${field}.operator`, operator, 'not a valid selector operator'));
  }
  errors.push(...invalidFor(`${field}.key`, key, qualifiedName(key)));
  for (const [index, value] of values.entries()) {
    errors.push(...invalidFor(`${field}.values[${index}]`, value, labelValue(value)));
  }
  return errors;
}

/** apimachinery `ValidateLabelSelector`. */
export function validateLabelSelector(
  selector: LabelSelector | undefined,
  field: string,
): readonly FieldError[] {
  if (selector === undefined) return [];
  const errors: FieldError[] = [...validateLabels(selector.matchLabels, `${field}.matchLabels`)];
  for (const [index, expression] of (selector.matchExpressions ?? []).entries()) {
    errors.push(...validateExpression(expression, `${field}.matchExpressions[${index}]`));
  }
  return errors;
}

/** A selector as a message shows it: the fields in the order of the Go struct. */
export function selectorValue(selector: LabelSelector | undefined): LabelSelector | undefined {
  if (selector === undefined) return undefined;
  const { matchLabels, matchExpressions } = selector;
  return {
    ...(matchLabels === undefined || Object.keys(matchLabels).length === 0 ? {} : { matchLabels }),
    ...(matchExpressions === undefined || matchExpressions.length === 0 ? {} : { matchExpressions }),
  };
}
