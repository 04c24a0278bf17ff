import { equalValues } from '../../api/equal.ts';
import type { FieldError } from '../../api/status.ts';
import { isJsonObject } from '../../schema/decoding.ts';
import type { JSONSchemaProps } from '../../schema/types.generated.ts';
import { re2 } from '../../text/re2.ts';
import {
  duplicate,
  invalidValue,
  notSupported,
  required,
  tooLongValue,
  tooManyItems,
} from '../validation/fields.ts';
import { hasFormat } from './formats.ts';
import { itemSchema } from './prune.ts';

/**
 * A custom resource against its schema, in the words of the API server (kube-openapi `validation/validate` and
 * `errors`, as apiextensions turns them into field errors).
 */

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function hasType(value: unknown, type: string): boolean {
  const own = typeOf(value);
  return own === type || (type === 'number' && own === 'integer');
}

/** `InvalidType`. */
function wrongType(path: string, value: unknown, type: string): FieldError {
  const got = typeOf(value);
  const detail = `${path} in body must be of type ${type}: ${JSON.stringify(got)}`;
  return { ...invalidValue(path, got, detail), type: 'FieldValueTypeInvalid' };
}

function child(path: string, field: string): string {
  return path === '' ? field : `${path}.${field}`;
}

function validateNumber(value: number, schema: JSONSchemaProps, path: string): readonly FieldError[] {
  const { minimum, maximum, multipleOf } = schema;
  const errors: FieldError[] = [];
  const say = (what: string): void => {
    errors.push(invalidValue(path, value, `${path} in body should be ${what}`));
  };
  if (minimum !== undefined) {
    if (schema.exclusiveMinimum === true ? value <= minimum : value < minimum)
      say(`greater than${schema.exclusiveMinimum === true ? '' : ' or equal to'} ${minimum}`);
  }
  if (maximum !== undefined) {
    if (schema.exclusiveMaximum === true ? value >= maximum : value > maximum)
      say(`less than${schema.exclusiveMaximum === true ? '' : ' or equal to'} ${maximum}`);
  }
  if (multipleOf !== undefined && multipleOf > 0 && !Number.isInteger(value / multipleOf))
    say(`a multiple of ${multipleOf}`);
  return errors;
}

/** A pattern that is none is told of where the definition is made. */
function fitsPattern(pattern: string, value: string): boolean {
  const found = re2(pattern);
  return !found.ok || found.regex.matcher(value).find();
}

function validateString(value: string, schema: JSONSchemaProps, path: string): readonly FieldError[] {
  const { minLength, maxLength, pattern, format } = schema;
  const errors: FieldError[] = [];
  const length = [...value].length;
  if (maxLength !== undefined && length > maxLength) errors.push(tooLongValue(path, maxLength));
  if (minLength !== undefined && length < minLength) {
    errors.push(invalidValue(path, value, `${path} in body should be at least ${minLength} chars long`));
  }
  if (pattern !== undefined && !fitsPattern(pattern, value)) {
    errors.push(invalidValue(path, value, `${path} in body should match '${pattern}'`));
  }
  if (format !== undefined && !hasFormat(value, format)) {
    const detail = `${path} in body must be of type ${format}: ${JSON.stringify(value)}`;
    errors.push(invalidValue(path, value, detail));
  }
  return errors;
}

/** Of a list by keys, the entry that was there before; entries of other lists have no identity. */
function previousItems(before: unknown, schema: JSONSchemaProps): (item: unknown) => unknown {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(before)) return () => undefined;
  const isSame = (one: unknown, other: unknown): boolean =>
    isJsonObject(one) && isJsonObject(other) && keys.every((key) => equalValues(one[key], other[key]));
  return (item) => before.find((other) => isSame(item, other));
}

/** An object within an object says what it is (apiextensions `validateEmbeddedResource`). */
const OF_EMBEDDED = ['apiVersion', 'kind'] as const;

/** Entries of a set, or of a list by keys, come once (`ValidateListSetsAndMaps`). */
function duplicates(items: readonly unknown[], schema: JSONSchemaProps, path: string): readonly FieldError[] {
  const type = schema['x-kubernetes-list-type'];
  if (type !== 'set' && type !== 'map') return [];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const shown = (item: unknown): unknown => {
    if (type === 'set') return item;
    const fields = isJsonObject(item) ? item : {};
    return Object.fromEntries(
      keys.flatMap((key) => (fields[key] === undefined ? [] : [[key, fields[key]] as const])),
    );
  };
  const seen: unknown[] = [];
  const errors: FieldError[] = [];
  items.forEach((item, index) => {
    const own = shown(item);
    if (seen.some((other) => equalValues(other, own))) errors.push(duplicate(`${path}[${index}]`, own));
    else seen.push(own);
  });
  return errors;
}

