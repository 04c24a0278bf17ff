import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import type { PolicyPrelude } from '../../cel/admission.ts';
import type { Compiled } from '../../cel/compile.ts';
import { type CompiledValidation, compiledPolicy } from '../../cel/policy.ts';
import type {
  AuditAnnotation,
  MatchCondition,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicyBindingSpec,
  ValidatingAdmissionPolicySpec,
  Variable,
} from '../../schema/types.generated.ts';
import { expressionErrors } from './expression.ts';
import {
  duplicate,
  invalidFor,
  invalidValue,
  notSupported,
  oneOf,
  required,
  tooManyItems,
} from './fields.ts';
import {
  validateConstraints,
  validateMatchResources,
  validateParamKind,
  validateParamRef,
} from './match-resources.ts';
import { dnsSubdomain, qualifiedName } from './names.ts';

/** ValidatingAdmissionPolicies and their bindings (admissionregistration/validation). */
const CONDITIONS_MAX = 64;
const AUDIT_ANNOTATIONS_MAX = 20;
const VALUE_EXPRESSION_MAX = 5 * 1024;
const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge', 'Unauthorized'];
const ACTIONS = ['Audit', 'Deny', 'Warn'];
const IDENTIFIER = /^[_a-zA-Z][_a-zA-Z0-9]*$/;

function validateVariable(
  { name = '', expression = '' }: Variable,
  compiled: Compiled,
  isAgain: boolean,
  field: string,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (name === '') errors.push(required(`${field}.name`, 'name is not specified'));
  else if (!IDENTIFIER.test(name)) {
    errors.push(invalidValue(`${field}.name`, name, 'name is not a valid CEL identifier'));
  } else if (isAgain) errors.push(duplicate(`${field}.name`, name));
  if (expression.trim() === '') errors.push(required(`${field}.expression`, 'expression is not specified'));
  else errors.push(...expressionErrors(expression, compiled, [], `${field}.expression`));
  return errors;
}

function validateCondition(
  { name = '', expression = '' }: MatchCondition,
  compiled: Compiled,
  isAgain: boolean,
  field: string,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (expression.trim() === '') errors.push(required(`${field}.expression`));
  else errors.push(...expressionErrors(expression, compiled, ['bool'], `${field}.expression`));
  if (name === '') errors.push(required(`${field}.name`));
  else errors.push(...invalidFor(`${field}.name`, name, qualifiedName(name)));
  if (isAgain) errors.push(duplicate(`${field}.name`, name));
  return errors;
}

/** Conditions and variables, which both kinds of policies have. */
export function validatePrelude(
  spec: { readonly matchConditions?: readonly MatchCondition[]; readonly variables?: readonly Variable[] },
  prelude: PolicyPrelude,
): readonly FieldError[] {
  const { matchConditions = [], variables = [] } = spec;
  if (matchConditions.length > CONDITIONS_MAX) {
    return [tooManyItems('spec.matchConditions', matchConditions.length, CONDITIONS_MAX)];
  }
  const isAgain = (list: readonly { readonly name: string }[], index: number): boolean =>
    list.findIndex(({ name }) => name === list[index]?.name) < index;
  return [
    ...matchConditions.flatMap((condition, index) =>
      validateCondition(
        condition,
        prelude.conditions[index] as Compiled,
        isAgain(matchConditions, index),
        `spec.matchConditions[${index}]`,
      ),
    ),
    ...variables.flatMap((variable, index) =>
      validateVariable(
        variable,
        prelude.variables[index]?.compiled as Compiled,
        isAgain(variables, index),
        `spec.variables[${index}]`,
      ),
    ),
  ];
}

function validateValidation(
  { validation, test, message: compiledMessage }: CompiledValidation,
  field: string,
): readonly FieldError[] {
  const { expression = '', message = '', messageExpression = '', reason } = validation;
  const errors: FieldError[] = [];
  if (expression.trim() === '') errors.push(required(`${field}.expression`, 'expression is not specified'));
  else errors.push(...expressionErrors(expression, test, ['bool'], `${field}.expression`));
  if (messageExpression !== '' && messageExpression.trim() === '') {
    const detail = 'must be non-empty if specified';
    errors.push(invalidValue(`${field}.messageExpression`, messageExpression, detail));
  } else if (compiledMessage !== undefined) {
    errors.push(
      ...expressionErrors(messageExpression, compiledMessage, ['string'], `${field}.messageExpression`),
    );
  }
  if (message !== '' && message.trim() === '') {
    errors.push(invalidValue(`${field}.message`, message, 'message must be non-empty if specified'));
  } else if (message.trim().includes('\n')) {
    errors.push(invalidValue(`${field}.message`, message, 'message must not contain line breaks'));
  } else if (expression.trim().includes('\n') && message.trim() === '') {
    const detail = 'message must be specified if expression contains line breaks';
    errors.push(required(`${field}.message`, detail));
  }
  if (reason !== undefined && !REASONS.includes(reason)) {
    errors.push(notSupported(`${field}.reason`, reason, REASONS));
  }
  return errors;
}

