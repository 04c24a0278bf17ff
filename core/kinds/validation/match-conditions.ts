import type { FieldError } from '../../api/status.ts';
import { REQUEST } from '../../cel/admission.ts';
import { type Compiled, compile, type Program } from '../../cel/compile.ts';
import { environmentOf } from '../../cel/environment.ts';
import { AUTHORIZER, RESOURCE_CHECK } from '../../cel/functions/authorizer.ts';
import { ADMISSION_FUNCTIONS } from '../../cel/kubernetes.ts';
import { BOOL, DYN, fits, formatType, opaque } from '../../cel/types.ts';
import type { MatchCondition } from '../../schema/types.generated.ts';
import { duplicate, invalidValue, required, tooManyItems } from './fields.ts';
import { qualifiedName } from './names.ts';

/** Conditions in CEL on the requests that a webhook is to hear of (admissionregistration/validation `validateMatchConditions`). */
const CONDITIONS_MAX = 64;

const ENVIRONMENT = environmentOf(ADMISSION_FUNCTIONS, {
  object: DYN,
  oldObject: DYN,
  request: REQUEST,
  authorizer: opaque(AUTHORIZER),
  'authorizer.requestResource': opaque(RESOURCE_CHECK),
});

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

function expressionErrors(expression: string, field: string): readonly FieldError[] {
  if (expression.trim() === '') return [required(field)];
  const made = compiled(expression);
  if ('issues' in made) return [invalidValue(field, expression, `compilation failed: ${made.text}`)];
  const { type } = made.program;
  return fits(BOOL, type, new Map())
    ? []
    : [invalidValue(field, expression, `must evaluate to ${formatType(BOOL)}`)];
}

export function validateMatchConditions(
  conditions: readonly MatchCondition[] = [],
  field: string,
): readonly FieldError[] {
  if (conditions.length > CONDITIONS_MAX) return [tooManyItems(field, conditions.length, CONDITIONS_MAX)];
  const names = new Set<string>();
  return conditions.flatMap(({ name = '', expression = '' }, index) => {
    const at = `${field}[${index}]`;
    const errors: FieldError[] = [...expressionErrors(expression, `${at}.expression`)];
    if (name === '') errors.push(required(`${at}.name`));
    else errors.push(...qualifiedName(name).map((detail) => invalidValue(`${at}.name`, name, detail)));
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
    names.add(name);
    return errors;
  });
}