function validateItems(
  items: readonly unknown[],
  schema: JSONSchemaProps,
  path: string,
  before: unknown,
): readonly FieldError[] {
  const { minItems, maxItems } = schema;
  const errors: FieldError[] = [];
  if (maxItems !== undefined && items.length > maxItems)
    errors.push(tooManyItems(path, items.length, maxItems));
  if (minItems !== undefined && items.length < minItems) {
    errors.push(invalidValue(path, items.length, `${path} in body should have at least ${minItems} items`));
  }
  if (schema.uniqueItems === true) {
    const isTwice = items.some((item, at) => items.slice(0, at).some((other) => equalValues(other, item)));
    if (isTwice) errors.push(invalidValue(path, items, `${path} in body shouldn't contain duplicates`));
  }
  const inner = itemSchema(schema);
  if (inner !== undefined) {
    const previous = previousItems(before, schema);
    items.forEach((item, index) => {
      errors.push(...validateValue(item, inner, `${path}[${index}]`, previous(item)));
    });
  }
  errors.push(...duplicates(items, schema, path));
  return errors;
}

function validateFields(
  value: Readonly<Record<string, unknown>>,
  schema: JSONSchemaProps,
  path: string,
  before: unknown,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  const fields = Object.keys(value).filter((field) => value[field] !== undefined);
  const { minProperties, maxProperties, additionalProperties: others } = schema;
  for (const field of schema.required ?? []) {
    if (value[field] === undefined) errors.push(required(child(path, field)));
  }
  if (schema['x-kubernetes-embedded-resource'] === true) {
    for (const field of OF_EMBEDDED) {
      if (value[field] === undefined) errors.push(required(child(path, field), 'must not be empty'));
    }
  }
  const properties = schema.properties ?? {};
  for (const field of fields) {
    const named = Object.hasOwn(properties, field) ? properties[field] : undefined;
    const inner = named ?? (isJsonObject(others) ? (others as JSONSchemaProps) : undefined);
    if (inner === undefined) continue;
    const own = isJsonObject(before) && Object.hasOwn(before, field) ? before[field] : undefined;
    errors.push(...validateValue(value[field], inner, child(path, field), own));
  }
  if (maxProperties !== undefined && fields.length > maxProperties)
    errors.push(tooManyItems(path, fields.length, maxProperties));
  if (minProperties !== undefined && fields.length < minProperties) {
    const detail = `${path} in body should have at least ${minProperties} properties`;
    errors.push(invalidValue(path, fields.length, detail));
  }
  return errors;
}

/** `allOf`, `anyOf`, `oneOf` and `not`. */
function validateLogic(
  value: unknown,
  schema: JSONSchemaProps,
  path: string,
  before: unknown,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  const name = JSON.stringify(path);
  const fits = (one: JSONSchemaProps): boolean => validateValue(value, one, path).length === 0;
  const say = (detail: string): void => {
    errors.push(invalidValue(path, value, detail));
  };
  for (const one of schema.allOf ?? []) errors.push(...validateValue(value, one, path, before));
  const { anyOf = [], oneOf = [], not } = schema;
  if (anyOf.length > 0 && !anyOf.some(fits)) say(`${name} must validate at least one schema (anyOf)`);
  if (oneOf.length > 0) {
    const count = oneOf.filter(fits).length;
    const found = count === 0 ? 'Found none valid' : `Found ${count} valid alternatives`;
    if (count !== 1) say(`${name} must validate one and only one schema (oneOf). ${found}`);
  }
  if (not !== undefined && fits(not)) say(`${name} must not validate the schema (not)`);
  return errors;
}

/**
 * What is wrong with a value. Where it is known what was there before, what did not change is not held against an
 * update: schemas may become stricter
 * (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-ratcheting).
 */
export function validateValue(
  value: unknown,
  schema: JSONSchemaProps,
  path: string,
  before?: unknown,
): readonly FieldError[] {
  if (value === undefined || (value === null && schema.nullable === true)) return [];
  if (before !== undefined && equalValues(value, before)) return [];
  const { type } = schema;
  if (schema['x-kubernetes-int-or-string'] === true) {
    if (!hasType(value, 'integer') && typeof value !== 'string')
      return [wrongType(path, value, 'integer,string')];
  } else if (type !== undefined && type !== '' && !hasType(value, type))
    return [wrongType(path, value, type)];
  const errors: FieldError[] = [];
  const allowed = schema.enum;
  if (allowed !== undefined && !allowed.some((one) => equalValues(one, value))) {
    const texts = allowed.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
    errors.push(notSupported(path, value, texts));
  }
  if (typeof value === 'number') errors.push(...validateNumber(value, schema, path));
  else if (typeof value === 'string') errors.push(...validateString(value, schema, path));
  else if (Array.isArray(value)) errors.push(...validateItems(value, schema, path, before));
  else if (isJsonObject(value)) errors.push(...validateFields(value, schema, path, before));
  return [...errors, ...validateLogic(value, schema, path, before)];
}