function validateAnnotation(
  { key = '', valueExpression = '' }: AuditAnnotation,
  compiled: Compiled,
  isAgain: boolean,
  field: string,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (key === '') errors.push(required(`${field}.key`));
  else errors.push(...invalidFor(`${field}.key`, key, qualifiedName(key)));
  if (isAgain) errors.push(duplicate(`${field}.key`, key));
  const at = `${field}.valueExpression`;
  if (valueExpression.trim() === '') errors.push(required(at, 'valueExpression is not specified'));
  else if (valueExpression.trim().length > VALUE_EXPRESSION_MAX) {
    errors.push(required(at, `must not exceed ${VALUE_EXPRESSION_MAX} bytes in length`));
  } else errors.push(...expressionErrors(valueExpression, compiled, ['string', 'null_type'], at));
  return errors;
}

const NO_POLICY: ValidatingAdmissionPolicySpec = Object.freeze({});
const NO_BINDING: ValidatingAdmissionPolicyBindingSpec = Object.freeze({
  policyName: '',
  validationActions: [],
});

export function validateAdmissionPolicy({
  spec = NO_POLICY,
}: NewObject<ValidatingAdmissionPolicy>): readonly FieldError[] {
  const { failurePolicy, matchConstraints, paramKind, validations = [], auditAnnotations = [] } = spec;
  const compiled = compiledPolicy(spec);
  const errors: FieldError[] = [
    ...(failurePolicy === undefined
      ? [required('spec.failurePolicy')]
      : oneOf('spec.failurePolicy', failurePolicy, ['Fail', 'Ignore'])),
    ...(paramKind === undefined ? [] : validateParamKind(paramKind, 'spec.paramKind')),
    ...validateConstraints(matchConstraints, 'spec.matchConstraints'),
    ...validatePrelude(spec, compiled.prelude),
  ];
  if (validations.length === 0 && auditAnnotations.length === 0) {
    const detail = 'validations or auditAnnotations must be specified';
    errors.push(required('spec.validations', detail), required('spec.auditAnnotations', detail));
    return errors;
  }
  for (const [index, one] of compiled.validations.entries()) {
    errors.push(...validateValidation(one, `spec.validations[${index}]`));
  }
  if (auditAnnotations.length > AUDIT_ANNOTATIONS_MAX) {
    const detail = `must not have more than ${AUDIT_ANNOTATIONS_MAX} auditAnnotations`;
    return [...errors, invalidValue('spec.auditAnnotations', auditAnnotations, detail)];
  }
  for (const [index, annotation] of auditAnnotations.entries()) {
    const isAgain = auditAnnotations.findIndex(({ key }) => key === annotation.key) < index;
    const field = `spec.auditAnnotations[${index}]`;
    errors.push(...validateAnnotation(annotation, compiled.annotations[index] as Compiled, isAgain, field));
  }
  return errors;
}

function validateActions(actions: readonly string[], field: string): readonly FieldError[] {
  if (actions.length === 0) return [required(field)];
  const errors: FieldError[] = [];
  for (const [index, action] of actions.entries()) {
    if (!ACTIONS.includes(action)) errors.push(notSupported(`${field}[${index}]`, action, ACTIONS));
    if (actions.indexOf(action) < index) errors.push(duplicate(`${field}[${index}]`, action));
  }
  if (actions.includes('Deny') && actions.includes('Warn')) {
    const detail =
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';
    errors.push(invalidValue(field, actions, detail));
  }
  return errors;
}

/** What a binding of either kind has. */
export function validateBindingBase(spec: {
  readonly policyName?: string;
  readonly paramRef?: NonNullable<ValidatingAdmissionPolicyBinding['spec']['paramRef']>;
  readonly matchResources?: NonNullable<ValidatingAdmissionPolicyBinding['spec']['matchResources']>;
}): readonly FieldError[] {
  const { policyName = '', paramRef, matchResources } = spec;
  return [
    ...(policyName === ''
      ? [required('spec.policyName')]
      : invalidFor('spec.policyName', policyName, dnsSubdomain(policyName))),
    ...(paramRef === undefined ? [] : validateParamRef(paramRef, 'spec.paramRef')),
    ...(matchResources === undefined ? [] : validateMatchResources(matchResources, 'spec.matchResources')),
  ];
}

export function validateAdmissionPolicyBinding({
  spec = NO_BINDING,
}: NewObject<ValidatingAdmissionPolicyBinding>): readonly FieldError[] {
  return [
    ...validateBindingBase(spec),
    ...validateActions(spec.validationActions ?? [], 'spec.validationActions'),
  ];
}
