import { jsonOf } from '../../../cel/data.ts';
import { type CompiledMutation, compiledMutations, OBJECT, typeMismatch } from '../../../cel/mutation.ts';
import type { MutatingAdmissionPolicy } from '../../../schema/types.generated.ts';
import type { View } from '../../../store/view.ts';
import type { RequestContext } from '../../identity.ts';
import type { NewObject } from '../../object.ts';
import { jsonPatch } from '../../patching/json-patch.ts';
import { placeOfKind } from '../../patching/managed/place.ts';
import { merged } from '../../patching/managed/walk.ts';
import type { Status } from '../../status.ts';
import { isStatus } from '../admission.ts';
import { type Attributes, reviewOf } from '../webhooks/call.ts';
import { reviewedJson, reviewedObject } from '../webhooks/mutate.ts';
import { deniedStatus } from './denial.ts';
import { conditionsOf, errorText, evaluationOf } from './evaluate.ts';
import { boundMutatingPolicies } from './kinds.ts';
import { matchOf } from './match.ts';
import { type Reviewer, reviewerOf } from './reviewer.ts';

/** MutatingAdmissionPolicy (apiserver `policy/mutating`): one after the other, each with what those before it made. */
type Mutable = Attributes & { readonly object: NewObject };

/** The object afterwards, or why there is none. */
type Mutated = NewObject | { readonly problem: string } | Status;

interface Turn {
  readonly attributes: Mutable;
  readonly version: string;
  readonly param: unknown;
  readonly view: View;
  readonly reviewer: Reviewer;
}

function isProblem(value: Mutated): value is { readonly problem: string } {
  return 'problem' in value;
}

/** The object as JSON after one mutation. */
function changedJson(
  { mutation, expression, compiled }: CompiledMutation,
  before: unknown,
  evaluation: ReturnType<typeof evaluationOf>,
  { attributes, version }: Turn,
): { readonly json: unknown } | { readonly problem: string } {
  if (!('program' in compiled)) return { problem: `compilation failed: ${compiled.text}` };
  const outcome = compiled.program.evaluate(evaluation.lookup, evaluation.budget);
  if ('error' in outcome) return { problem: errorText(expression, outcome.error.message) };
  if (mutation.patchType === 'JSONPatch') {
    const result = jsonPatch(before, jsonOf(outcome.value));
    return result.ok ? { json: result.value } : { problem: `JSON Patch: ${result.error}` };
  }
  const mismatch = typeMismatch(outcome.value, OBJECT);
  if (mismatch !== undefined) return { problem: `type mismatch: ${mismatch}` };
  const applied = jsonOf(outcome.value);
  return { json: merged(before, applied, placeOfKind(version, attributes.object.kind)) };
}

function mutated(policy: MutatingAdmissionPolicy, turn: Turn): Mutated {
  const { attributes, version, param, view, reviewer } = turn;
  const { prelude, mutations } = compiledMutations(policy.spec);
  const port = reviewer.port.of(attributes);
  let { object } = attributes;
  for (const [index, mutation] of mutations.entries()) {
    const now = { ...attributes, object };
    const review = reviewOf(now, reviewer, port, version);
    const evaluation = evaluationOf(prelude, now, review, param, view, reviewer);
    if (index === 0) {
      const conditions = conditionsOf(policy.spec.matchConditions ?? [], prelude.conditions, evaluation);
      if ('error' in conditions) return { problem: conditions.error };
      if (!conditions.holds) return object;
    }
    const changed = changedJson(mutation, reviewedJson(now, object, port, version), evaluation, turn);
    if ('problem' in changed) return changed;
    const next = reviewedObject(now, object, changed.json, version);
    if (isStatus(next)) return { problem: next.message };
    object = next;
  }
  return object;
}

/** What bound policies make of an object. On a second round only those that asked for one. */
export function mutatedByPolicies(
  attributes: Mutable,
  view: View,
  context: RequestContext,
  isAgain = false,
): NewObject | Status {
  const reviewer = reviewerOf(context);
  let { object } = attributes;
  for (const { policy, bindings } of boundMutatingPolicies(view)) {
    const { failurePolicy, reinvocationPolicy } = policy.spec;
    if (isAgain && reinvocationPolicy !== 'IfNeeded') continue;
    for (const binding of bindings) {
      const now = { ...attributes, object };
      const match = matchOf(policy, binding, now, view, reviewer);
      if (match === undefined) continue;
      const results = 'problem' in match ? [match] : match.params;
      for (const param of results) {
        const result =
          'problem' in match
            ? match
            : mutated(policy, {
                attributes: { ...now, object },
                version: match.version,
                param,
                view,
                reviewer,
              });
        if (!isProblem(result)) {
          if (isStatus(result)) return result;
          object = result;
        } else if (failurePolicy !== 'Ignore') {
          const message = `policy '${policy.metadata.name}' with binding '${binding.metadata.name}' denied request: ${result.problem}`;
          return deniedStatus(attributes, { message, reason: 'Invalid' });
        }
      }
    }
  }
  return object;
}
