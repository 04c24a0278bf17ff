import type { FieldError } from '../../api/status.ts';
import { rulePath } from '../../cel/rule-path.ts';
import type { JSONSchemaProps, SelectableField } from '../../schema/types.generated.ts';
import { duplicate, invalidValue, required, tooManyItems } from '../validation/fields.ts';

/** More would cost every watcher (apiextensions `MaxSelectableFields`). */
const FIELDS_MAX = 8;

const SELECTABLE: readonly string[] = ['boolean', 'integer', 'string'];

/** The type of a field: a path of names is all that a selectable one may have. */
function typeAt(schema: JSONSchemaProps, path: string): string | undefined {
  const names = path.split('.').slice(1);
  return names.reduce<JSONSchemaProps | undefined>((at, name) => at?.properties?.[name], schema)?.type;
}

/** `ValidateCustomResourceSelectableFields`. */
export function validateSelectableFields(
  fields: readonly SelectableField[],
  schema: JSONSchemaProps,
  field: string,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, { jsonPath = '' }] of fields.entries()) {
    const at = `${field}[${index}].jsonPath`;
    if (jsonPath === '') {
      errors.push(required(at));
      continue;
    }
    const found = rulePath(jsonPath, schema);
    if ('problem' in found) {
      errors.push(invalidValue(at, jsonPath, `is an invalid path: ${found.problem}`));
      continue;
    }
    if (/^\.metadata(?![\w])/.test(jsonPath)) {
      errors.push(invalidValue(at, jsonPath, 'must not point to fields in metadata'));
    }
    if (!SELECTABLE.includes(typeAt(schema, jsonPath) ?? '')) {
      const detail =
        'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
      errors.push(invalidValue(at, jsonPath, detail));
    }
    if (seen.has(jsonPath)) errors.push(duplicate(at, jsonPath));
    seen.add(jsonPath);
  }
  if (seen.size > FIELDS_MAX) errors.push(tooManyItems(field, seen.size, FIELDS_MAX));
  return errors;
}
