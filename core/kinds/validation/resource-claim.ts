import { equalValues } from '../../api/equal.ts';
import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import type {
  DeviceClass,
  DeviceRequest,
  DeviceSelector,
  DeviceSubRequest,
  DeviceToleration,
  ExactDeviceRequest,
  OpaqueDeviceConfiguration,
  ResourceClaimSpec,
  ResourceClaimTemplate,
  ResourceV1ResourceClaim,
} from '../../schema/types.generated.ts';
import {
  duplicate,
  forbiddenField,
  IMMUTABLE,
  invalidFor,
  invalidValue,
  notFoundValue,
  oneOf,
  required,
  tooLongValue,
  tooManyItems,
} from './fields.ts';
import { byteLength, dnsLabel, dnsSubdomain, qualifiedName } from './names.ts';
import { validateDriverName } from './volume-object.ts';

/** Claims of devices and their classes (resource/validation, https://kubernetes.io/docs/concepts/scheduling-eviction/dynamic-resource-allocation/). */

const REQUESTS_MAX = 32;
const ALTERNATIVES_MAX = 8;
const SELECTORS_MAX = 32;
const CONSTRAINTS_MAX = 32;
const CONFIGS_MAX = 32;
const EXPRESSION_BYTES_MAX = 10 * 1024;
const MODES = ['All', 'ExactCount'];
const EFFECTS = ['NoExecute', 'NoSchedule', 'None'];

function tooMany(list: readonly unknown[] | undefined, field: string, max: number): readonly FieldError[] {
  const { length } = list ?? [];
  return length > max ? [tooManyItems(field, length, max)] : [];
}

function validateSelectors(
  selectors: readonly DeviceSelector[] | undefined,
  field: string,
): readonly FieldError[] {
  const errors: FieldError[] = [...tooMany(selectors, field, SELECTORS_MAX)];
  for (const [index, { cel }] of (selectors ?? []).entries()) {
    const at = `${field}[${index}].cel`;
    if (cel === undefined) errors.push(required(at));
    else if ((cel.expression ?? '') === '') errors.push(required(`${at}.expression`));
    else if (byteLength(cel.expression) > EXPRESSION_BYTES_MAX) {
      errors.push(tooLongValue(`${at}.expression`, EXPRESSION_BYTES_MAX));
    }
  }
  return errors;
}

function validateToleration(toleration: DeviceToleration, field: string): readonly FieldError[] {
  const { effect, key = '', operator = 'Equal', value = '' } = toleration;
  const errors: FieldError[] = [];
  if (key !== '') errors.push(...invalidFor(`${field}.key`, key, qualifiedName(key)));
  else if (operator !== 'Exists') {
    errors.push(required(`${field}.key`, 'must not be empty when operator is Equal'));
  }
  errors.push(...oneOf(`${field}.operator`, operator, ['Equal', 'Exists']));
  if (operator === 'Exists' && value !== '') {
    errors.push(invalidValue(`${field}.value`, value, 'must be empty for operator `Exists`'));
  }
  if (effect !== undefined) errors.push(...oneOf(`${field}.effect`, effect, EFFECTS));
  return errors;
}

type AnyRequest = ExactDeviceRequest | DeviceSubRequest;

/** What an exact request and an alternative have both. */
function validateWanted(request: AnyRequest, field: string): readonly FieldError[] {
  const { allocationMode = 'ExactCount', count, deviceClassName = '', selectors, tolerations = [] } = request;
  const errors: FieldError[] = [];
  if (deviceClassName === '') errors.push(required(`${field}.deviceClassName`));
  else errors.push(...invalidFor(`${field}.deviceClassName`, deviceClassName, dnsSubdomain(deviceClassName)));
  errors.push(...validateSelectors(selectors, `${field}.selectors`));
  if (!MODES.includes(allocationMode)) {
    errors.push(...oneOf(`${field}.allocationMode`, allocationMode, MODES));
  } else if (allocationMode === 'All' && (count ?? 0) !== 0) {
    const detail = `must not be specified when allocationMode is 'All'`;
    errors.push(invalidValue(`${field}.count`, count, detail));
  } else if (allocationMode === 'ExactCount' && (count ?? 1) <= 0) {
    errors.push(invalidValue(`${field}.count`, count, 'must be greater than zero'));
  }
  return [
    ...errors,
    ...tolerations.flatMap((one, index) => validateToleration(one, `${field}.tolerations[${index}]`)),
  ];
}

function validateRequest(request: DeviceRequest, field: string): readonly FieldError[] {
  const { exactly, firstAvailable = [], name = '' } = request;
  const errors: FieldError[] = [...invalidFor(`${field}.name`, name, dnsLabel(name))];
  const hasAlternatives = firstAvailable.length > 0;
  if (exactly === undefined && !hasAlternatives) {
    errors.push(required(field, 'exactly one of `exactly` or `firstAvailable` is required'));
  }
  if (exactly !== undefined && hasAlternatives) {
    const detail = 'exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set';
    errors.push(invalidValue(field, null, detail));
  }
  if (exactly !== undefined) errors.push(...validateWanted(exactly, `${field}.exactly`));
  errors.push(...tooMany(firstAvailable, `${field}.firstAvailable`, ALTERNATIVES_MAX));
  const seen = new Set<string>();
  for (const [index, alternative] of firstAvailable.entries()) {
    const at = `${field}.firstAvailable[${index}]`;
    const { name: own = '' } = alternative;
    errors.push(...invalidFor(`${at}.name`, own, dnsLabel(own)), ...validateWanted(alternative, at));
    if (seen.has(own)) errors.push(duplicate(`${at}.name`, own));
    seen.add(own);
  }
  return errors;
}

