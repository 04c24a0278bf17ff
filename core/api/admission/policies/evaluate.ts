import type { PolicyPrelude } from '../../../cel/admission.ts';
import { type Budget, type Compiled, type Program, TOTAL_COST_MAX } from '../../../cel/compile.ts';
import { toValue } from '../../../cel/data.ts';
import { CelError } from '../../../cel/error.ts';
import { type CompiledValidation, compiledPolicy } from '../../../cel/policy.ts';
import { DYN, type ObjectType } from '../../../cel/types.ts';
import { messageText } from '../../../cel/validation-rules.ts';
import { CelObject, type Value } from '../../../cel/value.ts';
import type { MatchCondition, ValidatingAdmissionPolicySpec } from '../../../schema/types.generated.ts';
import type { View } from '../../../store/view.ts';
import type { RequestClient } from '../../identity.ts';
import type { Attributes } from '../webhooks/call.ts';
import { type Review, variablesOf } from '../webhooks/conditions.ts';

/** One policy, one request, one parameter (apiserver `policy/validating` `validator.Validate`). */

/** `variables`: each is computed when it is first looked at, and kept, an error too. */
class Variables extends CelObject {
  readonly type: ObjectType;
  private readonly programs: ReadonlyMap<string, Compiled>;
  private readonly lookup: (name: string) => Value;
  private readonly budget: Budget;
  private readonly known = new Map<string, Value | CelError>();

  constructor(
    type: ObjectType,
    programs: ReadonlyMap<string, Compiled>,
    lookup: (name: string) => Value,
    budget: Budget,
  ) {
    super();
    this.type = type;
    this.programs = programs;
    this.lookup = lookup;
    this.budget = budget;
  }

  get(field: string): Value | undefined {
    let value = this.known.get(field);
    if (value === undefined) {
      value = this.compute(field);
      this.known.set(field, value);
    }
    if (value instanceof CelError) throw value;
    return value;
  }

  private compute(field: string): Value | CelError {
    const compiled = this.programs.get(field);
    if (compiled === undefined || !('program' in compiled)) return new CelError(`no such key: ${field}`);
    const outcome = compiled.program.evaluate(this.lookup, this.budget);
    if ('value' in outcome) return outcome.value;
    const name = JSON.stringify(field);
    return new CelError(`composited variable ${name} fails to evaluate: ${outcome.error.message}`);
  }
}

export interface Evaluation {
  readonly lookup: (name: string) => Value;
  readonly budget: Budget;
}

export function evaluationOf(
  prelude: PolicyPrelude,
  attributes: Attributes,
  review: Review,
  param: unknown,
  view: View,
  client: Pick<RequestClient, 'groups' | 'user'>,
): Evaluation {
  const budget: Budget = { remaining: TOTAL_COST_MAX };
  const others = variablesOf(attributes, review, view, client);
  const own = new Map<string, Value>();
  const programs = new Map(prelude.variables.map(({ name, compiled }) => [name, compiled]));
  const make = (name: string): Value | undefined => {
    switch (name) {
      case 'params':
        return toValue(param ?? null, DYN);
      case 'variables':
        return new Variables(prelude.variablesType, programs, lookup, budget);
      default:
        return undefined;
    }
  };
  const lookup = (name: string): Value => {
    const known = own.get(name);
    if (known !== undefined) return known;
    const value = make(name);
    if (value === undefined) return others(name);
    own.set(name, value);
    return value;
  };
  return { lookup, budget };
}

export function errorText(expression: string, error: string): string {
  return `expression '${expression}' resulted in error: ${error}`;
}

type Truth = { readonly holds: boolean } | { readonly error: string };

function truth(compiled: Compiled, expression: string, { lookup, budget }: Evaluation): Truth {
  if (!('program' in compiled)) return { error: `compilation error: compilation failed: ${compiled.text}` };
  const outcome = compiled.program.evaluate(lookup, budget);
  if ('error' in outcome) return { error: errorText(expression, outcome.error.message) };
  return { holds: outcome.value === true };
}

/** A condition that does not hold outweighs one that fails. */
export function conditionsOf(
  conditions: readonly MatchCondition[],
  compiled: readonly Compiled[],
  evaluation: Evaluation,
): Truth {
  const errors: string[] = [];
  for (const [index, { expression }] of conditions.entries()) {
    const result = truth(compiled[index] as Compiled, expression, evaluation);
    if ('error' in result) errors.push(result.error);
    else if (!result.holds) return result;
  }
  if (errors.length === 0) return { holds: true };
  return { error: errors.length === 1 ? (errors[0] as string) : `[${errors.join(', ')}]` };
}

/** Why a request is not as a policy wants it. */
export interface Violation {
  readonly message: string;
  readonly reason: string;
}

const INVALID = 'Invalid';

function failureText({ validation, message }: CompiledValidation, evaluation: Evaluation): string {
  const program: Program | undefined =
    message !== undefined && 'program' in message ? message.program : undefined;
  const made = program === undefined ? undefined : messageText(program, evaluation.lookup, evaluation.budget);
  if (made !== undefined) return made;
  const given = validation.message?.trim() ?? '';
  return given === '' ? `failed expression: ${validation.expression.trim()}` : given;
}

/** All violations; what can't be evaluated is one too, unless the policy ignores failures. */
export function violationsOf(
  spec: ValidatingAdmissionPolicySpec,
  attributes: Attributes,
  review: Review,
  param: unknown,
  view: View,
  client: Pick<RequestClient, 'groups' | 'user'>,
): readonly Violation[] {
  const { prelude, validations } = compiledPolicy(spec);
  const evaluation = evaluationOf(prelude, attributes, review, param, view, client);
  const ignores = spec.failurePolicy === 'Ignore';
  const failed = (message: string): readonly Violation[] => (ignores ? [] : [{ message, reason: INVALID }]);
  const conditions = conditionsOf(spec.matchConditions ?? [], prelude.conditions, evaluation);
  if ('error' in conditions) return failed(conditions.error);
  if (!conditions.holds) return [];
  return validations.flatMap((one): readonly Violation[] => {
    const result = truth(one.test, one.validation.expression, evaluation);
    if ('error' in result) return failed(result.error);
    if (result.holds) return [];
    return [{ message: failureText(one, evaluation), reason: one.validation.reason ?? INVALID }];
  });
}
