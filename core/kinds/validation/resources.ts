import type { FieldError } from '../../api/status.ts';
import { compareQuantities, exactNanos, formatQuantity } from '../../quantity.ts';
import type { Quantity, ResourceRequirements } from '../../schema/types.generated.ts';
import { invalidFor, invalidValue, required, sortedKeys } from './fields.ts';
import { qualifiedName } from './names.ts';

/** Names and amounts of resources (core/validation `ValidateResourceRequirements`). */
const CONTAINER_RESOURCES = ['cpu', 'memory', 'ephemeral-storage'];
const STANDARD_RESOURCES = [
  ...CONTAINER_RESOURCES,
  'configmaps',
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'persistentvolumeclaims',
  'pods',
  'replicationcontrollers',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
  'requests.storage',
  'resourcequotas',
  'secrets',
  'services',
  'services.loadbalancers',
  'services.nodeports',
  'storage',
];
/** Counts of things, which have no fractions. */
const INTEGER_RESOURCES = [
  'configmaps',
  'persistentvolumeclaims',
  'pods',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'services',
  'services.loadbalancers',
  'services.nodeports',
];
const NANOS = 1_000_000_000n;

function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-');
}

/** In no domain, or in Kubernetes' own. */
function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}

/** Of somebody else's domain, and nameable in a quota too. */
export function isExtendedResource(name: string): boolean {
  if (isNative(name) || name.startsWith('requests.')) return false;
  return qualifiedName(`requests.${name}`).length === 0;
}

/** More may be promised than there is. */
export function mayOvercommit(name: string): boolean {
  return isNative(name) && !isHugePages(name);
}

export function validateContainerResourceName(name: string, field: string): readonly FieldError[] {
  const problems = qualifiedName(name);
  if (problems.length > 0) return invalidFor(field, name, problems);
  if (!name.includes('/')) {
    const errors: FieldError[] = [];
    if (!STANDARD_RESOURCES.includes(name) && !isHugePages(name)) {
      errors.push(invalidValue(field, name, 'must be a standard resource type or fully qualified'));
    }
    if (!CONTAINER_RESOURCES.includes(name) && !isHugePages(name)) {
      errors.push(invalidValue(field, name, 'must be a standard resource for containers'));
    }
    return errors;
  }
  if (isNative(name) || isExtendedResource(name)) return [];
  return [invalidValue(field, name, "doesn't follow extended resource name standard")];
}

/** Of a quota: a count of objects, or a sum over pods. */
function isHugePagesQuota(name: string): boolean {
  return name.startsWith('requests.hugepages-');
}

/** `ValidateResourceName`: something that can be counted at all. */
export function validateResourceName(name: string, field: string): readonly FieldError[] {
  const problems = qualifiedName(name);
  if (problems.length > 0) return invalidFor(field, name, problems);
  if (name.includes('/') || STANDARD_RESOURCES.includes(name)) return [];
  if (isHugePages(name) || isHugePagesQuota(name)) return [];
  return [invalidValue(field, name, 'must be a standard resource type or fully qualified')];
}

/** `helper.IsStandardQuotaResourceName`. */
export function isStandardQuotaResource(name: string): boolean {
  return (
    (STANDARD_RESOURCES.includes(name) && name !== 'storage') || isHugePages(name) || isHugePagesQuota(name)
  );
}

export function validateResourceAmount(
  name: string,
  quantity: Quantity,
  field: string,
): readonly FieldError[] {
  const nanos = exactNanos(quantity);
  const errors: FieldError[] = [];
  if (nanos < 0n) {
    errors.push(invalidValue(field, formatQuantity(quantity), 'must be greater than or equal to 0'));
  }
  if ((INTEGER_RESOURCES.includes(name) || isExtendedResource(name)) && nanos % NANOS !== 0n) {
    errors.push(invalidValue(field, formatQuantity(quantity), 'must be an integer'));
  }
  return errors;
}

function validateAmounts(
  list: Readonly<Record<string, Quantity>> | undefined,
  field: string,
  each: (name: string, quantity: Quantity) => readonly FieldError[],
): readonly FieldError[] {
  return sortedKeys(list).flatMap((name) => {
    const quantity = list![name]!;
    const path = `${field}[${name}]`;
    return [
      ...validateContainerResourceName(name, path),
      ...validateResourceAmount(name, quantity, path),
      ...each(name, quantity),
    ];
  });
}

export function validateResources(resources: ResourceRequirements, field: string): readonly FieldError[] {
  const { limits, requests } = resources;
  const limitErrors = validateAmounts(limits, `${field}.limits`, () => []);
  const requestErrors = validateAmounts(requests, `${field}.requests`, (name, quantity) => {
    const limit = limits?.[name];
    if (limit === undefined) {
      if (mayOvercommit(name)) return [];
      return [required(`${field}.limits`, 'Limit must be set for non overcommitable resources')];
    }
    const order = compareQuantities(quantity, limit);
    const tail = `${name} limit of ${formatQuantity(limit)}`;
    const path = `${field}.requests`;
    if (order !== 0 && !mayOvercommit(name)) {
      return [invalidValue(path, formatQuantity(quantity), `must be equal to ${tail}`)];
    }
    return order > 0
      ? [invalidValue(path, formatQuantity(quantity), `must be less than or equal to ${tail}`)]
      : [];
  });
  return [...limitErrors, ...requestErrors];
}