function validateOpaque(opaque: OpaqueDeviceConfiguration | undefined, field: string): readonly FieldError[] {
  if (opaque === undefined) return [required(field)];
  const errors: FieldError[] = [...validateDriverName(opaque.driver ?? '', `${field}.driver`)];
  if (opaque.parameters === undefined) errors.push(required(`${field}.parameters`));
  return errors;
}

/** Names of requests that a constraint or a configuration is for: `gpu`, or `gpu/large` for one alternative. */
function validateNames(
  names: readonly string[] | undefined,
  known: ReadonlySet<string>,
  field: string,
): readonly FieldError[] {
  const seen = new Set<string>();
  return (names ?? []).flatMap((name, index): readonly FieldError[] => {
    const at = `${field}[${index}]`;
    if (seen.has(name)) return [duplicate(at, name)];
    seen.add(name);
    if (known.has(name)) return [];
    const detail =
      "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
    return name.split('/').length > 2 ? [invalidValue(at, name, detail)] : [notFoundValue(at, name)];
  });
}

function validateClaimSpec(spec: ResourceClaimSpec | undefined, field: string): readonly FieldError[] {
  const { config = [], constraints = [], requests = [] } = spec?.devices ?? {};
  const at = `${field}.devices`;
  const errors: FieldError[] = [...tooMany(requests, `${at}.requests`, REQUESTS_MAX)];
  const known = new Set<string>();
  for (const [index, request] of requests.entries()) {
    const own = `${at}.requests[${index}]`;
    errors.push(...validateRequest(request, own));
    if (known.has(request.name)) errors.push(duplicate(`${own}.name`, request.name));
    known.add(request.name);
    for (const { name } of request.firstAvailable ?? []) known.add(`${request.name}/${name}`);
  }
  errors.push(...tooMany(constraints, `${at}.constraints`, CONSTRAINTS_MAX));
  for (const [index, { matchAttribute, distinctAttribute, requests: names }] of constraints.entries()) {
    const own = `${at}.constraints[${index}]`;
    errors.push(...validateNames(names, known, `${own}.requests`));
    if (matchAttribute === undefined && distinctAttribute === undefined) {
      errors.push(required(`${own}.matchAttribute`));
    } else if (matchAttribute !== undefined && !matchAttribute.includes('/')) {
      const detail = 'a fully qualified name must be a domain and a name separated by a slash';
      errors.push(invalidValue(`${own}.matchAttribute`, matchAttribute, detail));
    }
  }
  errors.push(...tooMany(config, `${at}.config`, CONFIGS_MAX));
  for (const [index, { opaque, requests: names }] of config.entries()) {
    const own = `${at}.config[${index}]`;
    errors.push(
      ...validateNames(names, known, `${own}.requests`),
      ...validateOpaque(opaque, `${own}.opaque`),
    );
  }
  return errors;
}

export function validateResourceClaim({ spec }: NewObject<ResourceV1ResourceClaim>): readonly FieldError[] {
  return validateClaimSpec(spec, 'spec');
}

export function validateResourceClaimUpdate(
  next: ResourceV1ResourceClaim,
  previous: ResourceV1ResourceClaim,
): readonly FieldError[] {
  const errors = validateResourceClaim(next);
  return equalValues(next.spec, previous.spec)
    ? errors
    : [...errors, invalidValue('spec', next.spec, IMMUTABLE)];
}

const CONSUMERS_MAX = 256;

/** `status`: devices are given as a whole, and taken back when nobody has reserved them. */
export function validateResourceClaimStatusUpdate(
  next: ResourceV1ResourceClaim,
  previous: ResourceV1ResourceClaim,
): readonly FieldError[] {
  const { allocation, reservedFor = [] } = next.status ?? {};
  const before = previous.status?.allocation;
  const errors: FieldError[] = [...tooMany(reservedFor, 'status.reservedFor', CONSUMERS_MAX)];
  if (reservedFor.length > 0 && allocation === undefined) {
    errors.push(forbiddenField('status.reservedFor', 'may not be specified when `allocated` is not set'));
  }
  if (before !== undefined && allocation !== undefined && !equalValues(before, allocation)) {
    errors.push(invalidValue('status.allocation', allocation, IMMUTABLE));
  }
  return errors;
}

export function validateClaimTemplate({ spec }: NewObject<ResourceClaimTemplate>): readonly FieldError[] {
  return validateClaimSpec(spec?.spec, 'spec.spec');
}

export function validateClaimTemplateUpdate(
  next: ResourceClaimTemplate,
  previous: ResourceClaimTemplate,
): readonly FieldError[] {
  const errors = validateClaimTemplate(next);
  return equalValues(next.spec, previous.spec)
    ? errors
    : [...errors, invalidValue('spec', next.spec, IMMUTABLE)];
}

export function validateDeviceClass({ spec }: NewObject<DeviceClass>): readonly FieldError[] {
  const { config = [], selectors } = spec ?? {};
  return [
    ...validateSelectors(selectors, 'spec.selectors'),
    ...tooMany(config, 'spec.config', CONFIGS_MAX),
    ...config.flatMap(({ opaque }, index) => validateOpaque(opaque, `spec.config[${index}].opaque`)),
  ];
}
