import type { FieldError } from '../../api/status.ts';
import { policyEnvironment } from '../../cel/admission.ts';
import { type Compiled, compile, type Program } from '../../cel/compile.ts';
import type { MatchCondition } from '../../schema/types.generated.ts';
import { expressionErrors } from './expression.ts';
import { duplicate, invalidValue, required, tooManyItems } from './fields.ts';
import { qualifiedName } from './names.ts';

/** Conditions in CEL on the requests that a webhook is to hear of (admissionregistration/validation `validateMatchConditions`). */
const CONDITIONS_MAX = 64;

const ENVIRONMENT = policyEnvironment({ hasParams: false });

const memo = new Map<string, Compiled>();
/** Expressions are few, and each is compiled once; who writes ever new ones doesn't fill the memory. */
const MEMO_MAX = 1000;

function compiled(expression: string): Compiled {
  const known = memo.get(expression);
  if (known !== undefined) return known;
  if (memo.size >= MEMO_MAX) memo.clear();
  const made = compile(expression, ENVIRONMENT);
  memo.set(expression, made);
  return made;
}

/** `undefined` for one that validation refuses. */
export function conditionProgram({ expression }: MatchCondition): Program | undefined {
  const made = compiled(expression);
  return 'program' in made ? made.program : undefined;
}

function conditionErrors(expression: string, field: string): readonly FieldError[] {
  if (expression.trim() === '') return [required(field)];
  return expressionErrors(expression, compiled(expression), ['bool'], field);
}

export function validateMatchConditions(
  conditions: readonly MatchCondition[] = [],
  field: string,
): readonly FieldError[] {
  if (conditions.length > CONDITIONS_MAX) return [tooManyItems(field, conditions.length, CONDITIONS_MAX)];
  const names = new Set<string>();
  return conditions.flatMap(({ name = '', expression = '' }, index) => {
    const at = `${field}[${index}]`;
    const errors: FieldError[] = [...conditionErrors(expression, `${at}.expression`)];
    if (name === '') errors.push(required(`${at}.name`));
    else errors.push(...qualifiedName(name).map((detail) => invalidValue(`${at}.name`, name, detail)));
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
    names.add(name);
    return errors;
  });
}
