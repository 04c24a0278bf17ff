import type { FieldError } from '../../api/status.ts';

/**
 * Field errors as apimachinery's `util/validation/field` words them. Values appear as JSON: simple ones since ever,
 * structures since 1.33, where Go syntax stood before.
 */

/** How a number is bound, and what is said of one that isn't in bounds. */
const NOT_NEGATIVE = 'must be greater than or equal to 0';

/** As Go's encoding/json writes it: absent fields left out; `<`, `>` and `&` escaped. Keys stay as decoding put them. */
function valueText(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  return JSON.stringify(value).replace(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`);
}

/** A simple string is quoted without JSON's escapes of `<`. */
function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : valueText(value);
}

function withDetail(body: string, detail: string): string {
  return detail === '' ? body : `${body}: ${detail}`;
}

export function required(field: string, detail = ''): FieldError {
  return { type: 'FieldValueRequired', field, body: withDetail('Required value', detail) };
}

export function invalidValue(field: string, value: unknown, detail: string): FieldError {
  return { type: 'FieldValueInvalid', field, body: withDetail(`Invalid value: ${shown(value)}`, detail) };
}

export function notSupported(field: string, value: unknown, supported: readonly string[]): FieldError {
  const values = supported.map((one) => JSON.stringify(one)).join(', ');
  const body = `Unsupported value: ${shown(value)}: supported values: ${values}`;
  return { type: 'FieldValueNotSupported', field, body };
}

export function duplicate(field: string, value: unknown): FieldError {
  return { type: 'FieldValueDuplicate', field, body: `Duplicate value: ${shown(value)}` };
}

export function forbiddenField(field: string, detail: string): FieldError {
  return { type: 'FieldValueForbidden', field, body: withDetail('Forbidden', detail) };
}

export function notFoundValue(field: string, value: unknown): FieldError {
  return { type: 'FieldValueNotFound', field, body: `Not found: ${shown(value)}` };
}

export function tooLongValue(field: string, max: number): FieldError {
  return { type: 'FieldValueTooLong', field, body: `Too long: may not be more than ${max} bytes` };
}

export function tooManyItems(field: string, count: number, max: number): FieldError {
  return { type: 'FieldValueTooMany', field, body: `Too many: ${count}: must have at most ${max} items` };
}

/** Each sentence of a name check as an error of its own. */
export function invalidFor(
  field: string,
  value: unknown,
  problems: readonly string[],
): readonly FieldError[] {
  return problems.map((problem) => invalidValue(field, value, problem));
}

export function nonNegative(field: string, value: number | undefined): readonly FieldError[] {
  return value !== undefined && value < 0 ? [invalidValue(field, value, NOT_NEGATIVE)] : [];
}

export function oneOf(
  field: string,
  value: string | undefined,
  supported: readonly string[],
): readonly FieldError[] {
  if (value !== undefined && supported.includes(value)) return [];
  return [notSupported(field, value ?? '', supported)];
}

/** The keys of a map in the order in which its errors are listed. */
export function sortedKeys(map: Readonly<Record<string, unknown>> | undefined): readonly string[] {
  if (map === undefined) return [];
  return Object.keys(map)
    .filter((key) => map[key] !== undefined)
    .sort();
}

/** `fields.ImmutableErrorMsg` of apimachinery. */
export const IMMUTABLE = 'field is immutable';
