import type { FieldError } from '../../api/status.ts';
import type {
  MatchResources,
  NamedRuleWithOperations,
  ParamKind,
  ParamRef,
} from '../../schema/types.generated.ts';
import { duplicate, forbiddenField, invalidFor, invalidValue, oneOf, required } from './fields.ts';
import { dnsSubdomain } from './names.ts';
import { validateLabelSelector } from './selector.ts';
import { validateRule } from './webhook.ts';

/** What policies and their bindings are for (admissionregistration/validation `validateMatchResources`, `validateParamRef`). */

function validateNamedRule(rule: NamedRuleWithOperations, field: string): readonly FieldError[] {
  const { resourceNames = [] } = rule;
  const errors: FieldError[] = [...validateRule(rule, field)];
  for (const [index, name] of resourceNames.entries()) {
    const at = `${field}.resourceNames[${index}]`;
    if (name === '') errors.push(invalidValue(at, name, 'name must not be empty'));
    if (resourceNames.indexOf(name) < index) errors.push(duplicate(at, name));
  }
  return errors;
}

export function validateMatchResources(match: MatchResources, field: string): readonly FieldError[] {
  const {
    matchPolicy,
    namespaceSelector,
    objectSelector,
    resourceRules = [],
    excludeResourceRules = [],
  } = match;
  return [
    ...(matchPolicy === undefined
      ? [required(`${field}.matchPolicy`)]
      : oneOf(`${field}.matchPolicy`, matchPolicy, ['Equivalent', 'Exact'])),
    ...(namespaceSelector === undefined ? [required(`${field}.namespaceSelector`)] : []),
    ...validateLabelSelector(namespaceSelector, `${field}.namespaceSelector`),
    ...(objectSelector === undefined ? [required(`${field}.objectSelector`)] : []),
    ...validateLabelSelector(objectSelector, `${field}.objectSelector`),
    ...resourceRules.flatMap((rule, index) => validateNamedRule(rule, `${field}.resourceRules[${index}]`)),
    ...excludeResourceRules.flatMap((rule, index) =>
      validateNamedRule(rule, `${field}.excludeResourceRules[${index}]`),
    ),
  ];
}

/** A policy has to say what it is for. */
export function validateConstraints(match: MatchResources | undefined, field: string): readonly FieldError[] {
  if (match === undefined) return [required(field)];
  const errors = [...validateMatchResources(match, field)];
  if ((match.resourceRules ?? []).length === 0) errors.push(required(`${field}.resourceRules`));
  return errors;
}

export function validateParamKind(
  { apiVersion = '', kind = '' }: ParamKind,
  field: string,
): readonly FieldError[] {
  return [
    ...(apiVersion === '' ? [required(`${field}.apiVersion`)] : []),
    ...(kind === '' ? [required(`${field}.kind`)] : []),
  ];
}

export function validateParamRef(ref: ParamRef, field: string): readonly FieldError[] {
  const { name = '', namespace = '', selector, parameterNotFoundAction } = ref;
  const errors: FieldError[] = [];
  if (name !== '') {
    errors.push(...invalidFor(`${field}.name`, name, dnsSubdomain(name)));
    if (selector !== undefined) {
      errors.push(
        forbiddenField(`${field}.name`, 'name and selector are mutually exclusive'),
        forbiddenField(`${field}.selector`, 'name and selector are mutually exclusive'),
      );
    }
  }
  if (selector !== undefined) errors.push(...validateLabelSelector(selector, `${field}.selector`));
  else if (name === '') errors.push(required(field, 'one of name or selector must be specified'));
  if (namespace !== '') errors.push(...invalidFor(`${field}.namespace`, namespace, dnsSubdomain(namespace)));
  if (parameterNotFoundAction === undefined) errors.push(required(`${field}.parameterNotFoundAction`));
  else errors.push(...oneOf(`${field}.parameterNotFoundAction`, parameterNotFoundAction, ['Allow', 'Deny']));
  return errors;
}
