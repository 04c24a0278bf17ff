import { equalValues } from '../api/equal.ts';
import type { FieldError } from '../api/status.ts';
import { duplicate, forbiddenField, invalidValue, required } from '../kinds/validation/fields.ts';
import type { JSONSchemaProps, ValidationRule } from '../schema/types.generated.ts';
import { type Budget, type Outcome, type Program, TOTAL_COST_MAX } from './compile.ts';
import { toValue } from './data.ts';
import { type CelError, CostExceeded } from './error.ts';
import { type CompiledRule, programOf, type RuleNode, ruleTree } from './rule-program.ts';
import type { CelType } from './types.ts';
import { NONE, Optional, type Value } from './value.ts';

/**
 * `x-kubernetes-validations` of custom resources (apiextensions-apiserver `schema/cel`). The data is complete,
 * defaulted and pruned; what fails is a field error each, in the order of the schema.
 */
type Json = Readonly<Record<string, unknown>>;

interface Place {
  readonly path: string;
  readonly value: unknown;
  /** The value before, where it is known which one it was. */
  readonly old: unknown;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const OUT_OF_BUDGET =
  'validation failed due to running out of cost budget, no further validation rules will be run';

/** How Go prints the path of a whole object. */
const ROOT = '<nil>';

/** What a client is told besides, where the schema had errors already and rules did not run. */
export const RULES_NOT_CHECKED: FieldError = {
  type: 'FieldValueInvalid',
  field: ROOT,
  body: 'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
};

/** Longer messages of expressions are not taken (apiserver `celconfig.MaxEvaluatedMessageExpressionSizeBytes`). */
const MESSAGE_MAX = 5 * 1024;

function ruleText({ message, rule }: ValidationRule): string {
  return message === undefined || message === '' ? rule.trim() : message.trim();
}

function failureOf(error: CelError, rule: ValidationRule): string {
  const { message } = error;
  const text = ruleText(rule);
  if (message.startsWith('no such overload')) {
    return `'${message}': call arguments did not match a supported operator, function or macro signature for rule: ${text}`;
  }
  if (error instanceof CostExceeded) {
    return `'${message}': no further validation rules will be run due to call cost exceeds limit for rule: ${text}`;
  }
  return `${message} evaluating rule: ${text}`;
}

/** A value that is simple is shown; an object or a list is left out. */
function fieldError(
  path: string,
  value: unknown,
  detail: string,
  reason: ValidationRule['reason'],
): FieldError {
  const isSimple = typeof value !== 'object' || value === null;
  switch (reason) {
    case 'FieldValueForbidden':
      return forbiddenField(path, detail);
    case 'FieldValueRequired':
      return required(path, detail);
    case 'FieldValueDuplicate':
      return isSimple ? duplicate(path, value) : { type: reason, field: path, body: 'Duplicate value' };
    default:
      if (isSimple) return invalidValue(path, value, detail);
      return { type: 'FieldValueInvalid', field: path, body: `Invalid value: ${detail}` };
  }
}

class Validation {
  readonly errors: FieldError[] = [];
  private readonly budget: Budget = { remaining: TOTAL_COST_MAX };

  /** No more rules run once the budget is used up. */
  private get isOver(): boolean {
    return this.budget.remaining <= 0;
  }

  walk(node: RuleNode, place: Place): void {
    if (this.isOver || place.value === undefined || place.value === null) return;
    this.runRules(node, place);
    const { value, old } = place;
    if (isJson(value)) this.walkObject(node, value, isJson(old) ? old : undefined, place.path);
    else if (Array.isArray(value))
      this.walkItems(node, value, Array.isArray(old) ? old : undefined, place.path);
  }

  private walkObject(node: RuleNode, value: Json, old: Json | undefined, path: string): void {
    for (const [name, inner] of node.properties) {
      if (!Object.hasOwn(value, name)) continue;
      const before = old !== undefined && Object.hasOwn(old, name) ? old[name] : undefined;
      this.walk(inner, { path: path === ROOT ? name : `${path}.${name}`, value: value[name], old: before });
    }
    if (node.values === undefined) return;
    for (const key of Object.keys(value).sort()) {
      const before = old !== undefined && Object.hasOwn(old, key) ? old[key] : undefined;
      this.walk(node.values, { path: `${path}[${key}]`, value: value[key], old: before });
    }
  }

