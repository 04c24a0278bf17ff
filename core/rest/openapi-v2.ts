import { listKind } from '../api/patching/list-kinds.ts';
import type { Kind } from '../kinds/kind.ts';
import { KINDS } from '../kinds/registry.ts';
import {
  type FieldType,
  type ScalarType,
  type StructField,
  structNamed,
  structNameOf,
} from '../schema/table.ts';
import { type Describe, description, patchFacts, requiredFields } from './openapi.ts';
import { definitionName, documentedStruct } from './openapi-v2-names.ts';

/**
 * The OpenAPI document of version 2, one for all groups, as clients before 1.27 ask for it, and those that make code or
 * completions of it: definitions of all kinds and of their lists, and the operations on them with the parameters that
 * clients look for (`dryRun`, `fieldValidation`).
 */

type Schema = Readonly<Record<string, unknown>>;

const MACHINERY = 'io.k8s.apimachinery.pkg';
const EXTENSIONS = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1';
const LIST_META = `${MACHINERY}.apis.meta.v1.ListMeta`;
const STATUS = `${MACHINERY}.apis.meta.v1.Status`;
const PATCH = `${MACHINERY}.apis.meta.v1.Patch`;

function reference(definition: string): Schema {
  return { $ref: `#/definitions/${definition}` };
}

/** Types with a form of their own on the wire, which have a name in this version of the document. */
const WRAPPERS: Readonly<Record<string, Schema>> = {
  [`${MACHINERY}.api.resource.Quantity`]: { type: 'string' },
  [`${MACHINERY}.apis.meta.v1.Time`]: { type: 'string', format: 'date-time' },
  [`${MACHINERY}.apis.meta.v1.MicroTime`]: { type: 'string', format: 'date-time' },
  [`${MACHINERY}.util.intstr.IntOrString`]: { type: 'string', format: 'int-or-string' },
  [`${MACHINERY}.runtime.RawExtension`]: { type: 'object' },
  [PATCH]: { type: 'object' },
  [`${MACHINERY}.apis.meta.v1.FieldsV1`]: { type: 'object' },
  [`${EXTENSIONS}.JSON`]: {},
  [LIST_META]: {
    type: 'object',
    properties: {
      continue: { type: 'string' },
      remainingItemCount: { type: 'integer', format: 'int64' },
      resourceVersion: { type: 'string' },
      selfLink: { type: 'string' },
    },
  },
  [STATUS]: {
    type: 'object',
    properties: {
      apiVersion: { type: 'string' },
      code: { type: 'integer', format: 'int32' },
      details: { type: 'object' },
      kind: { type: 'string' },
      message: { type: 'string' },
      metadata: reference(LIST_META),
      reason: { type: 'string' },
      status: { type: 'string' },
    },
    'x-kubernetes-group-version-kind': [{ group: '', version: 'v1', kind: 'Status' }],
  },
};

const SCALARS: Readonly<Record<ScalarType, Schema>> = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
  time: reference(`${MACHINERY}.apis.meta.v1.Time`),
  microTime: reference(`${MACHINERY}.apis.meta.v1.MicroTime`),
  quantity: reference(`${MACHINERY}.api.resource.Quantity`),
  intOrString: reference(`${MACHINERY}.util.intstr.IntOrString`),
  rawObject: reference(`${MACHINERY}.runtime.RawExtension`),
  any: reference(`${EXTENSIONS}.JSON`),
};

function schemaOf(type: FieldType, meet: (struct: string) => void): Schema {
  switch (type.type) {
    case 'struct':
      meet(documentedStruct(type.struct));
      return reference(definitionName(documentedStruct(type.struct)));
    case 'structOr':
      // Version 2 can't say that it is one or the other.
      return reference(`${EXTENSIONS}.JSON`);
    case 'enum':
      return { type: 'string' };
    case 'list':
      return { type: 'array', items: schemaOf(type.of, meet) };
    case 'map':
      return { type: 'object', additionalProperties: schemaOf(type.of, meet) };
    default:
      return SCALARS[type.type];
  }
}

/** The one object of any form that has a type of its own. */
function ownSchema({ name, type }: StructField, meet: (struct: string) => void): Schema {
  return name === 'fieldsV1' ? reference(`${MACHINERY}.apis.meta.v1.FieldsV1`) : schemaOf(type, meet);
}

function listFacts(struct: string, { name, type }: StructField): Schema {
  if (type.type !== 'list') return {};
  const list = listKind(struct, name);
  return {
    'x-kubernetes-list-type': list.kind,
    ...(list.kind === 'map' ? { 'x-kubernetes-list-map-keys': list.keys } : {}),
  };
}

function definitionOf(struct: string, meet: (struct: string) => void, describe: Describe): Schema {
  const { fields } = structNamed(struct);
  const required = requiredFields(fields);
  return {
    ...description(describe(struct)),
    type: 'object',
    ...(required.length === 0 ? {} : { required }),
    properties: Object.fromEntries(
      fields.map((field) => [
        field.name,
        {
          ...description(describe(struct, field.name)),
          ...ownSchema(field, meet),
          ...listFacts(struct, field),
          ...patchFacts(struct, field.name),
        },
      ]),
    ),
  };
}

