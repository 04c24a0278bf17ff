import type { MatchCondition, Variable } from '../schema/types.generated.ts';
import { type Compiled, compile } from './compile.ts';
import { type Environment, environmentOf } from './environment.ts';
import { AUTHORIZER, RESOURCE_CHECK } from './functions/authorizer.ts';
import { ADMISSION_FUNCTIONS } from './kubernetes.ts';
import {
  BOOL,
  type CelType,
  DYN,
  INT,
  listOf,
  mapOf,
  type ObjectField,
  type ObjectType,
  objectOf,
  opaque,
  STRING,
} from './types.ts';

/** What expressions of admission policies may speak of (apiserver `admission/plugin/cel`). */
const STRINGS = listOf(STRING);
const STRING_MAP = mapOf(STRING, STRING);

const GROUP_VERSION_KIND = objectOf('kubernetes.GroupVersionKind', {
  group: STRING,
  version: STRING,
  kind: STRING,
});
const GROUP_VERSION_RESOURCE = objectOf('kubernetes.GroupVersionResource', {
  group: STRING,
  version: STRING,
  resource: STRING,
});

export const REQUEST: ObjectType = objectOf('kubernetes.AdmissionRequest', {
  kind: GROUP_VERSION_KIND,
  resource: GROUP_VERSION_RESOURCE,
  subResource: STRING,
  requestKind: GROUP_VERSION_KIND,
  requestResource: GROUP_VERSION_RESOURCE,
  requestSubResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: objectOf('kubernetes.UserInfo', {
    username: STRING,
    uid: STRING,
    groups: STRINGS,
    extra: mapOf(STRING, STRINGS),
  }),
  dryRun: BOOL,
  options: DYN,
});

export const NAMESPACE_OBJECT: ObjectType = objectOf('kubernetes.Namespace', {
  metadata: objectOf('kubernetes.NamespaceMetadata', {
    name: STRING,
    generateName: STRING,
    namespace: STRING,
    labels: STRING_MAP,
    annotations: STRING_MAP,
    UID: STRING,
    creationTimestamp: { kind: 'timestamp' },
    deletionGracePeriodSeconds: INT,
    deletionTimestamp: { kind: 'timestamp' },
    generation: INT,
    resourceVersion: STRING,
    finalizers: STRINGS,
  }),
  spec: objectOf('kubernetes.NamespaceSpec', { finalizers: STRINGS }),
  status: objectOf('kubernetes.NamespaceStatus', { phase: STRING }),
});

export interface PolicyVariables {
  readonly hasParams: boolean;
  readonly variables?: ObjectType;
}

export function policyEnvironment(
  { hasParams, variables }: PolicyVariables,
  objects?: Environment['objects'],
): Environment {
  return environmentOf(
    ADMISSION_FUNCTIONS,
    {
      object: DYN,
      oldObject: DYN,
      request: REQUEST,
      namespaceObject: NAMESPACE_OBJECT,
      authorizer: opaque(AUTHORIZER),
      'authorizer.requestResource': opaque(RESOURCE_CHECK),
      ...(hasParams ? { params: DYN } : {}),
      ...(variables === undefined ? {} : { variables }),
    },
    objects,
  );
}

export interface CompiledVariable {
  readonly name: string;
  readonly compiled: Compiled;
}

/** The type of `variables` in the expressions after the first so many of them. */
function variablesType(types: readonly (readonly [string, CelType])[]): ObjectType {
  const fields = types.map(([name, type]): [string, ObjectField] => [name, { property: name, type }]);
  return { kind: 'object', name: 'kubernetes.variables', fields: new Map(fields) };
}

/** What a policy's expressions have in common. */
export interface PolicyPrelude {
  readonly conditions: readonly Compiled[];
  readonly variables: readonly CompiledVariable[];
  readonly environment: Environment;
  readonly variablesType: ObjectType;
}

/** A variable sees those before it; conditions see none. */
export function compilePrelude(
  spec: {
    readonly matchConditions?: readonly MatchCondition[];
    readonly variables?: readonly Variable[];
    readonly paramKind?: unknown;
  },
  objects?: Environment['objects'],
): PolicyPrelude {
  const hasParams = spec.paramKind !== undefined;
  const bare = policyEnvironment({ hasParams });
  const conditions = (spec.matchConditions ?? []).map(({ expression }) => compile(expression ?? '', bare));
  const types: (readonly [string, CelType])[] = [];
  const variables: CompiledVariable[] = [];
  for (const { name, expression } of spec.variables ?? []) {
    const environment = policyEnvironment({ hasParams, variables: variablesType(types) }, objects);
    const compiled = compile(expression ?? '', environment);
    variables.push({ name, compiled });
    types.push([name, 'program' in compiled ? compiled.program.type : DYN]);
  }
  const type = variablesType(types);
  return {
    conditions,
    variables,
    variablesType: type,
    environment: policyEnvironment({ hasParams, variables: type }, objects),
  };
}
