import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import { compareQuantities, exactNanos, formatQuantity } from '../../quantity.ts';
import type { LimitRange, LimitRangeItem, Quantity } from '../../schema/types.generated.ts';
import { duplicate, forbiddenField, invalidFor, invalidValue, required, sortedKeys } from './fields.ts';
import { qualifiedName } from './names.ts';
import { mayOvercommit, validateContainerResourceName, validateResourceName } from './resources.ts';

/** LimitRanges (core/validation `ValidateLimitRange`). */

const TYPES = ['Container', 'PersistentVolumeClaim', 'Pod'];
const FOR_PODS = "may not be specified when `type` is 'Pod'";

function validateType(type: string, field: string): readonly FieldError[] {
  const problems = qualifiedName(type);
  if (problems.length > 0) return invalidFor(field, type, problems);
  if (type.includes('/') || TYPES.includes(type)) return [];
  return [invalidValue(field, type, 'must be a standard limit type or fully qualified')];
}

function text(quantity: Quantity): string {
  return formatQuantity(quantity);
}

/** Whether the first is set and greater than the second, which is set too. */
function exceeds(a: Quantity | undefined, b: Quantity | undefined): boolean {
  return a !== undefined && b !== undefined && compareQuantities(a, b) > 0;
}

/** `%f` of a ratio of two integers: six digits, rounded. */
export function ratioText(numerator: bigint, denominator: bigint): string {
  const scaled = (numerator * 2_000_000n + denominator) / (denominator * 2n);
  return `${scaled / 1_000_000n}.${String(scaled % 1_000_000n).padStart(6, '0')}`;
}

function validateRatio(
  ratio: Quantity,
  min: Quantity | undefined,
  max: Quantity | undefined,
  field: string,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (compareQuantities(ratio, '1') < 0) {
    errors.push(invalidValue(field, text(ratio), `ratio ${text(ratio)} is less than 1`));
  }
  if (min === undefined || max === undefined || exactNanos(min) <= 0n) return errors;
  const least = exactNanos(min);
  const most = exactNanos(max);
  if (exactNanos(ratio) * least > most * 1_000_000_000n) {
    const detail = `ratio ${text(ratio)} is greater than max/min = ${ratioText(most, least)}`;
    errors.push(invalidValue(field, text(ratio), detail));
  }
  return errors;
}

/** The bounds and defaults of one resource, each against the others. */
function validateBounds(item: LimitRangeItem, name: string, field: string): readonly FieldError[] {
  const min = item.min?.[name];
  const max = item.max?.[name];
  const limit = item.default?.[name];
  const request = item.defaultRequest?.[name];
  const ratio = item.maxLimitRequestRatio?.[name];
  const errors: FieldError[] = [];
  const say = (part: keyof LimitRangeItem, value: Quantity, detail: string) =>
    errors.push(invalidValue(`${field}.${part}[${name}]`, text(value), detail));
  if (exceeds(min, max)) {
    say('min', min!, `min value ${text(min!)} is greater than max value ${text(max!)}`);
  }
  if (exceeds(min, request)) {
    const detail = `min value ${text(min!)} is greater than default request value ${text(request!)}`;
    say('defaultRequest', request!, detail);
  }
  if (exceeds(request, max)) {
    const detail = `default request value ${text(request!)} is greater than max value ${text(max!)}`;
    say('defaultRequest', request!, detail);
  }
  if (exceeds(request, limit)) {
    const detail = `default request value ${text(request!)} is greater than default limit value ${text(limit!)}`;
    say('defaultRequest', request!, detail);
  }
  // Of these two the bound is shown, not the default.
  if (exceeds(min, limit)) {
    say('default', min!, `min value ${text(min!)} is greater than default value ${text(limit!)}`);
  }
  if (exceeds(limit, max)) {
    say('default', max!, `default value ${text(limit!)} is greater than max value ${text(max!)}`);
  }
  if (ratio !== undefined) {
    errors.push(...validateRatio(ratio, min, max, `${field}.maxLimitRequestRatio[${name}]`));
  }
  if (!mayOvercommit(name) && limit !== undefined && request !== undefined) {
    if (compareQuantities(limit, request) !== 0) {
      const detail = `default value ${text(limit)} must equal to defaultRequest value ${text(request)} in ${name}`;
      say('defaultRequest', request, detail);
    }
  }
  return errors;
}

function validateItem(item: LimitRangeItem, field: string): readonly FieldError[] {
  const { type = '' } = item;
  const nameRule =
    type === 'Container' || type === 'Pod' ? validateContainerResourceName : validateResourceName;
  const names = new Set<string>();
  const errors: FieldError[] = [];
  const check = (part: 'max' | 'min' | 'default' | 'defaultRequest' | 'maxLimitRequestRatio') => {
    for (const name of sortedKeys(item[part])) {
      errors.push(...nameRule(name, `${field}.${part}[${name}]`));
      names.add(name);
    }
  };
  check('max');
  check('min');
  if (type === 'Pod') {
    for (const part of ['default', 'defaultRequest'] as const) {
      if (sortedKeys(item[part]).length > 0) errors.push(forbiddenField(`${field}.${part}`, FOR_PODS));
    }
  } else {
    check('default');
    check('defaultRequest');
  }
  if (
    type === 'PersistentVolumeClaim' &&
    item.min?.storage === undefined &&
    item.max?.storage === undefined
  ) {
    const detail = 'either minimum or maximum storage value is required, but neither was provided';
    errors.push(required(`${field}.limits`, detail));
  }
  check('maxLimitRequestRatio');
  return [...errors, ...[...names].sort().flatMap((name) => validateBounds(item, name, field))];
}

export function validateLimitRange({ spec }: NewObject<LimitRange>): readonly FieldError[] {
  const types = new Set<string>();
  return (spec?.limits ?? []).flatMap((item, index) => {
    const field = `spec.limits[${index}]`;
    const { type = '' } = item;
    const errors: FieldError[] = [...validateType(type, `${field}.type`)];
    if (types.has(type)) errors.push(duplicate(`${field}.type`, type));
    types.add(type);
    return [...errors, ...validateItem(item, field)];
  });
}
