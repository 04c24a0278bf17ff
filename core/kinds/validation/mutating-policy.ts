import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import { type CompiledMutation, compiledMutations } from '../../cel/mutation.ts';
import type {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  MutatingAdmissionPolicyBindingSpec,
  MutatingAdmissionPolicySpec,
} from '../../schema/types.generated.ts';
import { validateBindingBase, validatePrelude } from './admission-policy.ts';
import { expressionErrors } from './expression.ts';
import { forbiddenField, notSupported, oneOf, required } from './fields.ts';
import { validateConstraints, validateParamKind } from './match-resources.ts';

/** MutatingAdmissionPolicies and their bindings (admissionregistration/validation). */
const PATCH_TYPES = ['ApplyConfiguration', 'JSONPatch'];
const NO_POLICY: MutatingAdmissionPolicySpec = Object.freeze({});
const NO_BINDING: MutatingAdmissionPolicyBindingSpec = Object.freeze({});

function validateMutation(
  { mutation, expression, compiled }: CompiledMutation,
  field: string,
): readonly FieldError[] {
  const { applyConfiguration, jsonPatch } = mutation;
  const patchType = mutation.patchType as string | undefined;
  if (patchType === undefined || patchType === '') return [required(`${field}.patchType`)];
  if (!PATCH_TYPES.includes(patchType)) return [notSupported(`${field}.patchType`, patchType, PATCH_TYPES)];
  const isApply = patchType === 'ApplyConfiguration';
  const own = isApply ? 'applyConfiguration' : 'jsonPatch';
  const other = isApply ? jsonPatch : applyConfiguration;
  const errors: FieldError[] = [];
  if ((isApply ? applyConfiguration : jsonPatch) === undefined) {
    errors.push(required(`${field}.${own}`, `must be specified when patchType is ${patchType}`));
  } else if (expression.trim() === '') {
    errors.push(required(`${field}.${own}.expression`, 'expression is not specified'));
  } else {
    const wanted = isApply ? ['Object'] : ['list(JSONPatch)'];
    errors.push(...expressionErrors(expression, compiled, wanted, `${field}.${own}.expression`));
  }
  if (other !== undefined) {
    const name = isApply ? 'jsonPatch' : 'applyConfiguration';
    errors.push(forbiddenField(`${field}.${name}`, `must not be specified when patchType is ${patchType}`));
  }
  return errors;
}

export function validateMutatingPolicy({
  spec = NO_POLICY,
}: NewObject<MutatingAdmissionPolicy>): readonly FieldError[] {
  const { failurePolicy, reinvocationPolicy, matchConstraints, paramKind, mutations = [] } = spec;
  const { prelude, mutations: compiled } = compiledMutations(spec);
  return [
    ...(failurePolicy === undefined
      ? [required('spec.failurePolicy')]
      : oneOf('spec.failurePolicy', failurePolicy, ['Fail', 'Ignore'])),
    ...(paramKind === undefined ? [] : validateParamKind(paramKind, 'spec.paramKind')),
    ...validateConstraints(matchConstraints, 'spec.matchConstraints'),
    ...validatePrelude(spec, prelude),
    ...(mutations.length === 0
      ? [required('spec.mutations', 'mutations must contain at least one item')]
      : []),
    ...compiled.flatMap((one, index) => validateMutation(one, `spec.mutations[${index}]`)),
    ...(reinvocationPolicy === undefined
      ? [required('spec.reinvocationPolicy')]
      : oneOf('spec.reinvocationPolicy', reinvocationPolicy, ['IfNeeded', 'Never'])),
  ];
}

export function validateMutatingPolicyBinding({
  spec = NO_BINDING,
}: NewObject<MutatingAdmissionPolicyBinding>): readonly FieldError[] {
  return validateBindingBase(spec);
}
