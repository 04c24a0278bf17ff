import type { FieldError } from '../../api/status.ts';
import type { CrossVersionObjectReference } from '../../schema/types.generated.ts';
import { invalidFor, invalidValue, required } from './fields.ts';
import { pathSegment } from './names.ts';

/** References of autoscaling to an object by kind and name (autoscaling/validation). */

const NO_ERRORS: readonly FieldError[] = [];

/** The group of an apiVersion, or what `schema.ParseGroupVersion` says of a text that is none. */
function groupOf(
  apiVersion: string,
): { readonly ok: true; readonly group: string } | { readonly ok: false; readonly error: string } {
  const parts = apiVersion.split('/');
  if (parts.length > 2) return { ok: false, error: `unexpected GroupVersion string: ${apiVersion}` };
  return { ok: true, group: parts.length === 2 ? (parts[0] as string) : '' };
}

export function validateApiVersion(
  apiVersion: string,
  needsGroup: boolean,
  field: string,
): readonly FieldError[] {
  const parsed = groupOf(apiVersion);
  if (!parsed.ok) return [invalidValue(field, apiVersion, parsed.error)];
  if (!needsGroup || parsed.group !== '') return NO_ERRORS;
  return [invalidValue(field, apiVersion, 'apiVersion must specify API group')];
}

/** `ValidateCrossVersionObjectReference`. */
export function validateReference(
  reference: Partial<CrossVersionObjectReference> | undefined,
  field: string,
  needsGroup: boolean,
): readonly FieldError[] {
  const { apiVersion = '', kind = '', name = '' } = reference ?? {};
  return [
    ...(kind === '' ? [required(`${field}.kind`)] : invalidFor(`${field}.kind`, kind, pathSegment(kind))),
    ...(name === '' ? [required(`${field}.name`)] : invalidFor(`${field}.name`, name, pathSegment(name))),
    ...validateApiVersion(apiVersion, needsGroup, `${field}.apiVersion`),
  ];
}
