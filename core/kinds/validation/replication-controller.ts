import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import { compileSelector } from '../../labels.ts';
import type { ReplicationController } from '../../schema/types.generated.ts';
import { forbiddenField, invalidValue, nonNegative, notSupported, required } from './fields.ts';
import { validatePodTemplate } from './pod-spec.ts';

/** ReplicationControllers (core/validation `ValidateReplicationControllerSpec`). */
export function validateReplicationController({
  spec = {},
}: NewObject<ReplicationController>): readonly FieldError[] {
  const { minReadySeconds, replicas, selector = {}, template } = spec;
  const selects = Object.keys(selector).length > 0;
  const errors: FieldError[] = [
    ...nonNegative('spec.minReadySeconds', minReadySeconds),
    ...(selects ? [] : [required('spec.selector')]),
    ...nonNegative('spec.replicas', replicas),
  ];
  const field = 'spec.template';
  if (template === undefined) return [...errors, required(field)];
  const labels = template.metadata?.labels;
  if (selects && !compileSelector({ matchLabels: selector })(labels)) {
    const detail = '`selector` does not match template `labels`';
    errors.push(invalidValue(`${field}.metadata.labels`, labels, detail));
  }
  errors.push(...validatePodTemplate(template, field));
  const { activeDeadlineSeconds, restartPolicy } = template.spec ?? {};
  if (restartPolicy !== undefined && restartPolicy !== 'Always') {
    errors.push(notSupported(`${field}.spec.restartPolicy`, restartPolicy, ['Always']));
  }
  if (activeDeadlineSeconds !== undefined) {
    const detail = 'activeDeadlineSeconds in ReplicationController is not Supported';
    errors.push(forbiddenField(`${field}.spec.activeDeadlineSeconds`, detail));
  }
  return errors;
}
