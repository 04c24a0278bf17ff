import type { KubeObject, NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import { hasRules, RULES_NOT_CHECKED, validateRules } from '../../cel/validation-rules.ts';
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
  JSONSchemaProps,
} from '../../schema/types.generated.ts';
import { CATALOG } from '../catalog.ts';
import type { CustomVersion, Kind, KindStrategy } from '../kind.ts';
import { customColumns } from './columns.ts';
import { withDefaults } from './default.ts';
import { prune } from './prune.ts';
import { validateValue } from './validate.ts';
import { byPriority } from './version-order.ts';

/**
 * Kinds that CustomResourceDefinitions define. What such a kind is follows from its definition alone, and which
 * definitions there are is a matter of each cluster's state.
 */

/** Places behind those of the built-in kinds, by resource. A number means nothing: the order of kinds is by name. */
const indexes = new Map<string, number>();

function indexOf(resource: string): number {
  const known = indexes.get(resource);
  if (known !== undefined) return known;
  const index = CATALOG.length + indexes.size;
  indexes.set(resource, index);
  return index;
}

const ANYTHING: JSONSchemaProps = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

function versionOf(group: string, version: CustomResourceDefinitionVersion): CustomVersion {
  const apiVersion = `${group}/${version.name}`;
  return {
    apiVersion,
    schema: version.schema?.openAPIV3Schema ?? ANYTHING,
    columns: customColumns(version.additionalPrinterColumns),
    hasStatus: version.subresources?.status !== undefined,
    scale: version.subresources?.scale,
    selectableFields: (version.selectableFields ?? []).map(({ jsonPath }) => jsonPath.replace(/^\./, '')),
    deprecation:
      version.deprecated === true ? (version.deprecationWarning ?? `${apiVersion} is deprecated`) : undefined,
  };
}

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

function strategyOf(versions: readonly CustomVersion[]): KindStrategy {
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

const kinds = new WeakMap<CustomResourceDefinition, Kind | null>();

function makeKind({ spec }: CustomResourceDefinition): Kind | undefined {
  const { group, names, scope } = spec;
  const stored = spec.versions.find(({ storage }) => storage === true);
  const served = spec.versions
    .filter((version) => version.served === true)
    .toSorted((a, b) => byPriority(a.name, b.name));
  if (stored === undefined) return undefined;
  const resource = `${names.plural}.${group}`;
  const ownVersion = versionOf(group, stored);
  const versions = served.map((version) => versionOf(group, version));
  return {
    group,
    version: stored.name,
    apiVersion: ownVersion.apiVersion,
    kind: names.kind,
    plural: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    namespaced: scope === 'Namespaced',
    hasStatus: ownVersion.hasStatus,
    index: indexOf(resource),
    resource,
    strategy: strategyOf([ownVersion, ...versions]),
    custom: versions,
  };
}

/** The kind that a definition comes to; `undefined` where it stores no version. */
export function customKindOf(definition: CustomResourceDefinition): Kind | undefined {
  let kind = kinds.get(definition);
  if (kind === undefined) {
    kind = makeKind(definition) ?? null;
    kinds.set(definition, kind);
  }
  return kind ?? undefined;
}

/** What a client sent, without what the schema of its version doesn't know; each such field is told. */
export function prunedAs(kind: Kind, object: NewObject, onUnknown: (path: string) => void): NewObject {
  const version = kind.custom?.find(({ apiVersion }) => apiVersion === object.apiVersion);
  return version === undefined ? object : (prune(object, version.schema, '', onUnknown, true) as NewObject);
}
