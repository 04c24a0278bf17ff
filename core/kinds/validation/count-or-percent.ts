import type { FieldError } from '../../api/status.ts';
import type { IntOrString } from '../../schema/types.generated.ts';
import { invalidValue, nonNegative } from './fields.ts';

/** A number of pods, or a share of them. */

const PERCENTAGE = /^\d+%$/;

/** The number before the sign; `undefined` for what is no percentage. */
function percentOf(value: IntOrString): number | undefined {
  return typeof value === 'string' && PERCENTAGE.test(value) ? Number(value.slice(0, -1)) : undefined;
}

/** apps/validation `ValidatePositiveIntOrPercent`. */
export function validateCountOrPercent(value: IntOrString, field: string): readonly FieldError[] {
  if (typeof value === 'number') return nonNegative(field, value);
  if (PERCENTAGE.test(value)) return [];
  const rule =
    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
  return [invalidValue(field, value, rule)];
}

/** apps/validation `IsNotMoreThan100Percent`. */
export function notMoreThanAll(value: IntOrString, field: string): readonly FieldError[] {
  const percent = percentOf(value);
  if (percent === undefined || percent <= 100) return [];
  return [invalidValue(field, value, 'must not be greater than 100%')];
}

export function isZero(value: IntOrString): boolean {
  return value === 0 || percentOf(value) === 0;
}
