import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import type { Device, DeviceAttribute, ResourceSlice } from '../../schema/types.generated.ts';
import { duplicate, IMMUTABLE, invalidFor, invalidValue, oneOf, required, tooManyItems } from './fields.ts';
import { dnsLabel, dnsSubdomain, qualifiedName } from './names.ts';
import { validateNodeSelector } from './scheduling.ts';
import { validateDriverName } from './volume-object.ts';

/** What devices a driver has on offer (resource/validation). */

const DEVICES_MAX = 128;
const ATTRIBUTES_MAX = 32;
const POOL_NAME_MAX = 253;
const EFFECTS = ['NoExecute', 'NoSchedule', 'None'];
/** Of which an attribute has exactly one. */
const VALUES = ['int', 'bool', 'string', 'version', 'ints', 'bools', 'strings', 'versions'] as const;

function validateAttribute(attribute: DeviceAttribute, field: string): readonly FieldError[] {
  const count = VALUES.filter((name) => attribute[name] !== undefined).length;
  if (count === 1) return [];
  return count === 0
    ? [required(field, 'exactly one value must be specified')]
    : [invalidValue(field, attribute, 'exactly one value must be specified')];
}

function validateDevice(device: Device, field: string): readonly FieldError[] {
  const { attributes = {}, capacity = {}, name = '', taints = [] } = device;
  const errors: FieldError[] = [...invalidFor(`${field}.name`, name, dnsLabel(name))];
  const count = Object.keys(attributes).length + Object.keys(capacity).length;
  if (count > ATTRIBUTES_MAX) {
    const detail = `the total number of attributes and capacities must not exceed ${ATTRIBUTES_MAX}`;
    errors.push(invalidValue(field, count, detail));
  }
  for (const key of Object.keys(attributes).sort()) {
    errors.push(...validateAttribute(attributes[key] as DeviceAttribute, `${field}.attributes[${key}]`));
  }
  for (const [index, { effect, key = '' }] of taints.entries()) {
    const at = `${field}.taints[${index}]`;
    errors.push(
      ...invalidFor(`${at}.key`, key, qualifiedName(key)),
      ...oneOf(`${at}.effect`, effect, EFFECTS),
    );
  }
  return errors;
}

export function validateResourceSlice({ spec }: NewObject<ResourceSlice>): readonly FieldError[] {
  const { allNodes, devices = [], driver = '', nodeName = '', nodeSelector, pool } = spec ?? {};
  const { perDeviceNodeSelection } = spec ?? {};
  const errors: FieldError[] = [...validateDriverName(driver, 'spec.driver')];
  const { generation = 0, name = '', resourceSliceCount = 0 } = pool ?? {};
  if (name === '') errors.push(required('spec.pool.name'));
  else if (name.length > POOL_NAME_MAX) {
    errors.push(invalidValue('spec.pool.name', name, `must be no more than ${POOL_NAME_MAX} characters`));
  } else {
    errors.push(...name.split('/').flatMap((part) => invalidFor('spec.pool.name', part, dnsSubdomain(part))));
  }
  if (resourceSliceCount <= 0) {
    errors.push(
      invalidValue('spec.pool.resourceSliceCount', resourceSliceCount, 'must be greater than zero'),
    );
  }
  if (generation < 0) {
    const detail = 'must be greater than or equal to zero';
    errors.push(invalidValue('spec.pool.generation', generation, detail));
  }
  const places = [
    nodeName !== '',
    nodeSelector !== undefined,
    allNodes === true,
    perDeviceNodeSelection === true,
  ];
  const set = places.filter(Boolean).length;
  const one = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
  if (set === 0) errors.push(required('spec', one));
  else if (set > 1) errors.push(invalidValue('spec', null, `${one}, but multiple fields are set`));
  if (nodeName !== '') errors.push(...invalidFor('spec.nodeName', nodeName, dnsSubdomain(nodeName)));
  if (nodeSelector !== undefined) errors.push(...validateNodeSelector(nodeSelector, 'spec.nodeSelector'));
  if (devices.length > DEVICES_MAX) errors.push(tooManyItems('spec.devices', devices.length, DEVICES_MAX));
  const seen = new Set<string>();
  for (const [index, device] of devices.entries()) {
    errors.push(...validateDevice(device, `spec.devices[${index}]`));
    if (seen.has(device.name)) errors.push(duplicate(`spec.devices[${index}].name`, device.name));
    seen.add(device.name);
  }
  return errors;
}

export function validateResourceSliceUpdate(
  next: ResourceSlice,
  previous: ResourceSlice,
): readonly FieldError[] {
  const errors: FieldError[] = [...validateResourceSlice(next)];
  for (const field of ['driver', 'nodeName'] as const) {
    if (next.spec[field] !== previous.spec[field]) {
      errors.push(invalidValue(`spec.${field}`, next.spec[field], IMMUTABLE));
    }
  }
  if (next.spec.pool.name !== previous.spec.pool.name) {
    errors.push(invalidValue('spec.pool.name', next.spec.pool.name, IMMUTABLE));
  }
  return errors;
}