interface Named {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

function kindName({ group, version, kind }: Named): Schema {
  return { group, version, kind };
}

function listDefinition(item: string, kind: Named): Schema {
  return {
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: { type: 'string' },
      items: { type: 'array', items: reference(item) },
      kind: { type: 'string' },
      metadata: reference(LIST_META),
    },
    'x-kubernetes-group-version-kind': [{ ...kindName(kind), kind: `${kind.kind}List` }],
  };
}

function query(name: string, type = 'string'): Schema {
  return { name, in: 'query', type, uniqueItems: true };
}

function inPath(name: string): Schema {
  return { name, in: 'path', required: true, type: 'string', uniqueItems: true };
}

function body(schema: Schema): Schema {
  return { name: 'body', in: 'body', required: true, schema };
}

/** Clients look for `dryRun` and `fieldValidation` here, and not among references. */
const WRITING = [query('dryRun'), query('fieldManager'), query('fieldValidation')];
const DELETING = [query('dryRun'), query('gracePeriodSeconds', 'integer'), query('propagationPolicy')];
const LISTING = [
  query('continue'),
  query('fieldSelector'),
  query('labelSelector'),
  query('limit', 'integer'),
  query('resourceVersion'),
  query('resourceVersionMatch'),
  query('timeoutSeconds', 'integer'),
  query('watch', 'boolean'),
];
const PATCHES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

/** `CoreV1NamespacedPod`: what names of operations are made of. */
function operationName({ group, version, kind, namespaced }: Kind): string {
  const [first = 'core'] = (group === '' ? 'core' : group).split('.');
  const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
  return `${capital(first)}${capital(version)}${namespaced ? 'Namespaced' : ''}${kind}`;
}

function pathsOf(kind: Kind, definition: string): Readonly<Record<string, Schema>> {
  const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.apiVersion}`;
  const base = kind.namespaced ? `${root}/namespaces/{namespace}/${kind.plural}` : `${root}/${kind.plural}`;
  const shared = kind.namespaced ? [inPath('namespace')] : [];
  const one = reference(definition);
  const operation = (
    verb: string,
    action: string,
    parameters: readonly Schema[],
    answers: Schema,
    consumes = ['*/*'],
  ): Schema => ({
    consumes,
    operationId: `${verb}${operationName(kind)}`,
    parameters,
    produces: ['application/json', 'application/yaml'],
    responses: { 200: { description: 'OK', schema: answers }, 401: { description: 'Unauthorized' } },
    schemes: ['https'],
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': kindName(kind),
  });
  return {
    [base]: {
      get: operation('list', 'list', LISTING, reference(`${definition}List`)),
      post: operation('create', 'post', [body(one), ...WRITING], one),
      delete: operation('deleteCollection', 'deletecollection', [...DELETING, ...LISTING], reference(STATUS)),
      parameters: shared,
    },
    [`${base}/{name}`]: {
      get: operation('read', 'get', [], one),
      put: operation('replace', 'put', [body(one), ...WRITING], one),
      delete: operation('delete', 'delete', DELETING, reference(STATUS)),
      patch: operation(
        'patch',
        'patch',
        [body(reference(PATCH)), ...WRITING, query('force', 'boolean')],
        one,
        PATCHES,
      ),
      parameters: [inPath('name'), ...shared],
    },
  };
}

/** The whole document. It is large: whoever serves it keeps it. */
export function openApiV2(version: string, describe: Describe): Schema {
  const definitions: Record<string, Schema> = { ...WRAPPERS };
  const paths: Record<string, Schema> = {};
  const queue: string[] = [];
  const met = new Set<string>();
  const meet = (struct: string): void => {
    if (!met.has(struct)) queue.push(struct);
    met.add(struct);
  };
  const roots = new Map<string, Kind>();
  for (const kind of KINDS) {
    const struct = structNameOf(kind.apiVersion, kind.kind);
    if (struct === undefined) continue;
    roots.set(struct, kind as Kind);
    meet(struct);
  }
  for (let at = 0; at < queue.length; at += 1) {
    const struct = queue[at] as string;
    const name = definitionName(struct);
    const root = roots.get(struct);
    const definition = definitionOf(struct, meet, describe);
    definitions[name] =
      root === undefined
        ? definition
        : { ...definition, 'x-kubernetes-group-version-kind': [kindName(root)] };
    if (root === undefined) continue;
    definitions[`${name}List`] = listDefinition(name, root);
    Object.assign(paths, pathsOf(root, name));
  }
  const sorted = Object.fromEntries(Object.entries(definitions).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { swagger: '2.0', info: { title: 'Kubernetes', version }, paths, definitions: sorted };
}
