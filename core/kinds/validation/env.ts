import type { FieldError } from '../../api/status.ts';
import type {
  EnvFromSource,
  EnvVar,
  EnvVarSource,
  ObjectFieldSelector,
  ResourceFieldSelector,
} from '../../schema/types.generated.ts';
import { invalidFor, invalidValue, notSupported, required } from './fields.ts';
import { configMapKey, dnsSubdomain, environmentName, qualifiedName } from './names.ts';

/** Environment variables and the downward API (core/validation `ValidateEnv`). */

/** Sorted, as messages list them. */
const ENV_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
const VOLUME_FIELDS = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];
/** Labels of fields that the API converts (core/v1 `ConvertDownwardAPIFieldLabel`). */
const KNOWN_FIELDS = [
  ...ENV_FIELDS,
  ...VOLUME_FIELDS,
  'spec.host',
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
];
const RESOURCE_FIELDS = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const SUBSCRIPT = /^(.*)\['([^']*)'\]$/;
const SOURCES = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'] as const;

export function validateFieldSelector(
  ref: ObjectFieldSelector,
  field: string,
  use: 'environment' | 'volume',
): readonly FieldError[] {
  const path = `${field}.fieldPath`;
  const { apiVersion = '', fieldPath = '' } = ref;
  if (apiVersion === '') return [required(`${field}.apiVersion`)];
  if (fieldPath === '') return [required(path)];
  const subscript = SUBSCRIPT.exec(fieldPath);
  if (subscript !== null) {
    const [, map, key = ''] = subscript;
    if (map === 'metadata.labels') return invalidFor(path, key, qualifiedName(key));
    if (map === 'metadata.annotations') return invalidFor(path, key, qualifiedName(key.toLowerCase()));
    return [invalidValue(path, fieldPath, 'does not support subscript')];
  }
  if (!KNOWN_FIELDS.includes(fieldPath)) {
    return [
      invalidValue(path, fieldPath, `error converting fieldPath: field label not supported: ${fieldPath}`),
    ];
  }
  const supported = use === 'environment' ? ENV_FIELDS : VOLUME_FIELDS;
  return supported.includes(fieldPath) || fieldPath === 'spec.host'
    ? []
    : [notSupported(path, fieldPath, supported)];
}

export function validateResourceField(ref: ResourceFieldSelector, field: string): readonly FieldError[] {
  const { resource = '' } = ref;
  if (resource === '') return [required(`${field}.resource`)];
  if (RESOURCE_FIELDS.includes(resource) || /^(limits|requests)\.hugepages-/.test(resource)) return [];
  return [notSupported(`${field}.resource`, resource, RESOURCE_FIELDS)];
}

function validateKeyRef(
  ref: { readonly name?: string; readonly key?: string },
  field: string,
): readonly FieldError[] {
  const { name = '', key = '' } = ref;
  return [
    ...invalidFor(`${field}.name`, name, dnsSubdomain(name)),
    ...(key === '' ? [required(`${field}.key`)] : invalidFor(`${field}.key`, key, configMapKey(key))),
  ];
}

function validateSource(source: EnvVarSource, hasValue: boolean, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = source;
  if (fieldRef) errors.push(...validateFieldSelector(fieldRef, `${field}.fieldRef`, 'environment'));
  if (resourceFieldRef) errors.push(...validateResourceField(resourceFieldRef, `${field}.resourceFieldRef`));
  if (configMapKeyRef) errors.push(...validateKeyRef(configMapKeyRef, `${field}.configMapKeyRef`));
  if (secretKeyRef) errors.push(...validateKeyRef(secretKeyRef, `${field}.secretKeyRef`));
  const count = SOURCES.filter((name) => source[name] !== undefined).length;
  if (count === 0) {
    const detail = 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`';
    errors.push(invalidValue(field, '', detail));
  }
  if (hasValue) {
    if (count > 0) errors.push(invalidValue(field, '', 'may not be specified when `value` is not empty'));
  } else if (count > 1) {
    errors.push(invalidValue(field, '', 'may not have more than one field specified at a time'));
  }
  return errors;
}

export function validateEnv(env: readonly EnvVar[], field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, { name = '', value = '', valueFrom }] of env.entries()) {
    const path = `${field}[${index}]`;
    if (name === '') errors.push(required(`${path}.name`));
    else errors.push(...invalidFor(`${path}.name`, name, environmentName(name)));
    if (valueFrom !== undefined) errors.push(...validateSource(valueFrom, value !== '', `${path}.valueFrom`));
  }
  return errors;
}

export function validateEnvFrom(sources: readonly EnvFromSource[], field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, { prefix = '', configMapRef, secretRef }] of sources.entries()) {
    const path = `${field}[${index}]`;
    if (prefix !== '') errors.push(...invalidFor(`${path}.prefix`, prefix, environmentName(prefix)));
    for (const [name, ref] of [
      ['configMapRef', configMapRef],
      ['secretRef', secretRef],
    ] as const) {
      if (ref === undefined) continue;
      const named = ref.name ?? '';
      if (named === '') errors.push(required(`${path}.${name}.name`));
      else errors.push(...invalidFor(`${path}.${name}.name`, named, dnsSubdomain(named)));
    }
    if (configMapRef === undefined && secretRef === undefined) {
      errors.push(invalidValue(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    } else if (configMapRef !== undefined && secretRef !== undefined) {
      errors.push(invalidValue(path, '', 'may not have more than one field specified at a time'));
    }
  }
  return errors;
}