  private walkItems(
    node: RuleNode,
    items: readonly unknown[],
    old: readonly unknown[] | undefined,
    path: string,
  ): void {
    const { items: inner, keys } = node;
    if (inner === undefined) return;
    const identity = keys === undefined ? undefined : identityOf(keys, inner.schema);
    const before = new Map<string, unknown>();
    if (identity !== undefined) for (const item of old ?? []) before.set(identity(item), item);
    for (const [index, item] of items.entries()) {
      const previous = identity === undefined ? undefined : before.get(identity(item));
      this.walk(inner, { path: `${path}[${index}]`, value: item, old: previous });
    }
  }

  private runRules({ rules, type, schema }: RuleNode, place: Place): void {
    if (rules.length === 0 || type === undefined) return;
    const { value, old, path } = place;
    // What did not change is as good as it was, unless a rule is about changes.
    const isSame = old !== undefined && equalValues(value, old);
    const values = bind(type, value, old);
    for (const compiled of rules) {
      if (this.isOver) return;
      if (compiled.isTransition && old === undefined && compiled.rule.optionalOldSelf !== true) continue;
      if (isSame && !compiled.isTransition) continue;
      this.runRule(compiled, values(compiled.rule.optionalOldSelf === true), place, schema.type ?? 'object');
      if (this.isOver) this.errors.push(invalidValue(path, schema.type ?? 'object', OUT_OF_BUDGET));
    }
  }

  private runRule(
    compiled: CompiledRule,
    variable: (name: string) => Value,
    { path, value }: Place,
    type: string,
  ): void {
    const { rule, test, suffix } = compiled;
    const program = programOf(test);
    if (program === undefined) {
      const text = 'text' in test ? test.text : '';
      this.errors.push(invalidValue(path, type, `rule compile error: compilation failed: ${text}`));
      return;
    }
    const outcome = program.evaluate(variable, this.budget);
    if ('error' in outcome) {
      this.errors.push(invalidValue(path, type, failureOf(outcome.error, rule)));
      if (outcome.error instanceof CostExceeded) this.budget.remaining = 0;
      return;
    }
    if (outcome.value === true) return;
    const at = path === ROOT && suffix.startsWith('.') ? suffix.slice(1) : path + suffix;
    this.errors.push(fieldError(at, value, this.messageOf(compiled, variable), rule.reason));
  }

  private messageOf({ message, rule }: CompiledRule, variable: (name: string) => Value): string {
    const program = programOf(message);
    const made = program === undefined ? undefined : messageText(program, variable, this.budget);
    if (made !== undefined) return made;
    return rule.message === undefined || rule.message === ''
      ? `failed rule: ${rule.rule.trim()}`
      : rule.message.trim();
  }
}

/** A message that is empty, has several lines or is too long is none. */
export function messageText(
  program: Program,
  variable: (name: string) => Value,
  budget: Budget,
): string | undefined {
  const outcome: Outcome = program.evaluate(variable, budget);
  if ('error' in outcome || typeof outcome.value !== 'string') return undefined;
  const text = outcome.value.trim();
  return text === '' || text.length > MESSAGE_MAX || text.includes('\n') ? undefined : text;
}

function bind(type: CelType, value: unknown, old: unknown): (isOptional: boolean) => (name: string) => Value {
  let self: Value | undefined;
  let before: Value | undefined;
  return (isOptional) => (name) => {
    if (name === 'self') {
      self ??= toValue(value, type);
      return self;
    }
    if (isOptional && old === undefined) return NONE;
    before ??= toValue(old, type);
    return isOptional ? new Optional(before) : before;
  };
}

/** What tells an item of a list apart: the values of its keys, or their defaults. */
function identityOf(keys: readonly string[], schema: JSONSchemaProps): (item: unknown) => string {
  return (item) =>
    JSON.stringify(
      keys.map((key) => (isJson(item) ? item[key] : undefined) ?? schema.properties?.[key]?.default ?? null),
    );
}

/** Whether a schema has rules at all: without any, there is nothing to call. */
export function hasRules(schema: JSONSchemaProps): boolean {
  return ruleTree(schema) !== undefined;
}

/**
 * Runs the rules of a resource's schema. `old` is the object that an update replaces, `undefined` for a creation;
 * `path` is where the object stands, where it is not a whole one.
 */
export function validateRules(
  schema: JSONSchemaProps,
  object: unknown,
  old: unknown,
  path = ROOT,
): readonly FieldError[] {
  const tree = ruleTree(schema);
  if (tree === undefined) return [];
  const validation = new Validation();
  validation.walk(tree, { path, value: object, old });
  return validation.errors;
}
