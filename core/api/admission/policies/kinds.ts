import type { Kind } from '../../../kinds/kind.ts';
import { kindFor } from '../../../kinds/registry.ts';
import type {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../../../schema/types.generated.ts';
import type { View } from '../../../store/view.ts';

const ADMISSION = 'admissionregistration.k8s.io/v1';

function known(name: string): unknown {
  const found = kindFor(ADMISSION, name);
  if (found === undefined) throw new Error(`the registry of kinds has no ${name}`);
  return found;
}

const POLICY = known('ValidatingAdmissionPolicy') as Kind<ValidatingAdmissionPolicy>;
const BINDING = known('ValidatingAdmissionPolicyBinding') as Kind<ValidatingAdmissionPolicyBinding>;

/** Without a binding a policy does nothing. */
export function hasPolicies(view: View): boolean {
  return view.count(BINDING) > 0 && view.count(POLICY) > 0;
}

export interface BoundPolicy {
  readonly policy: ValidatingAdmissionPolicy;
  readonly bindings: readonly ValidatingAdmissionPolicyBinding[];
}

interface Memo {
  readonly bindings: readonly ValidatingAdmissionPolicyBinding[];
  readonly bound: readonly BoundPolicy[];
}

const memo = new WeakMap<readonly ValidatingAdmissionPolicy[], Memo>();

/** Policies that are bound, by name; looked up once for each version of the two lists. */
export function boundPolicies(view: View): readonly BoundPolicy[] {
  const policies = view.list(POLICY);
  const bindings = view.list(BINDING);
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
}
