import { equalValues } from '../../api/equal.ts';
import type { NewObject, StringMap } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import type { ConfigMap, Secret } from '../../schema/types.generated.ts';
import {
  forbiddenField,
  IMMUTABLE,
  invalidFor,
  invalidValue,
  required,
  sortedKeys,
  tooLongValue,
} from './fields.ts';
import { byteLength, configMapKey } from './names.ts';

/** ConfigMaps and Secrets (core/validation `ValidateConfigMap`, `ValidateSecret`). */

/** `MaxSecretSize`: a mebibyte, of both. */
const SIZE_MAX = 1024 * 1024;
const IS_IMMUTABLE = `${IMMUTABLE} when \`immutable\` is set`;
const SERVICE_ACCOUNT_NAME = 'kubernetes.io/service-account.name';

/** Bytes that a base64 text stands for. */
function decodedLength(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return (text.length / 4) * 3 - padding;
}

function validateKeys(data: StringMap | undefined, field: string): readonly FieldError[] {
  return sortedKeys(data).flatMap((key) => invalidFor(`${field}[${key}]`, key, configMapKey(key)));
}

function sizeOf(data: StringMap | undefined, lengthOf: (text: string) => number): number {
  let size = 0;
  for (const key of sortedKeys(data)) size += lengthOf(data![key]!);
  return size;
}

export function validateConfigMap(object: NewObject<ConfigMap>): readonly FieldError[] {
  const { binaryData, data } = object;
  const errors: FieldError[] = [...validateKeys(data, 'data')];
  for (const key of sortedKeys(data)) {
    if (binaryData?.[key] === undefined) continue;
    errors.push(invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData'));
  }
  errors.push(...validateKeys(binaryData, 'binaryData'));
  // The empty path prints as two brackets.
  if (sizeOf(data, byteLength) + sizeOf(binaryData, decodedLength) > SIZE_MAX) {
    errors.push(tooLongValue('[]', SIZE_MAX));
  }
  return errors;
}

interface MaybeImmutable {
  readonly immutable?: boolean;
}

function validateImmutable<T extends MaybeImmutable>(
  next: T,
  previous: T,
  fields: readonly (keyof T & string)[],
): readonly FieldError[] {
  if (previous.immutable !== true) return [];
  const errors: FieldError[] = [];
  if (next.immutable !== true) errors.push(forbiddenField('immutable', IS_IMMUTABLE));
  for (const field of fields) {
    if (!equalValues(next[field], previous[field])) errors.push(forbiddenField(field, IS_IMMUTABLE));
  }
  return errors;
}

export function validateConfigMapUpdate(next: ConfigMap, previous: ConfigMap): readonly FieldError[] {
  return [...validateImmutable(next, previous, ['data', 'binaryData']), ...validateConfigMap(next)];
}

/** Keys that a type of Secret must have. */
const REQUIRED_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};

function validateSecretType(object: NewObject<Secret>): readonly FieldError[] {
  const { data, metadata, type = '' } = object;
  const missing = (key: string) => data?.[key] === undefined;
  if (type === 'kubernetes.io/service-account-token') {
    if (metadata.annotations?.[SERVICE_ACCOUNT_NAME]) return [];
    return [required(`metadata.annotations[${SERVICE_ACCOUNT_NAME}]`)];
  }
  if (type === 'kubernetes.io/basic-auth') {
    // One of the two is enough.
    return missing('username') && missing('password')
      ? [required('data[username]'), required('data[password]')]
      : [];
  }
  return (REQUIRED_KEYS[type] ?? []).filter(missing).map((key) => required(`data[${key}]`));
}

export function validateSecret(object: NewObject<Secret>): readonly FieldError[] {
  const { data } = object;
  const errors: FieldError[] = [...validateKeys(data, 'data')];
  if (sizeOf(data, decodedLength) > SIZE_MAX) errors.push(tooLongValue('data', SIZE_MAX));
  return [...errors, ...validateSecretType(object)];
}

export function validateSecretUpdate(next: Secret, previous: Secret): readonly FieldError[] {
  return [
    ...(next.type === previous.type ? [] : [invalidValue('type', next.type, IMMUTABLE)]),
    ...validateImmutable(next, previous, ['data']),
    ...validateSecret(next),
  ];
}
