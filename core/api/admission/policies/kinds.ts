import type { Kind } from '../../../kinds/kind.ts';
import { kindFor } from '../../../kinds/registry.ts';
import type {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../../../schema/types.generated.ts';
import type { View } from '../../../store/view.ts';
import type { KubeObject } from '../../object.ts';

const ADMISSION = 'admissionregistration.k8s.io/v1';

function known(name: string): unknown {
  const found = kindFor(ADMISSION, name);
  if (found === undefined) throw new Error(`the registry of kinds has no ${name}`);
  return found;
}

const VALIDATING = known('ValidatingAdmissionPolicy') as Kind<ValidatingAdmissionPolicy>;
const VALIDATING_BINDING = known(
  'ValidatingAdmissionPolicyBinding',
) as Kind<ValidatingAdmissionPolicyBinding>;
const MUTATING = known('MutatingAdmissionPolicy') as Kind<MutatingAdmissionPolicy>;
const MUTATING_BINDING = known('MutatingAdmissionPolicyBinding') as Kind<MutatingAdmissionPolicyBinding>;

/** Without a binding a policy does nothing. */
export function hasValidatingPolicies(view: View): boolean {
  return view.count(VALIDATING_BINDING) > 0 && view.count(VALIDATING) > 0;
}

export function hasMutatingPolicies(view: View): boolean {
  return view.count(MUTATING_BINDING) > 0 && view.count(MUTATING) > 0;
}

export function hasPolicies(view: View): boolean {
  return hasValidatingPolicies(view) || hasMutatingPolicies(view);
}

export interface BoundPolicy<P, B> {
  readonly policy: P;
  readonly bindings: readonly B[];
}

interface Memo<P, B> {
  readonly bindings: readonly B[];
  readonly bound: readonly BoundPolicy<P, B>[];
}

interface Named extends KubeObject {
  readonly spec: { readonly policyName?: string };
}

/** Policies that are bound, by name; looked up once for each version of the two lists. */
function boundOf<P extends KubeObject, B extends Named>(
  policyKind: Kind<P>,
  bindingKind: Kind<B>,
): (view: View) => readonly BoundPolicy<P, B>[] {
  const memo = new WeakMap<readonly P[], Memo<P, B>>();
  return (view) => {
    const policies = view.list(policyKind);
    const bindings = view.list(bindingKind);
    const found = memo.get(policies);
    if (found !== undefined && found.bindings === bindings) return found.bound;
    const bound = policies
      .map((policy) => ({
        policy,
        bindings: bindings.filter(({ spec }) => spec.policyName === policy.metadata.name),
      }))
      .filter((one) => one.bindings.length > 0);
    memo.set(policies, { bindings, bound });
    return bound;
  };
}

export const boundValidatingPolicies = boundOf(VALIDATING, VALIDATING_BINDING);
export const boundMutatingPolicies = boundOf(MUTATING, MUTATING_BINDING);
