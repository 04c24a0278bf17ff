import type { ValidatingAdmissionPolicy } from '../../../schema/types.generated.ts';
import type { View } from '../../../store/view.ts';
import type { RequestContext } from '../../identity.ts';
import type { Status } from '../../status.ts';
import { type Attributes, reviewOf } from '../webhooks/call.ts';
import { type Denial, deniedStatus } from './denial.ts';
import { type Violation, violationsOf } from './evaluate.ts';
import { boundValidatingPolicies } from './kinds.ts';
import { matchOf } from './match.ts';
import { type Reviewer, reviewerOf } from './reviewer.ts';

/** ValidatingAdmissionPolicy (apiserver `policy/validating` `dispatcher.Dispatch`): what every bound policy has to say. */

/** What a binding has to object. */
function objections(
  { spec }: ValidatingAdmissionPolicy,
  { version, params }: { readonly version: string; readonly params: readonly unknown[] },
  attributes: Attributes,
  view: View,
  reviewer: Reviewer,
): readonly Violation[] {
  const review = reviewOf(attributes, reviewer, reviewer.port.of(attributes), version);
  return params.flatMap((param) => violationsOf(spec, attributes, review, param, view, reviewer));
}

/** Why the request is refused, if it is: the first denial; warnings go to the client. */
export function refusedByPolicies(
  attributes: Attributes,
  view: View,
  context: RequestContext,
): Status | undefined {
  const reviewer = reviewerOf(context);
  let denial: Denial | undefined;
  for (const { policy, bindings } of boundValidatingPolicies(view)) {
    for (const binding of bindings) {
      const match = matchOf(policy, binding, attributes, view, reviewer);
      if (match === undefined) continue;
      const by = `ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${binding.metadata.name}'`;
      if ('problem' in match) {
        if (policy.spec.failurePolicy === 'Ignore') continue;
        denial ??= { message: `${by} denied request: ${match.problem}`, reason: 'Invalid' };
        continue;
      }
      const { validationActions } = binding.spec;
      for (const { message, reason } of objections(policy, match, attributes, view, reviewer)) {
        if (validationActions.includes('Deny')) {
          denial ??= { message: `${by} denied request: ${message}`, reason };
        }
        if (validationActions.includes('Warn')) reviewer.warn(`Validation failed for ${by}: ${message}`);
      }
    }
  }
  return denial === undefined ? undefined : deniedStatus(attributes, denial);
}
