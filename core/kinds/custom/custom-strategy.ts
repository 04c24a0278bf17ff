import type { KubeObject, NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import { hasRules, RULES_NOT_CHECKED, validateRules } from '../../cel/validation-rules.ts';
import type { JSONSchemaProps } from '../../schema/types.generated.ts';
import type { CustomVersion, KindStrategy } from '../kind.ts';
import { withDefaults } from './default.ts';
import { validateValue } from './validate.ts';

/** What a definition's schemas make of its objects. */

type Fields = Readonly<Record<string, unknown>>;

/** The schema of the version in which an object is written. */
function schemaFor(versions: readonly CustomVersion[], apiVersion: string): CustomVersion {
  return versions.find((version) => version.apiVersion === apiVersion) ?? (versions[0] as CustomVersion);
}

/** The fields that a schema speaks of: an object's names and metadata are checked elsewhere. */
function contentOf(object: object): Fields {
  const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...rest } = object as Fields;
  return rest;
}

/** An object's metadata is no matter of its schema's `required`. */
function contentSchema(schema: JSONSchemaProps): JSONSchemaProps {
  const required = schema.required?.filter((field) => !['apiVersion', 'kind', 'metadata'].includes(field));
  const {
    apiVersion: _apiVersion,
    kind: _kind,
    metadata: _metadata,
    ...properties
  } = schema.properties ?? {};
  return { ...schema, properties, ...(required === undefined ? {} : { required }) };
}

const BLOCKING: readonly FieldError['type'][] = [
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
];

export function customStrategy(versions: readonly CustomVersion[]): KindStrategy {
  const check = (object: NewObject, previous?: KubeObject): readonly FieldError[] => {
    const { schema } = schemaFor(versions, object.apiVersion);
    const content = contentOf(object);
    const before = previous === undefined ? undefined : contentOf(previous);
    const errors = validateValue(content, contentSchema(schema), '', before);
    if (!hasRules(schema)) return errors;
    // Rules are for what has the right shape (apiextensions `hasBlockingErr`).
    if (errors.some(({ type }) => BLOCKING.includes(type))) return [...errors, RULES_NOT_CHECKED];
    return [...errors, ...validateRules(schema, object, previous)];
  };
  const checkStatus = (next: KubeObject, previous: KubeObject): readonly FieldError[] =>
    check(next, previous).filter(({ field }) => field === 'status' || field.startsWith('status'));
  return {
    applyDefaults: (object) => {
      const { schema } = schemaFor(versions, object.apiVersion);
      return withDefaults(object, schema) as NewObject;
    },
    prepareForCreate: (object) => {
      if (!schemaFor(versions, object.apiVersion).hasStatus) return object;
      const { status: _status, ...rest } = object as NewObject & { readonly status?: unknown };
      return rest;
    },
    validate: (object) => check(object),
    validateUpdate: (next, previous) => check(next, previous),
    validateStatusUpdate: checkStatus,
    nameRule: 'subdomain',
  };
}
