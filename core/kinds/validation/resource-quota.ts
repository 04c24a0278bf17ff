import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import type {
  Quantity,
  ResourceQuota,
  ResourceQuotaSpec,
  ScopedResourceSelectorRequirement,
} from '../../schema/types.generated.ts';
import { IMMUTABLE, invalidValue, required, sortedKeys } from './fields.ts';
import { isStandardQuotaResource, validateResourceAmount, validateResourceName } from './resources.ts';

/** ResourceQuotas (core/validation `ValidateResourceQuotaSpec`). */

type Scope = NonNullable<ResourceQuotaSpec['scopes']>[number];

const POD_COUNT = ['pods'];
const POD_COMPUTE = ['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'];
const OF_PODS = [...POD_COUNT, ...POD_COMPUTE];
const OF_CLAIMS = ['persistentvolumeclaims', 'requests.storage'];
/** Which of the standard resources a scope can narrow (`IsResourceQuotaScopeValidForResource`). */
const COUNTED_IN: Readonly<Record<Scope, readonly string[]>> = {
  BestEffort: POD_COUNT,
  CrossNamespacePodAffinity: OF_PODS,
  NotBestEffort: OF_PODS,
  NotTerminating: OF_PODS,
  PriorityClass: OF_PODS,
  Terminating: OF_PODS,
  VolumeAttributesClass: OF_CLAIMS,
};
const OPPOSITES: readonly (readonly [Scope, Scope])[] = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
];
/** Scopes that a pod is in or not, whatever its values. */
const WITHOUT_VALUES: readonly Scope[] = [
  'BestEffort',
  'CrossNamespacePodAffinity',
  'NotBestEffort',
  'NotTerminating',
  'Terminating',
];
const EXISTS_ONLY =
  "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";

function validateAmounts(
  amounts: Readonly<Record<string, Quantity>> | undefined,
  field: string,
): readonly FieldError[] {
  return sortedKeys(amounts).flatMap((name) => {
    const path = `${field}[${name}]`;
    const errors: FieldError[] = [...validateResourceName(name, path)];
    if (errors.length === 0 && !name.includes('/') && !isStandardQuotaResource(name)) {
      errors.push(invalidValue(path, name, 'must be a standard resource for quota'));
    }
    return [...errors, ...validateResourceAmount(name, amounts![name]!, path)];
  });
}

/** Faults of one scope, told of all of them, as the API server does. */
function validateScope(
  scope: Scope,
  spec: ResourceQuotaSpec,
  field: string,
  shown: unknown,
): readonly FieldError[] {
  const counted = COUNTED_IN[scope] as readonly string[] | undefined;
  if (counted === undefined) return [invalidValue(field, shown, 'unsupported scope')];
  return sortedKeys(spec.hard)
    .filter((name) => isStandardQuotaResource(name) && !counted.includes(name))
    .map(() => invalidValue(field, shown, 'unsupported scope applied to resource'));
}

function conflicts(scopes: readonly Scope[], field: string, shown: unknown): readonly FieldError[] {
  return OPPOSITES.filter(([one, other]) => scopes.includes(one) && scopes.includes(other)).map(() =>
    invalidValue(field, shown, 'conflicting scopes'),
  );
}

function validateRequirement(
  { operator, scopeName, values = [] }: ScopedResourceSelectorRequirement,
  field: string,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (WITHOUT_VALUES.includes(scopeName) && operator !== 'Exists') {
    errors.push(invalidValue(`${field}.operator`, operator, EXISTS_ONLY));
  }
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length > 0) return errors;
    const detail = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
    return [...errors, required(`${field}.values`, detail)];
  }
  if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length === 0) return errors;
    const detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
    return [...errors, invalidValue(`${field}.values`, values, detail)];
  }
  return [...errors, invalidValue(`${field}.operator`, operator, 'not a valid selector operator')];
}

function validateSpec(spec: ResourceQuotaSpec): readonly FieldError[] {
  const { hard, scopeSelector, scopes = [] } = spec;
  const errors: FieldError[] = [
    ...validateAmounts(hard, 'spec.hard'),
    ...scopes.flatMap((scope) => validateScope(scope, spec, 'spec.scopes', scopes)),
    ...conflicts(scopes, 'spec.scopes', scopes),
  ];
  if (scopeSelector === undefined) return errors;
  const { matchExpressions = [] } = scopeSelector;
  const field = 'spec.scopeSelector.matchExpressions';
  for (const expression of matchExpressions) {
    const scope = validateScope(expression.scopeName, spec, field, expression.scopeName);
    errors.push(
      ...scope.map((error) => ({ ...error, field: `${field}.scopeName` })),
      ...validateRequirement(expression, field),
    );
  }
  const names = matchExpressions.map(({ scopeName }) => scopeName);
  return [...errors, ...conflicts(names, field, scopes)];
}

export function validateQuota({ spec = {} }: NewObject<ResourceQuota>): readonly FieldError[] {
  return validateSpec(spec);
}

export function validateQuotaUpdate(next: ResourceQuota, previous: ResourceQuota): readonly FieldError[] {
  const scopes = next.spec?.scopes ?? [];
  const before = previous.spec?.scopes ?? [];
  const same = scopes.length === before.length && scopes.every((scope) => before.includes(scope));
  return [
    ...validateSpec(next.spec ?? {}),
    ...(same ? [] : [invalidValue('spec.scopes', scopes, IMMUTABLE)]),
  ];
}

export function validateQuotaStatusUpdate({ status }: ResourceQuota): readonly FieldError[] {
  return [...validateAmounts(status.hard, 'status.hard'), ...validateAmounts(status.used, 'status.used')];
}
