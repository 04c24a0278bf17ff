import { equalValues } from '../../api/equal.ts';
import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import { exactNanos, formatQuantity } from '../../quantity.ts';
import type {
  CSIPersistentVolumeSource,
  PersistentVolume,
  PersistentVolumeSpec,
  SecretReference,
} from '../../schema/types.generated.ts';
import {
  forbiddenField,
  IMMUTABLE,
  invalidFor,
  invalidValue,
  notSupported,
  oneOf,
  required,
  sortedKeys,
  tooLongValue,
} from './fields.ts';
import { byteLength, dnsSubdomain } from './names.ts';
import { validateNodeSelector } from './scheduling.ts';
import { validateHostPath } from './volume.ts';
import { positiveQuantity, VOLUME_MODES, validateAccessModes } from './volume-claim.ts';

/** PersistentVolumes (core/validation `ValidatePersistentVolumeSpec`). */

const STORAGE = 'storage';
const RECLAIM_POLICIES = ['Delete', 'Recycle', 'Retain'];
/** What a volume can be made of, in the order in which the API server looks. */
const SOURCES = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'flocker',
  'nfs',
  'rbd',
  'quobyte',
  'cephfs',
  'iscsi',
  'cinder',
  'fc',
  'flexVolume',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'scaleIO',
  'local',
  'storageos',
  'csi',
] as const;
/** What a source of this kind can't be without. */
const NEEDED: Readonly<Partial<Record<(typeof SOURCES)[number], readonly string[]>>> = {
  awsElasticBlockStore: ['volumeID'],
  azureDisk: ['diskName', 'diskURI'],
  azureFile: ['secretName', 'shareName'],
  cephfs: ['monitors'],
  cinder: ['volumeID'],
  flexVolume: ['driver'],
  gcePersistentDisk: ['pdName'],
  glusterfs: ['endpoints', 'path'],
  iscsi: ['targetPortal', 'iqn'],
  nfs: ['server', 'path'],
  photonPersistentDisk: ['pdID'],
  portworxVolume: ['volumeID'],
  quobyte: ['registry', 'volume'],
  rbd: ['monitors', 'image'],
  scaleIO: ['gateway', 'system', 'volumeName'],
  vsphereVolume: ['volumePath'],
};
/** `ValidateCSIDriverName`. */
const DRIVER_LENGTH_MAX = 63;

export function validateDriverName(driver: string, field: string): readonly FieldError[] {
  if (driver === '') return [required(field)];
  return [
    ...(byteLength(driver) > DRIVER_LENGTH_MAX ? [tooLongValue(field, DRIVER_LENGTH_MAX)] : []),
    ...invalidFor(field, driver, dnsSubdomain(driver.toLowerCase())),
  ];
}

function validateSecret(secret: SecretReference | undefined, field: string): readonly FieldError[] {
  if (secret === undefined) return [];
  return (['name', 'namespace'] as const)
    .filter((key) => !secret[key])
    .map((key) => required(`${field}.${key}`));
}

