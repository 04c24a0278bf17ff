import type { JSONSchemaProps, ValidationRule } from '../schema/types.generated.ts';
import { type Compiled, compile, type Program } from './compile.ts';
import { environmentOf } from './environment.ts';
import { KUBERNETES_FUNCTIONS } from './kubernetes.ts';
import { rulePath } from './rule-path.ts';
import { isEmbedded, itemsOf, listSemantics, typeOfSchema, valuesOf } from './schema-type.ts';
import { type CelType, optionalOf } from './types.ts';

/** Rules of one schema, ready to run: compiled once for each schema, and only where there are any. */
export interface CompiledRule {
  readonly rule: ValidationRule;
  readonly test: Compiled;
  readonly message: Compiled | undefined;
  readonly isTransition: boolean;
  /** What `fieldPath` adds to the path. */
  readonly suffix: string;
}

export interface RuleNode {
  readonly schema: JSONSchemaProps;
  readonly type: CelType | undefined;
  readonly rules: readonly CompiledRule[];
  /** Children that have rules, or whose children do; names in a fixed order. */
  readonly properties: readonly (readonly [string, RuleNode])[];
  readonly values: RuleNode | undefined;
  readonly items: RuleNode | undefined;
  /** Keys that tell items apart over time; absent for lists whose items have no identity. */
  readonly keys: readonly string[] | undefined;
}

export function usesOldSelf(compiled: Compiled | undefined): boolean {
  return compiled !== undefined && 'program' in compiled && compiled.program.names.has('oldSelf');
}

export function programOf(compiled: Compiled | undefined): Program | undefined {
  return compiled !== undefined && 'program' in compiled ? compiled.program : undefined;
}

export function compileRule(rule: ValidationRule, schema: JSONSchemaProps, type: CelType): CompiledRule {
  const old = rule.optionalOldSelf === true ? optionalOf(type) : type;
  const environment = environmentOf(KUBERNETES_FUNCTIONS, { self: type, oldSelf: old });
  const test = compile(rule.rule, environment);
  const message =
    rule.messageExpression === undefined || rule.messageExpression.trim() === ''
      ? undefined
      : compile(rule.messageExpression, environment);
  const path = rulePath(rule.fieldPath ?? '', schema);
  return {
    rule,
    test,
    message,
    isTransition: usesOldSelf(test) || usesOldSelf(message),
    suffix: 'suffix' in path ? path.suffix : '',
  };
}

function child(schema: JSONSchemaProps | undefined): RuleNode | undefined {
  return schema === undefined ? undefined : build(schema, false);
}

function build(schema: JSONSchemaProps, isResource: boolean): RuleNode | undefined {
  const own = schema['x-kubernetes-validations'] ?? [];
  const properties = Object.keys(schema.properties ?? {})
    .sort()
    .flatMap((name): (readonly [string, RuleNode])[] => {
      const node = child(schema.properties?.[name]);
      return node === undefined ? [] : [[name, node]];
    });
  const values = child(valuesOf(schema));
  const items = child(itemsOf(schema));
  if (own.length === 0 && properties.length === 0 && values === undefined && items === undefined) {
    return undefined;
  }
  const type = typeOfSchema(schema, { isResource: isResource || isEmbedded(schema) });
  const semantics = listSemantics(schema);
  return {
    schema,
    type,
    rules: type === undefined ? [] : own.map((rule) => compileRule(rule, schema, type)),
    properties,
    values,
    items,
    keys: semantics?.kind === 'map' ? schema['x-kubernetes-list-map-keys'] : undefined,
  };
}

const known = new WeakMap<JSONSchemaProps, RuleNode | null>();

/** The rules of a resource's schema; `undefined` where there are none. */
export function ruleTree(schema: JSONSchemaProps): RuleNode | undefined {
  const found = known.get(schema);
  if (found !== undefined) return found ?? undefined;
  const node = build(schema, true);
  known.set(schema, node ?? null);
  return node;
}
