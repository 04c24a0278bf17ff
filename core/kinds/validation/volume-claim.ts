import { equalValues } from '../../api/equal.ts';
import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import { compareQuantities, exactNanos, formatQuantity } from '../../quantity.ts';
import type {
  PersistentVolumeClaim,
  PersistentVolumeClaimSpec,
  Quantity,
  TypedObjectReference,
} from '../../schema/types.generated.ts';
import {
  forbiddenField,
  IMMUTABLE,
  invalidFor,
  invalidValue,
  notSupported,
  oneOf,
  required,
} from './fields.ts';
import { dnsSubdomain } from './names.ts';
import { validateLabelSelector } from './selector.ts';

/** PersistentVolumeClaims (core/validation `ValidatePersistentVolumeClaim`). */

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
export const VOLUME_MODES = ['Block', 'Filesystem'];
const SINGLE_POD = 'ReadWriteOncePod';
const STORAGE = 'storage';

export function validateAccessModes(
  modes: readonly string[],
  field: string,
  none: string,
): readonly FieldError[] {
  if (modes.length === 0) return [required(field, none)];
  const errors: FieldError[] = modes
    .filter((mode) => !ACCESS_MODES.includes(mode))
    .map((mode) => notSupported(field, mode, ACCESS_MODES));
  if (modes.includes(SINGLE_POD) && modes.some((mode) => mode !== SINGLE_POD)) {
    errors.push(forbiddenField(field, 'may not use ReadWriteOncePod with other access modes'));
  }
  return errors;
}

/** `ValidatePositiveQuantityValue`. */
export function positiveQuantity(field: string, quantity: Quantity): readonly FieldError[] {
  if (exactNanos(quantity) > 0n) return [];
  return [invalidValue(field, formatQuantity(quantity), 'must be greater than zero')];
}

/** What a volume is filled from: of the core group only another claim. */
function validateSource(source: TypedObjectReference, field: string): readonly FieldError[] {
  const { apiGroup = '', kind = '', name = '' } = source;
  const errors: FieldError[] = [];
  if (name === '') errors.push(required(`${field}.name`));
  if (kind === '') errors.push(required(`${field}.kind`));
  if (apiGroup === '' && kind !== 'PersistentVolumeClaim') {
    const detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
    errors.push(invalidValue(field, kind, detail));
  }
  if (apiGroup !== '') errors.push(...invalidFor(`${field}.apiGroup`, apiGroup, dnsSubdomain(apiGroup)));
  return errors;
}

function validateClaimSpec(spec: PersistentVolumeClaimSpec, field: string): readonly FieldError[] {
  const { accessModes = [], dataSource, dataSourceRef, resources, selector } = spec;
  const { storageClassName, volumeAttributesClassName, volumeMode } = spec;
  const storage = resources?.requests?.[STORAGE];
  const errors: FieldError[] = [
    ...validateAccessModes(accessModes, `${field}.accessModes`, 'at least 1 access mode is required'),
    ...validateLabelSelector(selector, `${field}.selector`),
    ...(storage === undefined
      ? [required(`${field}.resources[${STORAGE}]`)]
      : positiveQuantity(`${field}.resources[${STORAGE}]`, storage)),
  ];
  for (const [name, className] of Object.entries({ storageClassName, volumeAttributesClassName })) {
    if (className) errors.push(...invalidFor(`${field}.${name}`, className, dnsSubdomain(className)));
  }
  if (volumeMode !== undefined) errors.push(...oneOf(`${field}.volumeMode`, volumeMode, VOLUME_MODES));
  if (dataSource !== undefined) errors.push(...validateSource(dataSource, `${field}.dataSource`));
  if (dataSourceRef !== undefined) errors.push(...validateSource(dataSourceRef, `${field}.dataSourceRef`));
  if (dataSource !== undefined && dataSourceRef !== undefined && dataSourceRef.namespace === undefined) {
    if (!equalValues(dataSource, dataSourceRef)) {
      errors.push(invalidValue(field, dataSourceRef, 'must match dataSource'));
    }
  }
  return errors;
}

export function validateClaim(object: NewObject<PersistentVolumeClaim>): readonly FieldError[] {
  return validateClaimSpec(object.spec ?? {}, 'spec');
}

/** The part of a claim that stays: all but its class while it has none, and, once bound, its size. */
function lasting(spec: PersistentVolumeClaimSpec, isBound: boolean): PersistentVolumeClaimSpec {
  const { requests = {}, ...resources } = spec.resources ?? {};
  return {
    ...spec,
    resources: isBound
      ? { ...resources, requests: { ...requests, [STORAGE]: '0' } }
      : { ...resources, requests },
    volumeAttributesClassName: isBound ? undefined : spec.volumeAttributesClassName,
  };
}

export function validateClaimUpdate(
  next: PersistentVolumeClaim,
  previous: PersistentVolumeClaim,
): readonly FieldError[] {
  const errors: FieldError[] = [...validateClaim(next)];
  const isBound = next.status.phase === 'Bound';
  const before = previous.spec;
  // The binder names the volume, and a default class may be given later to a claim that has none.
  const adopted = {
    ...before,
    volumeName: before.volumeName || next.spec.volumeName,
    storageClassName: before.storageClassName ?? (before.volumeName ? undefined : next.spec.storageClassName),
  };
  if (!equalValues(lasting(next.spec, isBound), lasting(adopted, isBound))) {
    const detail =
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
    errors.push(forbiddenField('spec', detail));
  }
  const size = next.spec.resources?.requests?.[STORAGE];
  const oldSize = before.resources?.requests?.[STORAGE];
  const held = previous.status.capacity?.[STORAGE] ?? '0';
  if (size !== undefined && oldSize !== undefined && compareQuantities(size, oldSize) < 0) {
    // A growth that failed may be taken back, down to what the volume already has.
    if (compareQuantities(size, held) <= 0) {
      const detail = 'field can not be less than status.capacity';
      errors.push(forbiddenField('spec.resources.requests.storage', detail));
    }
  }
  if (next.spec.volumeMode !== before.volumeMode) {
    errors.push(invalidValue('spec.volumeMode', next.spec.volumeMode, IMMUTABLE));
  }
  return errors;
}
