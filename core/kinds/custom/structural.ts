import type { FieldError } from '../../api/status.ts';
import { isJsonObject } from '../../schema/decoding.ts';
import type { JSONSchemaProps } from '../../schema/types.generated.ts';
import { re2 } from '../../text/re2.ts';
import { forbiddenField, invalidValue, required } from '../validation/fields.ts';
import { validateValue } from './validate.ts';

/**
 * Whether a schema is structural: every part of it says its type, and nothing else may change what is meant
 * (apiextensions `schema.NewStructural` and `ValidateStructural`).
 */
const TYPES: readonly string[] = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const LOGIC = ['allOf', 'anyOf', 'oneOf'] as const;
/** Deeper than any schema is. */
const DEPTH_MAX = 200;

/** What the place of a part is called where its type is missing. */
type Level = 'root' | 'field' | 'item';

const MISSING_TYPE: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  field: 'must not be empty for specified object fields',
  item: 'must not be empty for specified array items',
};

/** In `allOf` and the like, only what doesn't give values a meaning may stand. */
const NOT_IN_LOGIC = [
  ['description', (schema: JSONSchemaProps) => schema.description],
  ['type', (schema: JSONSchemaProps) => schema.type],
  ['default', (schema: JSONSchemaProps) => schema.default],
  ['additionalProperties', (schema: JSONSchemaProps) => schema.additionalProperties],
  ['nullable', (schema: JSONSchemaProps) => (schema.nullable === true ? true : undefined)],
] as const;

function isIntOrStringPattern({ anyOf, allOf }: JSONSchemaProps): boolean {
  const alternatives = anyOf ?? allOf?.[0]?.anyOf ?? [];
  return (
    alternatives.length === 2 && alternatives[0]?.type === 'integer' && alternatives[1]?.type === 'string'
  );
}

function validateLogic(schema: JSONSchemaProps, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (schema['x-kubernetes-int-or-string'] === true && isIntOrStringPattern(schema)) return errors;
  const parts = [
    ...LOGIC.flatMap((word) =>
      (schema[word] ?? []).map((part, index) => [`${field}.${word}[${index}]`, part] as const),
    ),
    ...(schema.not === undefined ? [] : [[`${field}.not`, schema.not] as const]),
  ];
  for (const [at, part] of parts) {
    for (const [word, of] of NOT_IN_LOGIC) {
      const value = of(part);
      if (value === undefined || value === '') continue;
      errors.push(forbiddenField(`${at}.${word}`, 'must be empty to be structural'));
    }
  }
  return errors;
}

function validateLists(schema: JSONSchemaProps, field: string): readonly FieldError[] {
  const type = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'];
  if (type !== 'map') {
    if (keys === undefined || keys.length === 0) return [];
    const at = `${field}.x-kubernetes-list-map-keys`;
    return [forbiddenField(at, `must not be set, if x-kubernetes-list-type is not map`)];
  }
  if (keys === undefined || keys.length === 0) {
    const at = `${field}.x-kubernetes-list-map-keys`;
    return [required(at, 'must not be empty if x-kubernetes-list-type is map')];
  }
  return [];
}

function validatePart(
  schema: JSONSchemaProps,
  field: string,
  level: Level,
  depth: number,
): readonly FieldError[] {
  if (depth > DEPTH_MAX) return [invalidValue(field, '', 'the schema is too deep')];
  const errors: FieldError[] = [];
  const { type = '', properties, additionalProperties, items } = schema;
  const isIntOrString = schema['x-kubernetes-int-or-string'] === true;
  const keepsUnknown = schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (type === '' && !isIntOrString && !keepsUnknown)
    errors.push(required(`${field}.type`, MISSING_TYPE[level]));
  else if (type !== '' && !TYPES.includes(type)) {
    const list = TYPES.map((one) => JSON.stringify(one)).join(', ');
    errors.push({
      type: 'FieldValueNotSupported',
      field: `${field}.type`,
      body: `Unsupported value: ${JSON.stringify(type)}: supported values: ${list}`,
    });
  }
  if (isIntOrString && type !== '') {
    const detail = 'must be empty if x-kubernetes-int-or-string is true';
    errors.push(invalidValue(`${field}.type`, type, detail));
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    const at = `${field}.x-kubernetes-preserve-unknown-fields`;
    errors.push(invalidValue(at, false, 'must be true or undefined'));
  }
  if (schema.uniqueItems === true) {
    const detail = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    errors.push(forbiddenField(`${field}.uniqueItems`, detail));
  }
  if (schema.pattern !== undefined) {
    const found = re2(schema.pattern);
    const detail = found.ok ? '' : `must be a valid regular expression, but isn't: ${found.error}`;
    if (!found.ok) errors.push(invalidValue(`${field}.pattern`, schema.pattern, detail));
  }
  if (additionalProperties === false) {
    errors.push(
      forbiddenField(`${field}.additionalProperties`, 'additionalProperties cannot be set to false'),
    );
  }
  if (additionalProperties !== undefined && properties !== undefined && additionalProperties !== false) {
    const detail = 'additionalProperties and properties are mutual exclusive';
    errors.push(forbiddenField(`${field}.additionalProperties`, detail));
  }
  if (schema.$ref !== undefined && schema.$ref !== '') {
    errors.push(forbiddenField(`${field}.$ref`, '$ref is not supported'));
  }
  errors.push(...validateLists(schema, field), ...validateLogic(schema, field));
  for (const name of Object.keys(properties ?? {})) {
    // What an object's metadata is, is known.
    if (level === 'root' && (name === 'metadata' || name === 'apiVersion' || name === 'kind')) continue;
    const inner = properties?.[name] as JSONSchemaProps;
    errors.push(...validatePart(inner, `${field}.properties[${name}]`, 'field', depth + 1));
  }
  if (isJsonObject(additionalProperties)) {
    const at = `${field}.additionalProperties`;
    errors.push(...validatePart(additionalProperties as JSONSchemaProps, at, 'field', depth + 1));
  }
  if (Array.isArray(items)) {
    errors.push(forbiddenField(`${field}.items`, 'items must be a schema object and not an array'));
  } else if (isJsonObject(items)) {
    errors.push(...validatePart(items as JSONSchemaProps, `${field}.items`, 'item', depth + 1));
  } else if (type === 'array') errors.push(required(`${field}.items`, 'must be specified'));
  if (schema.default !== undefined && errors.length === 0) {
    const wrong = validateValue(schema.default, schema, `${field}.default`);
    errors.push(...wrong);
  }
  return errors;
}

export function validateStructural(schema: JSONSchemaProps, field: string): readonly FieldError[] {
  const errors = [...validatePart(schema, field, 'root', 0)];
  if (schema.type !== undefined && schema.type !== '' && schema.type !== 'object') {
    errors.push(invalidValue(`${field}.type`, schema.type, 'must be object at the root'));
  }
  return errors;
}
