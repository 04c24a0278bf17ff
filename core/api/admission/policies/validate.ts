import type {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../../../schema/types.generated.ts';
import type { View } from '../../../store/view.ts';
import type { RequestContext } from '../../identity.ts';
import { forbidden, type Status } from '../../status.ts';
import { type Attributes, reviewOf } from '../webhooks/call.ts';
import type { ReviewPort } from '../webhooks/port.ts';
import { type Violation, violationsOf } from './evaluate.ts';
import { boundPolicies } from './kinds.ts';
import { matchedVersion } from './match.ts';
import { paramsOf } from './params.ts';
import { type Reviewer, reviewerOf } from './reviewer.ts';

/** ValidatingAdmissionPolicy (apiserver `policy/validating` `dispatcher.Dispatch`): what every bound policy has to say. */

const CODE: Readonly<Record<string, number>> = {
  Forbidden: 403,
  Unauthorized: 401,
  RequestEntityTooLarge: 413,
};
const UNPROCESSABLE = 422;

interface Denial {
  readonly message: string;
  readonly reason: string;
}

function statusOf({ kind, name }: Attributes, { message, reason }: Denial): Status {
  const base = forbidden(kind, name, message, [{ reason: '', message }]);
  // Causes that policies give have no reason.
  const causes = [{ message }] as unknown as NonNullable<NonNullable<Status['details']>['causes']>;
  return {
    ...base,
    // Any of the four that a policy may give; the table has those of the API server itself.
    reason: reason as Status['reason'],
    code: CODE[reason] ?? UNPROCESSABLE,
    details: { ...base.details, causes },
  };
}

interface Asked {
  readonly policy: ValidatingAdmissionPolicy;
  readonly binding: ValidatingAdmissionPolicyBinding;
  readonly attributes: Attributes;
  readonly view: View;
  readonly reviewer: Reviewer;
  readonly port: ReviewPort;
  readonly version: string;
}

/** What a binding has to object, or why it can't tell. */
function objections({ policy, binding, attributes, view, reviewer, port, version }: Asked): {
  readonly violations: readonly Violation[];
  readonly isMisconfigured: boolean;
} {
  const { spec } = policy;
  const found = paramsOf(spec.paramKind, binding.spec.paramRef, attributes, view);
  if ('problem' in found) {
    const isUnknownKind = found.problem.startsWith('failed to find resource');
    const message = `failed to configure ${isUnknownKind ? 'policy' : 'binding'}: ${found.problem}`;
    const violations = spec.failurePolicy === 'Ignore' ? [] : [{ message, reason: 'Invalid' }];
    return { violations, isMisconfigured: true };
  }
  const review = reviewOf(attributes, reviewer, port, version);
  const violations = found.params.flatMap((param) => {
    const shown =
      param === undefined ? undefined : port.show(param, spec.paramKind?.apiVersion ?? param.apiVersion);
    return violationsOf(spec, attributes, review, shown, view, reviewer);
  });
  return { violations, isMisconfigured: false };
}

/** Why the request is refused, if it is: the first denial; warnings go to the client. */
export function refusedByPolicies(
  attributes: Attributes,
  view: View,
  context: RequestContext,
): Status | undefined {
  const reviewer = reviewerOf(context);
  const { port } = reviewer;
  let denial: Denial | undefined;
  for (const { policy, bindings } of boundPolicies(view)) {
    const version = matchedVersion(
      policy.spec.matchConstraints ?? {},
      attributes,
      view,
      port.apiVersion(attributes),
    );
    if (version === undefined) continue;
    const name = policy.metadata.name;
    for (const binding of bindings) {
      const { matchResources, validationActions } = binding.spec;
      if (
        matchResources !== undefined &&
        matchedVersion(matchResources, attributes, view, port.apiVersion(attributes)) === undefined
      ) {
        continue;
      }
      const asked = { policy, binding, attributes, view, reviewer, port: port.of(attributes), version };
      const { violations, isMisconfigured } = objections(asked);
      for (const { message, reason } of violations) {
        const by = `ValidatingAdmissionPolicy '${name}' with binding '${binding.metadata.name}'`;
        if (isMisconfigured || validationActions.includes('Deny')) {
          denial ??= { message: `${by} denied request: ${message}`, reason };
        }
        if (!isMisconfigured && validationActions.includes('Warn')) {
          reviewer.warn(`Validation failed for ${by}: ${message}`);
        }
      }
    }
  }
  return denial === undefined ? undefined : statusOf(attributes, denial);
}
