import { equalValues } from '../../api/equal.ts';
import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import { compareQuantities } from '../../quantity.ts';
import type {
  CSINode,
  CSINodeDriver,
  CSIStorageCapacity,
  Quantity,
  VolumeAttributesClass,
} from '../../schema/types.generated.ts';
import {
  duplicate,
  forbiddenField,
  IMMUTABLE,
  invalidFor,
  invalidValue,
  nonNegative,
  required,
  tooLongValue,
} from './fields.ts';
import { byteLength, dnsSubdomain, qualifiedName } from './names.ts';
import { validateLabelSelector } from './selector.ts';
import { validateDriverName } from './volume-object.ts';

/** CSINodes, CSIStorageCapacities and VolumeAttributesClasses (storage/validation). */

const NODE_ID_MAX = 192;
const PARAMETERS_MAX = 512;
const PARAMETERS_BYTES_MAX = 256 * 1024;

function validateNodeDriver(driver: CSINodeDriver, field: string): readonly FieldError[] {
  const { allocatable, name = '', nodeID = '', topologyKeys = [] } = driver;
  const errors: FieldError[] = [...validateDriverName(name, `${field}.name`)];
  if (nodeID === '') errors.push(required(`${field}.nodeID`));
  if (byteLength(nodeID) > NODE_ID_MAX) {
    errors.push(invalidValue(`${field}.nodeID`, nodeID, `must be ${NODE_ID_MAX} characters or less`));
  }
  errors.push(...nonNegative(`${field}.allocatable.count`, allocatable?.count));
  const seen = new Set<string>();
  for (const key of topologyKeys) {
    if (seen.has(key)) errors.push(duplicate(`${field}.topologyKeys`, key));
    seen.add(key);
    errors.push(...invalidFor(`${field}.topologyKeys`, key, qualifiedName(key)));
  }
  return errors;
}

export function validateCsiNode({ spec }: NewObject<CSINode>): readonly FieldError[] {
  const drivers = spec?.drivers ?? [];
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, driver] of drivers.entries()) {
    const field = `spec.drivers[${index}]`;
    errors.push(...validateNodeDriver(driver, field));
    if (seen.has(driver.name)) errors.push(duplicate(`${field}.name`, driver.name));
    seen.add(driver.name);
  }
  return errors;
}

/** A driver's entry stays as it is until it is taken out; how much fits may change, which is found out later. */
export function validateCsiNodeUpdate(next: CSINode, previous: CSINode): readonly FieldError[] {
  const errors: FieldError[] = [...validateCsiNode(next)];
  for (const old of previous.spec.drivers ?? []) {
    const driver = (next.spec.drivers ?? []).find(({ name }) => name === old.name);
    if (driver === undefined) continue;
    const { allocatable: _now, ...rest } = driver;
    const { allocatable: _before, ...before } = old;
    if (!equalValues(rest, before)) errors.push(invalidValue('CSINodeDriver', driver, IMMUTABLE));
  }
  return errors;
}

function validateAmount(amount: Quantity | undefined, field: string): readonly FieldError[] {
  if (amount === undefined || compareQuantities(amount, 0) >= 0) return [];
  return [invalidValue(field, amount, 'must be greater than or equal to 0')];
}

export function validateStorageCapacity(object: NewObject<CSIStorageCapacity>): readonly FieldError[] {
  const { capacity, maximumVolumeSize, nodeTopology, storageClassName = '' } = object;
  return [
    ...validateLabelSelector(nodeTopology, 'nodeTopology'),
    ...invalidFor('storageClassName', storageClassName, dnsSubdomain(storageClassName)),
    ...validateAmount(capacity, 'capacity'),
    ...validateAmount(maximumVolumeSize, 'maximumVolumeSize'),
  ];
}

export function validateStorageCapacityUpdate(
  next: CSIStorageCapacity,
  previous: CSIStorageCapacity,
): readonly FieldError[] {
  const errors: FieldError[] = [...validateStorageCapacity(next)];
  for (const field of ['nodeTopology', 'storageClassName'] as const) {
    if (!equalValues(next[field], previous[field])) {
      errors.push(invalidValue(field, next[field], IMMUTABLE));
    }
  }
  return errors;
}

export function validateVolumeAttributesClass(
  object: NewObject<VolumeAttributesClass>,
): readonly FieldError[] {
  const { driverName = '', parameters = {} } = object;
  const errors: FieldError[] = [...validateDriverName(driverName, 'driverName')];
  const entries = Object.entries(parameters);
  if (entries.length === 0) errors.push(required('parameters', 'must contain at least one key/value pair'));
  if (entries.length > PARAMETERS_MAX) errors.push(tooLongValue('parameters', PARAMETERS_MAX));
  let bytes = 0;
  for (const [key, value] of entries) {
    if (key === '') errors.push(invalidValue('parameters', key, 'field can not be empty.'));
    bytes += byteLength(key) + byteLength(value);
  }
  if (bytes > PARAMETERS_BYTES_MAX) errors.push(tooLongValue('parameters', PARAMETERS_BYTES_MAX));
  return errors;
}

export function validateVolumeAttributesClassUpdate(
  next: VolumeAttributesClass,
  previous: VolumeAttributesClass,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (next.driverName !== previous.driverName) {
    errors.push(forbiddenField('driverName', 'updates to driverName are forbidden.'));
  }
  if (!equalValues(next.parameters, previous.parameters)) {
    errors.push(forbiddenField('parameters', 'updates to parameters are forbidden.'));
  }
  return errors;
}
