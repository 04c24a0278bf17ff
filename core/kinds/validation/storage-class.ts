import { equalValues } from '../../api/equal.ts';
import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import type { StorageClass, TopologySelectorTerm } from '../../schema/types.generated.ts';
import {
  duplicate,
  forbiddenField,
  IMMUTABLE,
  invalidFor,
  invalidValue,
  oneOf,
  required,
  tooLongValue,
} from './fields.ts';
import { byteLength, qualifiedName } from './names.ts';

/** StorageClasses (storage/validation `ValidateStorageClass`). */

/** `maxProvisionerParameterSize` and `maxProvisionerParameterLen`. */
const PARAMETERS_SIZE_MAX = 256 * 1024;
const PARAMETERS_MAX = 512;
const RECLAIM_POLICIES = ['Delete', 'Retain'];
const BINDING_MODES = ['Immediate', 'WaitForFirstConsumer'];

function validateParameters(parameters: Readonly<Record<string, string>>): readonly FieldError[] {
  const keys = Object.keys(parameters);
  if (keys.length > PARAMETERS_MAX) return [tooLongValue('parameters', PARAMETERS_MAX)];
  const errors: FieldError[] = [];
  let size = 0;
  for (const key of keys) {
    if (key === '') errors.push(invalidValue('parameters', key, 'field can not be empty.'));
    size += byteLength(key) + byteLength(parameters[key]!);
  }
  if (size > PARAMETERS_SIZE_MAX) errors.push(tooLongValue('parameters', PARAMETERS_SIZE_MAX));
  return errors;
}

function validateTopologies(terms: readonly TopologySelectorTerm[]): readonly FieldError[] {
  return terms.flatMap(({ matchLabelExpressions = [] }, index) => {
    const field = `allowedTopologies[${index}].matchLabelExpressions`;
    const keys = new Set<string>();
    return matchLabelExpressions.flatMap(({ key = '', values = [] }, at) => {
      const path = `${field}[${at}]`;
      const errors: FieldError[] = [];
      if (values.length === 0) errors.push(required(`${path}.values`));
      for (const [place, value] of values.entries()) {
        if (values.indexOf(value) < place) errors.push(duplicate(`${path}.values[${place}]`, value));
      }
      errors.push(...invalidFor(`${path}.key`, key, qualifiedName(key)));
      if (keys.has(key)) errors.push(duplicate(`${path}.key`, key));
      keys.add(key);
      return errors;
    });
  });
}

export function validateStorageClass(object: NewObject<StorageClass>): readonly FieldError[] {
  const { allowedTopologies = [], parameters, provisioner = '', reclaimPolicy, volumeBindingMode } = object;
  return [
    ...(provisioner === ''
      ? [required('provisioner')]
      : invalidFor('provisioner', provisioner, qualifiedName(provisioner.toLowerCase()))),
    ...(parameters === undefined ? [] : validateParameters(parameters)),
    ...(reclaimPolicy ? oneOf('reclaimPolicy', reclaimPolicy, RECLAIM_POLICIES) : []),
    ...(volumeBindingMode === undefined
      ? [required('volumeBindingMode')]
      : oneOf('volumeBindingMode', volumeBindingMode, BINDING_MODES)),
    ...validateTopologies(allowedTopologies),
  ];
}

export function validateStorageClassUpdate(
  next: StorageClass,
  previous: StorageClass,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ['parameters', 'provisioner', 'reclaimPolicy'] as const) {
    if (equalValues(next[field], previous[field])) continue;
    errors.push(forbiddenField(field, `updates to ${field} are forbidden.`));
  }
  if (next.volumeBindingMode !== previous.volumeBindingMode) {
    errors.push(invalidValue('volumeBindingMode', next.volumeBindingMode, IMMUTABLE));
  }
  return errors;
}
