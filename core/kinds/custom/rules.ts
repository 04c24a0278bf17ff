import type { FieldError } from '../../api/status.ts';
import type { JSONSchemaProps } from '../../schema/types.generated.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Checks an object by the rules of its schema (`x-kubernetes-validations`), where a language for them is there. */
export type RuleChecker = (
  schema: JSONSchemaProps,
  object: Fields,
  previous: Fields | undefined,
) => readonly FieldError[];

export function validateRules(
  _schema: JSONSchemaProps,
  _object: Fields,
  _previous: Fields | undefined,
): readonly FieldError[] {
  return [];
}
