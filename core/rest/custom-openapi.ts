import { customKinds } from '../kinds/custom/lookup.ts';
import type { CustomVersion, Kind } from '../kinds/kind.ts';
import { isJsonObject } from '../schema/decoding.ts';
import type { View } from '../store/view.ts';
import { pathsOf } from './openapi.ts';

/** The OpenAPI documents of groups that CustomResourceDefinitions serve: their schemas as they were written. */

type Schema = Readonly<Record<string, unknown>>;

interface Served {
  readonly kind: Kind;
  readonly version: CustomVersion;
}

const TYPE_FIELDS: Schema = {
  apiVersion: { type: 'string', description: 'The version of the schema in which the object is written.' },
  kind: { type: 'string', description: 'The kind of the object.' },
};

function served(view: View): readonly Served[] {
  return customKinds(view).flatMap((kind) => (kind.custom ?? []).map((version) => ({ kind, version })));
}

/** Versions of groups, as `apis/stable.example.com/v1`. */
export function customOpenApiPaths(view: View): readonly string[] {
  return [...new Set(served(view).map(({ version }) => `apis/${version.apiVersion}`))].sort();
}

/** `com.example.stable.v1.CronTab`. */
function schemaName(apiVersion: string, kind: string): string {
  const [group = '', version = ''] = apiVersion.split('/');
  return [...group.split('.').reverse(), version, kind].join('.');
}

function namesOf({ kind, version }: Served) {
  return { ...kind, version: version.apiVersion.split('/')[1] ?? '', apiVersion: version.apiVersion };
}

/** `metadata` has the schema of any object's, which stands in `shared` with all that it refers to. */
export function customOpenApiDocument(view: View, path: string, release: string, shared: Schema): unknown {
  const here = served(view).filter(({ version }) => `apis/${version.apiVersion}` === path);
  if (here.length === 0) return undefined;
  const schemas: Record<string, Schema> = { ...(shared as Record<string, Schema>) };
  for (const one of here) {
    const { schema, apiVersion } = one.version;
    const { group, version, kind } = namesOf(one);
    const properties = isJsonObject(schema.properties) ? schema.properties : {};
    schemas[schemaName(apiVersion, kind)] = {
      ...schema,
      properties: { ...properties, ...TYPE_FIELDS, metadata: { $ref: '#/components/schemas/ObjectMeta' } },
      'x-kubernetes-group-version-kind': [{ group, version, kind }],
    };
  }
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes CRD Swagger', version: release },
    paths: Object.assign({}, ...here.map((one) => pathsOf(namesOf(one)))) as Schema,
    components: { schemas },
  };
}
