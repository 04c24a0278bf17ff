import { equalValues } from '../../api/equal.ts';
import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import type { ControllerRevision } from '../../schema/types.generated.ts';
import { IMMUTABLE, invalidValue, nonNegative, required } from './fields.ts';

/** ControllerRevisions (apps/validation `ValidateControllerRevision`). */
export function validateControllerRevision({
  data,
  revision,
}: NewObject<ControllerRevision>): readonly FieldError[] {
  return [
    ...(data === undefined ? [required('data', 'data is mandatory')] : []),
    ...nonNegative('revision', revision),
  ];
}

export function validateControllerRevisionUpdate(
  next: ControllerRevision,
  previous: ControllerRevision,
): readonly FieldError[] {
  const same = equalValues(next.data, previous.data);
  return [...validateControllerRevision(next), ...(same ? [] : [invalidValue('data', next.data, IMMUTABLE)])];
}
