import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import type { IngressClass, IngressClassParametersReference } from '../../schema/types.generated.ts';
import {
  forbiddenField,
  IMMUTABLE,
  invalidFor,
  invalidValue,
  notSupported,
  required,
  tooLongValue,
} from './fields.ts';
import { dnsLabel, dnsSubdomain, domainPrefixedPath, pathSegment } from './names.ts';

/** IngressClasses (networking/validation `ValidateIngressClass`). */

/** `maxLenIngressClassController`. */
const CONTROLLER_LENGTH_MAX = 250;
const SCOPES = ['Cluster', 'Namespace'];

function validateParameters(
  parameters: IngressClassParametersReference,
  field: string,
): readonly FieldError[] {
  const { apiGroup, kind = '', name = '', namespace, scope } = parameters;
  const errors: FieldError[] = [
    ...(apiGroup === undefined ? [] : invalidFor(`${field}.apiGroup`, apiGroup, dnsSubdomain(apiGroup))),
    ...(kind === '' ? [required(`${field}.kind`)] : invalidFor(`${field}.kind`, kind, pathSegment(kind))),
    ...(name === '' ? [required(`${field}.name`)] : invalidFor(`${field}.name`, name, pathSegment(name))),
  ];
  if (scope === undefined) return [...errors, required(`${field}.scope`)];
  const path = `${field}.namespace`;
  if (!SCOPES.includes(scope)) errors.push(notSupported(`${field}.scope`, scope, SCOPES));
  else if (scope === 'Namespace') {
    if (namespace === undefined) errors.push(required(path, "`parameters.scope` is set to 'Namespace'"));
    else errors.push(...invalidFor(path, namespace, dnsLabel(namespace)));
  } else if (namespace !== undefined) {
    errors.push(forbiddenField(path, "`parameters.scope` is set to 'Cluster'"));
  }
  return errors;
}

export function validateIngressClass({ spec }: NewObject<IngressClass>): readonly FieldError[] {
  const { controller = '', parameters } = spec ?? {};
  const field = 'spec.controller';
  const errors: FieldError[] = [];
  if (controller === '') errors.push(required(field));
  else {
    if (controller.length > CONTROLLER_LENGTH_MAX) errors.push(tooLongValue(field, CONTROLLER_LENGTH_MAX));
    errors.push(...domainPrefixedPath(controller).map(([value, text]) => invalidValue(field, value, text)));
  }
  return [...errors, ...(parameters === undefined ? [] : validateParameters(parameters, 'spec.parameters'))];
}

export function validateIngressClassUpdate(
  next: IngressClass,
  previous: IngressClass,
): readonly FieldError[] {
  const { controller } = next.spec ?? {};
  const same = controller === previous.spec?.controller;
  return [
    ...(same ? [] : [invalidValue('spec.controller', controller, IMMUTABLE)]),
    ...validateIngressClass(next),
  ];
}
