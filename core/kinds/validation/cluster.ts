import { equalValues } from '../../api/equal.ts';
import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import type {
  EndpointSlice,
  Event,
  Lease,
  Namespace,
  Node,
  PriorityClass,
  Taint,
} from '../../schema/types.generated.ts';
import {
  duplicate,
  forbiddenField,
  IMMUTABLE,
  invalidFor,
  invalidValue,
  nonNegative,
  oneOf,
  required,
  tooManyItems,
} from './fields.ts';
import { isCidr, isIpAddress } from './ip-address.ts';
import { dnsSubdomain, labelValue, qualifiedName } from './names.ts';
import { validateTaintEffect } from './scheduling.ts';

/** Nodes, namespaces and the small kinds of a cluster (core, coordination, discovery and scheduling validation). */

function validateTaints(taints: readonly Taint[], field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, taint] of taints.entries()) {
    const path = `${field}[${index}]`;
    const { effect, key = '', value = '' } = taint;
    errors.push(...invalidFor(`${path}.key`, key, qualifiedName(key)));
    const problems = labelValue(value);
    if (problems.length > 0) errors.push(invalidValue(`${path}.value`, value, problems.join(';')));
    if (!effect) errors.push(required(`${path}.effect`));
    else errors.push(...validateTaintEffect(effect, `${path}.effect`));
    const pair = `${key}:${effect}`;
    if (seen.has(pair))
      errors.push(duplicate(path, { Key: key, Value: value, Effect: effect, TimeAdded: null }));
    seen.add(pair);
  }
  return errors;
}

export function validateNode(node: NewObject<Node>): readonly FieldError[] {
  const { podCIDRs = [], taints = [] } = node.spec ?? {};
  // The path is the API server's, which looks for taints in the metadata.
  const errors: FieldError[] = [...validateTaints(taints, 'metadata.taints')];
  for (const [index, range] of podCIDRs.entries()) {
    if (isCidr(range)) continue;
    const detail = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
    errors.push(invalidValue(`spec.podCIDRs[${index}]`, range, detail));
  }
  return errors;
}

export function validateNodeUpdate(next: Node, previous: Node): readonly FieldError[] {
  const errors: FieldError[] = [...validateNode(next)];
  for (const field of ['podCIDRs', 'providerID'] as const) {
    const before = previous.spec[field];
    if (before === undefined || before.length === 0 || equalValues(next.spec[field], before)) continue;
    const detail = `node updates may not change ${field === 'providerID' ? 'providerID' : 'podCIDR'} except from "" to valid`;
    errors.push(forbiddenField(`spec.${field}`, detail));
  }
  return errors;
}

export function validateNamespace(namespace: NewObject<Namespace>): readonly FieldError[] {
  return (namespace.spec?.finalizers ?? []).flatMap((finalizer) =>
    invalidFor('spec.finalizers', finalizer, qualifiedName(finalizer)),
  );
}

export function validateEvent(event: NewObject<Event>): readonly FieldError[] {
  const { involvedObject, metadata } = event;
  const namespace = metadata.namespace ?? '';
  const about = involvedObject?.namespace ?? '';
  // Events about objects without a namespace are kept in `default` (legacyValidateEvent).
  const expected = about === '' ? ['', 'default', 'kube-system'] : [about];
  if (expected.includes(namespace)) return [];
  return [invalidValue('involvedObject.namespace', about, 'does not match event.namespace')];
}

export function validateLease(lease: NewObject<Lease>): readonly FieldError[] {
  const { leaseDurationSeconds, leaseTransitions } = lease.spec ?? {};
  const errors: FieldError[] = [];
  if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0) {
    errors.push(invalidValue('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0'));
  }
  return [...errors, ...nonNegative('spec.leaseTransitions', leaseTransitions)];
}

/** scheduling `HighestUserDefinablePriority`. */
const HIGHEST_USER_PRIORITY = 1_000_000_000;
const SYSTEM_PREFIX = 'system-';
const SYSTEM_CLASSES: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

export function validatePriorityClass(priorityClass: NewObject<PriorityClass>): readonly FieldError[] {
  const { metadata, preemptionPolicy, value = 0 } = priorityClass;
  const name = metadata.name ?? '';
  const errors: FieldError[] = [];
  if (name.startsWith(SYSTEM_PREFIX)) {
    if (SYSTEM_CLASSES[name] !== value) {
      const detail = `priority class names with '${SYSTEM_PREFIX}' prefix are reserved for system use only. error: ${name} is not a known system priority class`;
      errors.push(forbiddenField('metadata.name', detail));
    }
  } else if (value > HIGHEST_USER_PRIORITY) {
    const detail = `maximum allowed value of a user defined priority is ${HIGHEST_USER_PRIORITY}`;
    errors.push(forbiddenField('value', detail));
  }
  if (preemptionPolicy !== undefined) {
    errors.push(...oneOf('preemptionPolicy', preemptionPolicy, ['Never', 'PreemptLowerPriority']));
  }
  return errors;
}

export function validatePriorityClassUpdate(
  next: PriorityClass,
  previous: PriorityClass,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  if ((next.value ?? 0) !== (previous.value ?? 0)) {
    errors.push(forbiddenField('value', 'may not be changed in an update.'));
  }
  if (next.preemptionPolicy !== previous.preemptionPolicy) {
    errors.push(invalidValue('preemptionPolicy', next.preemptionPolicy, IMMUTABLE));
  }
  return errors;
}

const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6'];
/** discovery `maxEndpoints`. */
const ENDPOINTS_MAX = 1000;

export function validateEndpointSlice(slice: NewObject<EndpointSlice>): readonly FieldError[] {
  const { addressType, endpoints = [] } = slice;
  const errors: FieldError[] = [];
  if (!addressType) errors.push(required('addressType'));
  else errors.push(...oneOf('addressType', addressType, ADDRESS_TYPES));
  if (endpoints.length > ENDPOINTS_MAX) {
    return [...errors, tooManyItems('endpoints', endpoints.length, ENDPOINTS_MAX)];
  }
  for (const [index, { addresses = [] }] of endpoints.entries()) {
    const path = `endpoints[${index}].addresses`;
    if (addresses.length === 0) errors.push(required(path, 'must contain at least 1 address'));
    for (const [at, address] of addresses.entries()) {
      if (addressType === 'FQDN')
        errors.push(...invalidFor(`${path}[${at}]`, address, dnsSubdomain(address)));
      else if (!isIpAddress(address)) {
        const detail = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
        errors.push(invalidValue(`${path}[${at}]`, address, detail));
      }
    }
  }
  return errors;
}

export function validateEndpointSliceUpdate(
  next: EndpointSlice,
  previous: EndpointSlice,
): readonly FieldError[] {
  const errors: FieldError[] = [...validateEndpointSlice(next)];
  if (next.addressType !== previous.addressType) {
    errors.push(invalidValue('addressType', next.addressType, IMMUTABLE));
  }
  return errors;
}
