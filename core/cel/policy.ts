import type { ValidatingAdmissionPolicySpec, Validation } from '../schema/types.generated.ts';
import { compilePrelude, type PolicyPrelude } from './admission.ts';
import { type Compiled, compile } from './compile.ts';

/** The expressions of a ValidatingAdmissionPolicy, compiled once for each version of it. */
export interface CompiledValidation {
  readonly validation: Validation;
  readonly test: Compiled;
  readonly message: Compiled | undefined;
}

export interface CompiledPolicy {
  readonly prelude: PolicyPrelude;
  readonly validations: readonly CompiledValidation[];
  readonly annotations: readonly Compiled[];
}

const known = new WeakMap<ValidatingAdmissionPolicySpec, CompiledPolicy>();

function build(spec: ValidatingAdmissionPolicySpec): CompiledPolicy {
  const prelude = compilePrelude(spec);
  const { environment } = prelude;
  return {
    prelude,
    validations: (spec.validations ?? []).map((validation) => {
      const { expression = '', messageExpression = '' } = validation;
      const message = messageExpression.trim() === '' ? undefined : compile(messageExpression, environment);
      return { validation, test: compile(expression, environment), message };
    }),
    annotations: (spec.auditAnnotations ?? []).map(({ valueExpression = '' }) =>
      compile(valueExpression, environment),
    ),
  };
}

export function compiledPolicy(spec: ValidatingAdmissionPolicySpec): CompiledPolicy {
  let found = known.get(spec);
  if (found === undefined) {
    found = build(spec);
    known.set(spec, found);
  }
  return found;
}
