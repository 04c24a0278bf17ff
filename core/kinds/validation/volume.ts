import type { FieldError } from '../../api/status.ts';
import { exactNanos } from '../../quantity.ts';
import type {
  DownwardAPIVolumeFile,
  HostPathVolumeSource,
  KeyToPath,
  ProjectedVolumeSource,
  Volume,
} from '../../schema/types.generated.ts';
import { validateDescendingPath } from './container.ts';
import { validateFieldSelector, validateResourceField } from './env.ts';
import { duplicate, forbiddenField, invalidFor, invalidValue, oneOf, required } from './fields.ts';
import { configMapKey, dnsLabel, dnsSubdomain } from './names.ts';

/** Volumes (core/validation `ValidateVolumes`). */

const FILE_MODE_MAX = 0o777;
const HOST_PATH_TYPES = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];
/** The shortest life of a projected token. */
const TOKEN_SECONDS_MIN = 600;
const TOKEN_SECONDS_MAX = 2 ** 32;

function validateMode(mode: number | undefined, field: string): readonly FieldError[] {
  if (mode === undefined || (mode >= 0 && mode <= FILE_MODE_MAX)) return [];
  return [invalidValue(field, mode, 'must be a number between 0 and 0777 (octal), both inclusive')];
}

function validateRelativePath(path: string, field: string): readonly FieldError[] {
  if (path === '') return [required(field)];
  const errors = [...validateDescendingPath(path, field)];
  if (path.startsWith('..') && !path.startsWith('../') && path !== '..') {
    errors.push(invalidValue(field, path, "must not start with '..'"));
  }
  return errors;
}

function validateItems(items: readonly KeyToPath[] | undefined, field: string): readonly FieldError[] {
  return (items ?? []).flatMap(({ key = '', path = '', mode }, index) => {
    const at = `${field}[${index}]`;
    return [
      ...(key === '' ? [required(`${at}.key`)] : invalidFor(`${at}.key`, key, configMapKey(key))),
      ...validateRelativePath(path, `${at}.path`),
      ...validateMode(mode, `${at}.mode`),
    ];
  });
}