function validateCsi(csi: CSIPersistentVolumeSource, field: string): readonly FieldError[] {
  const { driver = '', volumeHandle = '' } = csi;
  const secrets = [
    'controllerPublishSecretRef',
    'controllerExpandSecretRef',
    'nodePublishSecretRef',
    'nodeExpandSecretRef',
  ] as const;
  return [
    ...validateDriverName(driver, `${field}.driver`),
    ...(volumeHandle === '' ? [required(`${field}.volumeHandle`)] : []),
    ...secrets.flatMap((key) => validateSecret(csi[key], `${field}.${key}`)),
  ];
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

function validateSource(
  spec: Partial<PersistentVolumeSpec>,
  name: (typeof SOURCES)[number],
): readonly FieldError[] {
  const field = `spec.${name}`;
  const { csi, hostPath, local, nfs, nodeAffinity } = spec;
  const source = spec[name] as unknown as Readonly<Record<string, unknown>>;
  if (name === 'csi' && csi !== undefined) return validateCsi(csi, field);
  if (name === 'hostPath' && hostPath !== undefined) return validateHostPath(hostPath, field);
  const errors: FieldError[] = (NEEDED[name] ?? [])
    .filter((key) => isMissing(source[key]))
    .map((key) => required(`${field}.${key}`));
  if (name === 'nfs' && nfs !== undefined && !nfs.path?.startsWith('/')) {
    errors.push(invalidValue(`${field}.path`, nfs.path ?? '', 'must be an absolute path'));
  }
  if (name === 'local' && local !== undefined) {
    const { path = '' } = local;
    if (path === '') errors.push(required(`${field}.path`));
    else if (path.split('/').includes('..')) {
      errors.push(invalidValue(`${field}.path`, path, "must not contain '..'"));
    }
    if (nodeAffinity === undefined) {
      errors.push(required('metadata.annotations', 'Local volume requires node affinity'));
    }
  }
  return errors;
}

function validateSources(spec: Partial<PersistentVolumeSpec>): readonly FieldError[] {
  const errors: FieldError[] = [];
  let count = 0;
  for (const name of SOURCES) {
    if (spec[name] === undefined) continue;
    if (count > 0) errors.push(forbiddenField(`spec.${name}`, 'may not specify more than 1 volume type'));
    else errors.push(...validateSource(spec, name));
    count += 1;
  }
  if (count === 0) errors.push(required('spec', 'must specify a volume type'));
  return errors;
}

function validateCapacity(capacity: PersistentVolumeSpec['capacity']): readonly FieldError[] {
  const field = 'spec.capacity';
  const names = sortedKeys(capacity);
  const errors: FieldError[] = [];
  if (names.length === 0) errors.push(required(field));
  if (names.length !== 1 || names[0] !== STORAGE) errors.push(notSupported(field, capacity, [STORAGE]));
  for (const name of names) {
    const quantity = capacity![name]!;
    const path = `${field}[${name}]`;
    if (exactNanos(quantity) < 0n) {
      errors.push(invalidValue(path, formatQuantity(quantity), 'must be a valid resource quantity'));
    }
    errors.push(...positiveQuantity(path, quantity));
  }
  return errors;
}

function isRoot(path: string | undefined): boolean {
  return path !== undefined && /^\/[/.]*$/.test(path) && !path.includes('..');
}

export function validateVolumeObject(object: NewObject<PersistentVolume>): readonly FieldError[] {
  const spec = object.spec ?? {};
  const { capacity, csi, nodeAffinity, persistentVolumeReclaimPolicy: policy, storageClassName } = spec;
  const { volumeAttributesClassName: attributesClass, volumeMode } = spec;
  const errors: FieldError[] = [
    ...validateAccessModes(spec.accessModes ?? [], 'spec.accessModes', ''),
    ...validateCapacity(capacity),
  ];
  const policyField = 'spec.persistentVolumeReclaimPolicy';
  if (policy) errors.push(...oneOf(policyField, policy, RECLAIM_POLICIES));
  if (nodeAffinity !== undefined) {
    const field = 'spec.nodeAffinity.required';
    if (nodeAffinity.required === undefined) {
      errors.push(required(field, 'must specify required node constraints'));
    } else errors.push(...validateNodeSelector(nodeAffinity.required, field));
  }
  errors.push(...validateSources(spec));
  if (isRoot(spec.hostPath?.path) && policy === 'Recycle') {
    errors.push(forbiddenField(policyField, "may not be 'recycle' for a hostPath mount of '/'"));
  }
  if (storageClassName) {
    errors.push(...invalidFor('spec.storageClassName', storageClassName, dnsSubdomain(storageClassName)));
  }
  if (volumeMode !== undefined) errors.push(...oneOf('spec.volumeMode', volumeMode, VOLUME_MODES));
  if (attributesClass !== undefined) {
    const field = 'spec.volumeAttributesClassName';
    if (attributesClass === '') errors.push(required(field, 'an empty string is disallowed'));
    else errors.push(...invalidFor(field, attributesClass, dnsSubdomain(attributesClass)));
    if (csi === undefined) {
      const detail = 'has to be specified when using volumeAttributesClassName';
      errors.push(required('spec.csi', detail));
    }
  }
  return errors;
}

function sourcesOf(spec: PersistentVolumeSpec): readonly unknown[] {
  return SOURCES.map((name) => spec[name]);
}

export function validateVolumeObjectUpdate(
  next: PersistentVolume,
  previous: PersistentVolume,
): readonly FieldError[] {
  const errors: FieldError[] = [...validateVolumeObject(next)];
  if (!equalValues(sourcesOf(next.spec), sourcesOf(previous.spec))) {
    const detail = 'spec.persistentvolumesource is immutable after creation';
    errors.push(forbiddenField('spec.persistentvolumesource', detail));
  }
  const { nodeAffinity, volumeMode } = next.spec;
  if (volumeMode !== previous.spec.volumeMode) {
    errors.push(invalidValue('spec.volumeMode', volumeMode, IMMUTABLE));
  }
  const before = previous.spec.nodeAffinity;
  if (before !== undefined && !equalValues(nodeAffinity, before)) {
    const detail = 'field is immutable, except for updating from beta label to GA';
    errors.push(invalidValue('spec.nodeAffinity', nodeAffinity, detail));
  }
  return errors;
}
