import { patchStrategy } from '../api/patching/patch-strategies.ts';
import type { Kind } from '../kinds/kind.ts';
import { KINDS } from '../kinds/registry.ts';
import {
  type FieldType,
  type ScalarType,
  type StructField,
  structNamed,
  structNameOf,
} from '../schema/table.ts';

/**
 * The OpenAPI document (version 3) as far as clients ask for it: the schemas of the kinds of a group, and for each
 * kind that its writes take `fieldValidation`, which kubectl looks for before it lets the server validate. What fields
 * mean is not in the table of the schema: whoever serves the document may know.
 */
export type Describe = (struct: string, field?: string) => string | undefined;

type Schema = Readonly<Record<string, unknown>>;

const SCALARS: Readonly<Record<ScalarType, Schema>> = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
  time: { type: 'string', format: 'date-time' },
  microTime: { type: 'string', format: 'date-time' },
  quantity: { oneOf: [{ type: 'string' }, { type: 'number' }] },
  intOrString: { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  rawObject: { type: 'object' },
  any: {},
};

function reference(struct: string): Schema {
  return { $ref: `#/components/schemas/${struct}` };
}

function schemaOf(type: FieldType, meet: (struct: string) => void): Schema {
  switch (type.type) {
    case 'struct':
      meet(type.struct);
      return { allOf: [reference(type.struct)], default: {} };
    case 'structOr':
      meet(type.struct);
      return {};
    case 'enum':
      return { type: 'string', enum: type.values };
    case 'list':
      return { type: 'array', items: schemaOf(type.of, meet) };
    case 'map':
      return { type: 'object', additionalProperties: schemaOf(type.of, meet) };
    default:
      return SCALARS[type.type];
  }
}

/** As a strategic merge patch reads lists. */
export function patchFacts(struct: string, field: string): Schema {
  const strategy = patchStrategy(struct, field);
  if (strategy === undefined) return {};
  const words = [
    ...(strategy.merge ? ['merge'] : []),
    ...(strategy.retainKeys === true ? ['retainKeys'] : []),
    ...(strategy.replace === true ? ['replace'] : []),
  ];
  return {
    'x-kubernetes-patch-strategy': words.join(','),
    ...(strategy.mergeKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': strategy.mergeKey }),
  };
}

/** A request's path says them as well. */
const TYPE_FIELDS: readonly string[] = ['apiVersion', 'kind'];

export function description(text: string | undefined): Schema {
  return text === undefined || text === '' ? {} : { description: text };
}

/** Fields that every object of a struct must have. */
export function requiredFields(fields: readonly StructField[]): readonly string[] {
  const isKind = fields.some((field) => field.name === 'metadata') && fields[0]?.name === 'apiVersion';
  return fields
    .filter((field) => field.required && !(isKind && TYPE_FIELDS.includes(field.name)))
    .map((field) => field.name);
}

function structSchema(name: string, meet: (struct: string) => void, describe: Describe): Schema {
  const { fields } = structNamed(name);
  const required = requiredFields(fields);
  return {
    ...description(describe(name)),
    type: 'object',
    properties: Object.fromEntries(
      fields.map((field) => [
        field.name,
        {
          ...description(describe(name, field.name)),
          ...schemaOf(field.type, meet),
          ...patchFacts(name, field.name),
        },
      ]),
    ),
    ...(required.length === 0 ? {} : { required }),
  };
}

/** A kind in one of its versions. */
type Named = Pick<Kind, 'group' | 'version' | 'kind' | 'plural' | 'namespaced' | 'apiVersion'>;

function kindName({ group, version, kind }: Named): Schema {
  return { group, version, kind };
}

const FIELD_VALIDATION: Schema = {
  name: 'fieldValidation',
  in: 'query',
  schema: { type: 'string', uniqueItems: true },
};

export function pathsOf(kind: Named): Readonly<Record<string, Schema>> {
  const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.apiVersion}`;
  const base = kind.namespaced ? `${root}/namespaces/{namespace}/${kind.plural}` : `${root}/${kind.plural}`;
  const operation = (action: string): Schema => ({
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': kindName(kind),
    parameters: [FIELD_VALIDATION],
    responses: { 200: { description: 'OK' } },
  });
  return {
    [base]: { post: operation('post') },
    [`${base}/{name}`]: { put: operation('put'), patch: operation('patch') },
  };
}

/** Made once for each source of descriptions. */
const documentsBy = new WeakMap<Describe, Map<string, unknown>>();

function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`;
}

/** `/openapi/v3`: where the documents are. */
export function openApiIndex(custom: readonly string[] = []): unknown {
  const versions = [...new Set(KINDS.map(({ apiVersion }) => apiVersion))].sort();
  return {
    paths: Object.fromEntries(
      [...versions.map(groupPath), ...custom].map((path) => {
        return [path, { serverRelativeURL: `/openapi/v3/${path}` }];
      }),
    ),
  };
}

/** `/openapi/v3/apis/apps/v1`; `undefined` where there is no such group. */
export function openApiDocument(path: string, version: string, describe: Describe): unknown {
  const kinds = KINDS.filter(({ apiVersion }) => groupPath(apiVersion) === path);
  const [first] = kinds;
  if (first === undefined) return undefined;
  const documents = documentsBy.get(describe) ?? new Map<string, unknown>();
  documentsBy.set(describe, documents);
  const made = documents.get(path);
  if (made !== undefined) return made;
  const schemas: Record<string, Schema> = {};
  const queue: string[] = [];
  const meet = (struct: string): void => {
    if (!queue.includes(struct)) queue.push(struct);
  };
  const roots = new Map(kinds.map((kind) => [structNameOf(kind.apiVersion, kind.kind) ?? '', kind as Kind]));
  for (const struct of roots.keys()) if (struct !== '') meet(struct);
  for (let at = 0; at < queue.length; at += 1) {
    const name = queue[at] as string;
    const root = roots.get(name);
    const schema = structSchema(name, meet, describe);
    schemas[name] =
      root === undefined ? schema : { ...schema, 'x-kubernetes-group-version-kind': [kindName(root)] };
  }
  const document = {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version },
    paths: Object.assign({}, ...kinds.map((kind) => pathsOf(kind as Kind))),
    components: { schemas },
  };
  documents.set(path, document);
  return document;
}