function validateDownwardFiles(
  files: readonly DownwardAPIVolumeFile[] | undefined,
  field: string,
): readonly FieldError[] {
  return (files ?? []).flatMap((file, index) => {
    const { path = '', fieldRef, resourceFieldRef, mode } = file;
    const at = `${field}[${index}]`;
    const errors: FieldError[] = [...validateRelativePath(path, `${at}.path`)];
    if (fieldRef !== undefined) {
      errors.push(...validateFieldSelector(fieldRef, `${at}.fieldRef`, 'volume'));
      if (resourceFieldRef !== undefined) {
        errors.push(
          invalidValue(at, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'),
        );
      }
    } else if (resourceFieldRef !== undefined) {
      errors.push(...validateResourceField(resourceFieldRef, `${at}.resourceFieldRef`));
    } else errors.push(required(at, 'one of fieldRef and resourceFieldRef is required'));
    return [...errors, ...validateMode(mode, `${at}.mode`)];
  });
}

function validateProjected(projected: ProjectedVolumeSource, field: string): readonly FieldError[] {
  const errors: FieldError[] = [...validateMode(projected.defaultMode, `${field}.defaultMode`)];
  for (const [index, source] of (projected.sources ?? []).entries()) {
    const path = `${field}.sources[${index}]`;
    const { configMap, downwardAPI, secret, serviceAccountToken } = source;
    for (const [name, ref] of [
      ['secret', secret],
      ['configMap', configMap],
    ] as const) {
      if (ref === undefined) continue;
      if (!ref.name) errors.push(required(`${path}.${name}.name`));
      errors.push(...validateItems(ref.items, `${path}.${name}.items`));
    }
    if (downwardAPI !== undefined) {
      errors.push(...validateDownwardFiles(downwardAPI.items, `${path}.downwardAPI`));
    }
    if (serviceAccountToken !== undefined) {
      const { expirationSeconds = TOKEN_SECONDS_MIN, path: file = '' } = serviceAccountToken;
      const at = `${path}.serviceAccountToken`;
      if (expirationSeconds < TOKEN_SECONDS_MIN) {
        const detail = 'may not specify a duration less than 10 minutes';
        errors.push(invalidValue(`${at}.expirationSeconds`, expirationSeconds, detail));
      } else if (expirationSeconds > TOKEN_SECONDS_MAX) {
        const detail = 'may not specify a duration larger than 2^32 seconds';
        errors.push(invalidValue(`${at}.expirationSeconds`, expirationSeconds, detail));
      }
      if (file === '') errors.push(required(`${at}.path`));
    }
    if (Object.values(source).filter((value) => value !== undefined).length > 1) {
      errors.push(forbiddenField(path, 'may not specify more than 1 volume type'));
    }
  }
  return errors;
}

export function validateHostPath(
  { path = '', type }: HostPathVolumeSource,
  field: string,
): readonly FieldError[] {
  if (path === '') return [required(`${field}.path`)];
  const errors: FieldError[] = [];
  if (path.split('/').includes('..'))
    errors.push(invalidValue(`${field}.path`, path, "must not contain '..'"));
  if (type !== undefined) errors.push(...oneOf(`${field}.type`, type, HOST_PATH_TYPES));
  return errors;
}

function validateSource(volume: Volume, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  let count = 0;
  const one = <K extends keyof Volume>(
    name: K,
    check: (source: NonNullable<Volume[K]>, path: string) => readonly FieldError[],
  ) => {
    const source = volume[name];
    if (source === undefined) return;
    const path = `${field}.${name}`;
    if (count > 0) errors.push(forbiddenField(path, 'may not specify more than 1 volume type'));
    else errors.push(...check(source as NonNullable<Volume[K]>, path));
    count++;
  };
  one('emptyDir', ({ sizeLimit }, path) =>
    sizeLimit !== undefined && exactNanos(sizeLimit) < 0n
      ? [forbiddenField(`${path}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')]
      : [],
  );
  one('hostPath', validateHostPath);
  one('secret', ({ secretName, defaultMode, items }, path) => [
    ...(secretName ? [] : [required(`${path}.secretName`)]),
    ...validateMode(defaultMode, `${path}.defaultMode`),
    ...validateItems(items, `${path}.items`),
  ]);
  one('nfs', ({ server, path: exported = '' }, path) => [
    ...(server ? [] : [required(`${path}.server`)]),
    ...(exported === '' ? [required(`${path}.path`)] : []),
    ...(exported.startsWith('/') ? [] : [invalidValue(`${path}.path`, exported, 'must be an absolute path')]),
  ]);
  one('persistentVolumeClaim', ({ claimName }, path) => (claimName ? [] : [required(`${path}.claimName`)]));
  one('configMap', ({ name, defaultMode, items }, path) => [
    ...(name ? [] : [required(`${path}.name`)]),
    ...validateMode(defaultMode, `${path}.defaultMode`),
    ...validateItems(items, `${path}.items`),
  ]);
  one('downwardAPI', ({ defaultMode, items }, path) => [
    ...validateMode(defaultMode, `${path}.defaultMode`),
    ...validateDownwardFiles(items, path),
  ]);
  one('projected', validateProjected);
  one('csi', ({ driver = '' }, path) =>
    driver === '' ? [required(`${path}.driver`)] : invalidFor(`${path}.driver`, driver, dnsSubdomain(driver)),
  );
  one('image', ({ reference, pullPolicy }, path) => [
    ...(reference ? [] : [required(`${path}.reference`)]),
    ...oneOf(`${path}.pullPolicy`, pullPolicy, ['Always', 'IfNotPresent', 'Never']),
  ]);
  one('ephemeral', ({ volumeClaimTemplate }, path) =>
    volumeClaimTemplate === undefined ? [required(`${path}.volumeClaimTemplate`)] : [],
  );
  return errors;
}

export function validateVolumes(volumes: readonly Volume[], field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, volume] of volumes.entries()) {
    const path = `${field}[${index}]`;
    const { name = '' } = volume;
    errors.push(...validateSource(volume, path));
    if (name === '') errors.push(required(`${path}.name`));
    else {
      const problems = dnsLabel(name);
      errors.push(...invalidFor(`${path}.name`, name, problems));
      if (problems.length === 0 && names.has(name)) errors.push(duplicate(`${path}.name`, name));
      names.add(name);
    }
  }
  return errors;
}
