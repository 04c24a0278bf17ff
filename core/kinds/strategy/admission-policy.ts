import type { NewObject } from '../../api/object.ts';
import type {
  LabelSelector,
  MatchResources,
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../../schema/types.generated.ts';
import { fill, onField, onItems } from '../defaults/fill.ts';
import type { KindStrategy } from '../kind.ts';
import { validateAdmissionPolicy, validateAdmissionPolicyBinding } from '../validation/admission-policy.ts';
import { validateMutatingPolicy, validateMutatingPolicyBinding } from '../validation/mutating-policy.ts';

/** Admission policies (`pkg/apis/admissionregistration/v1/defaults.go`). */
const EVERYTHING: LabelSelector = Object.freeze({});

function matchDefaults(match: MatchResources): MatchResources {
  const filled = fill(match, {
    matchPolicy: 'Equivalent',
    namespaceSelector: EVERYTHING,
    objectSelector: EVERYTHING,
  });
  const ruled = onField(filled, 'resourceRules', (rules) =>
    onItems(rules, (rule) => fill(rule, { scope: '*' })),
  );
  return onField(ruled, 'excludeResourceRules', (rules) =>
    onItems(rules, (rule) => fill(rule, { scope: '*' })),
  );
}

export const VALIDATING_ADMISSION_POLICY_STRATEGY: KindStrategy<ValidatingAdmissionPolicy> = {
  applyDefaults(object: NewObject<ValidatingAdmissionPolicy>): NewObject<ValidatingAdmissionPolicy> {
    return onField(object, 'spec', (spec) =>
      onField(fill(spec, { failurePolicy: 'Fail' }), 'matchConstraints', matchDefaults),
    );
  },
  validate: validateAdmissionPolicy,
  validateUpdate: validateAdmissionPolicy,
};

export const VALIDATING_ADMISSION_POLICY_BINDING_STRATEGY: KindStrategy<ValidatingAdmissionPolicyBinding> = {
  applyDefaults(
    object: NewObject<ValidatingAdmissionPolicyBinding>,
  ): NewObject<ValidatingAdmissionPolicyBinding> {
    return onField(object, 'spec', (spec) => onField(spec, 'matchResources', matchDefaults));
  },
  validate: validateAdmissionPolicyBinding,
  validateUpdate: validateAdmissionPolicyBinding,
};

export const MUTATING_ADMISSION_POLICY_STRATEGY: KindStrategy<MutatingAdmissionPolicy> = {
  applyDefaults(object: NewObject<MutatingAdmissionPolicy>): NewObject<MutatingAdmissionPolicy> {
    return onField(object, 'spec', (spec) =>
      onField(
        fill(spec, { failurePolicy: 'Fail', reinvocationPolicy: 'Never' }),
        'matchConstraints',
        matchDefaults,
      ),
    );
  },
  validate: validateMutatingPolicy,
  validateUpdate: validateMutatingPolicy,
};

export const MUTATING_ADMISSION_POLICY_BINDING_STRATEGY: KindStrategy<MutatingAdmissionPolicyBinding> = {
  applyDefaults(
    object: NewObject<MutatingAdmissionPolicyBinding>,
  ): NewObject<MutatingAdmissionPolicyBinding> {
    return onField(object, 'spec', (spec) => onField(spec, 'matchResources', matchDefaults));
  },
  validate: validateMutatingPolicyBinding,
  validateUpdate: validateMutatingPolicyBinding,
};
