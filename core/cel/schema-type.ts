import type { JSONSchemaProps } from '../schema/types.generated.ts';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  type ListSemantics,
  listOf,
  mapOf,
  type ObjectField,
  STRING,
  TIMESTAMP,
} from './types.ts';

/** What expressions see of data that has a structural schema (apiserver `cel/common.SchemaDeclType`). */

/** Words that are no names in an expression: a property of such a name is called `__word__`. */
const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

const ESCAPES: readonly (readonly [string, string])[] = [
  ['__', '__underscores__'],
  ['.', '__dot__'],
  ['-', '__dash__'],
  ['/', '__slash__'],
];

/** The name of a property in an expression; `undefined` where it can't have one (apiserver `cel.Escape`). */
function escapedName(property: string): string | undefined {
  if (RESERVED.has(property)) return `__${property}__`;
  if (!/^[a-zA-Z_][a-zA-Z0-9_.\-/]*$/.test(property)) return undefined;
  return property.replace(/__|[.\-/]/g, (part) => ESCAPES.find(([sign]) => sign === part)?.[1] ?? part);
}

const TEXT: Readonly<Record<string, CelType>> = {
  byte: BYTES,
  date: TIMESTAMP,
  'date-time': TIMESTAMP,
  duration: DURATION,
};

const METADATA: JSONSchemaProps = {
  type: 'object',
  properties: { name: { type: 'string' }, generateName: { type: 'string' } },
};

const OF_RESOURCE: Readonly<Record<string, JSONSchemaProps>> = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  metadata: METADATA,
};

export interface TypeOptions {
  /** It is a whole resource: its type and its name are known whether or not the schema has them. */
  readonly isResource?: boolean;
  /** What it is called in messages. */
  readonly name?: string;
}

export function isEmbedded(schema: JSONSchemaProps): boolean {
  return schema['x-kubernetes-embedded-resource'] === true;
}

/** The schema of a list's items; lists of schemas are not structural. */
export function itemsOf({ items }: JSONSchemaProps): JSONSchemaProps | undefined {
  return items === undefined || Array.isArray(items) ? undefined : (items as JSONSchemaProps);
}

/** The schema of a map's values. */
export function valuesOf({ additionalProperties }: JSONSchemaProps): JSONSchemaProps | undefined {
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

export function listSemantics(schema: JSONSchemaProps): ListSemantics | undefined {
  switch (schema['x-kubernetes-list-type']) {
    case 'set':
      return { kind: 'set' };
    case 'map':
      return {
        kind: 'map',
        keys: (schema['x-kubernetes-list-map-keys'] ?? []).map((key) => escapedName(key) ?? key),
      };
    default:
      return undefined;
  }
}

function objectType(
  schema: JSONSchemaProps,
  { isResource = false, name = 'selfType' }: TypeOptions,
): CelType {
  const properties = {
    ...schema.properties,
    ...(isResource || isEmbedded(schema) ? OF_RESOURCE : {}),
  };
  const fields = new Map<string, ObjectField>();
  for (const [property, inner] of Object.entries(properties)) {
    const escaped = escapedName(property);
    const type = typeOfSchema(inner, { name: `${name}.${property}` });
    if (escaped !== undefined && type !== undefined) fields.set(escaped, { property, type });
  }
  return { kind: 'object', name, fields };
}

/** `undefined` where the schema says nothing that an expression could use. */
export function typeOfSchema(schema: JSONSchemaProps, options: TypeOptions = {}): CelType | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) return DYN;
  const { name = 'selfType' } = options;
  switch (schema.type) {
    case 'array': {
      const items = itemsOf(schema);
      const element = items === undefined ? undefined : typeOfSchema(items, { name: `${name}.@idx` });
      return element === undefined ? undefined : listOf(element, listSemantics(schema));
    }
    case 'object': {
      const values = valuesOf(schema);
      const value = values === undefined ? undefined : typeOfSchema(values, { name: `${name}.@elem` });
      if (values !== undefined) return value === undefined ? undefined : mapOf(STRING, value);
      return objectType(schema, options);
    }
    case 'string':
      return TEXT[schema.format ?? ''] ?? STRING;
    case 'boolean':
      return BOOL;
    case 'number':
      return DOUBLE;
    case 'integer':
      return INT;
    default:
      return undefined;
  }
}
