import type { FieldError } from '../api/status.ts';
import { invalidValue, notSupported, required, sortedKeys } from '../kinds/validation/fields.ts';
import type { JSONSchemaProps, ValidationRule } from '../schema/types.generated.ts';
import type { Compiled } from './compile.ts';
import { rulePath } from './rule-path.ts';
import { compileRule, usesOldSelf } from './rule-program.ts';
import { isEmbedded, itemsOf, listSemantics, typeOfSchema, valuesOf } from './schema-type.ts';
import { formatType } from './types.ts';

/**
 * What is wrong with the validation rules of a definition (apiextensions `ValidateCustomResourceDefinitionOpenAPISchema`).
 * Kubernetes also estimates what a rule may cost at the most, and refuses expensive ones; here cost is only counted
 * when rules run.
 */
const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

/** A rule as messages show it: the fields of the API server's internal type. */
function shown(rule: ValidationRule): Readonly<Record<string, unknown>> {
  return {
    Rule: rule.rule,
    Message: rule.message ?? '',
    MessageExpression: rule.messageExpression ?? '',
    Reason: rule.reason ?? null,
    FieldPath: rule.fieldPath ?? '',
    OptionalOldSelf: rule.optionalOldSelf ?? null,
  };
}

function expressionError(
  field: string,
  rule: ValidationRule,
  compiled: Compiled,
  wanted: string,
  sentence: string,
): readonly FieldError[] {
  if ('issues' in compiled) return [invalidValue(field, shown(rule), `compilation failed: ${compiled.text}`)];
  return formatType(compiled.program.type) === wanted ? [] : [invalidValue(field, shown(rule), sentence)];
}

function textErrors(rule: ValidationRule, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const { message = '', messageExpression = '', reason, fieldPath = '' } = rule;
  if (message !== '' && message.trim() === '') {
    errors.push(invalidValue(`${field}.message`, message, 'message must be non-empty if specified'));
  } else if (message.includes('\n')) {
    errors.push(invalidValue(`${field}.message`, message, 'message must not contain line breaks'));
  } else if (rule.rule.trim().includes('\n') && message === '') {
    errors.push(required(`${field}.message`, 'message must be specified if rule contains line breaks'));
  }
  if (messageExpression !== '' && messageExpression.trim() === '') {
    errors.push(required(`${field}.messageExpression`, 'messageExpression must be non-empty if specified'));
  }
  if (reason !== undefined && !REASONS.includes(reason)) {
    errors.push(notSupported(`${field}.reason`, reason, REASONS));
  }
  if (fieldPath !== '' && fieldPath.trim() === '') {
    errors.push(invalidValue(`${field}.fieldPath`, fieldPath, 'fieldPath must be non-empty if specified'));
  }
  return errors;
}

interface Context {
  readonly isResource: boolean;
  /** The list without keys, above, by which items have no past. */
  readonly uncorrelated: string | undefined;
}

function ruleErrors(
  rule: ValidationRule,
  schema: JSONSchemaProps,
  field: string,
  { isResource, uncorrelated }: Context,
): readonly FieldError[] {
  if (rule.rule.trim() === '') return [required(`${field}.rule`, 'rule is not specified')];
  const errors = textErrors(rule, field);
  const path = rulePath(rule.fieldPath ?? '', schema);
  if ('problem' in path) {
    errors.push(
      invalidValue(`${field}.fieldPath`, rule.fieldPath, `fieldPath must be a valid path: ${path.problem}`),
    );
  }
  const type = typeOfSchema(schema, { isResource: isResource || isEmbedded(schema) });
  if (type === undefined) return errors;
  const { test, message } = compileRule(rule, schema, type);
  errors.push(
    ...expressionError(`${field}.rule`, rule, test, 'bool', 'cel expression must evaluate to a bool'),
    ...(message === undefined
      ? []
      : expressionError(
          `${field}.messageExpression`,
          rule,
          message,
          'string',
          'messageExpression must evaluate to a string',
        )),
  );
  const isTransition = usesOldSelf(test);
  if (isTransition && uncorrelated !== undefined) {
    const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`;
    errors.push(invalidValue(`${field}.rule`, rule.rule, detail));
  }
  if (rule.optionalOldSelf !== undefined && !isTransition) {
    const detail = 'may not be set if oldSelf is not used in rule';
    errors.push(invalidValue(`${field}.optionalOldSelf`, rule.optionalOldSelf, detail));
  }
  return errors;
}

function walk(schema: JSONSchemaProps, field: string, context: Context): readonly FieldError[] {
  const own = (schema['x-kubernetes-validations'] ?? []).flatMap((rule, index) =>
    ruleErrors(rule, schema, `${field}.x-kubernetes-validations[${index}]`, context),
  );
  const inner: Context = { ...context, isResource: false };
  const properties = sortedKeys(schema.properties).flatMap((name) =>
    walk(schema.properties?.[name] as JSONSchemaProps, `${field}.properties[${name}]`, inner),
  );
  const values = valuesOf(schema);
  const items = itemsOf(schema);
  const isKeyed = listSemantics(schema)?.kind === 'map';
  const ofItems: Context = isKeyed ? inner : { ...inner, uncorrelated: context.uncorrelated ?? field };
  return [
    ...own,
    ...properties,
    ...(values === undefined ? [] : walk(values, `${field}.additionalProperties`, inner)),
    ...(items === undefined ? [] : walk(items, `${field}.items`, ofItems)),
  ];
}

/** `field` is where the schema stands in the definition: `spec.validation.openAPIV3Schema`, for one. */
export function validateRuleSchema(schema: JSONSchemaProps, field: string): readonly FieldError[] {
  return walk(schema, field, { isResource: true, uncorrelated: undefined });
}
