import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import type { PodTemplate } from '../../schema/types.generated.ts';
import { onField } from '../defaults/fill.ts';
import { templateDefaults } from '../defaults/pod-spec.ts';
import type { KindStrategy } from '../kind.ts';
import { validatePodTemplate } from '../validation/pod-spec.ts';
import { EMPTY_TEMPLATE } from '../validation/workloads.ts';

/** PodTemplates (`SetDefaults_PodTemplate`, core/validation `ValidatePodTemplate`). */
function validate({ template = EMPTY_TEMPLATE }: NewObject<PodTemplate>): readonly FieldError[] {
  return validatePodTemplate(template, 'template');
}

export const POD_TEMPLATE_STRATEGY: KindStrategy<PodTemplate> = {
  applyDefaults(object: NewObject<PodTemplate>): NewObject<PodTemplate> {
    return onField(object, 'template', (template) => templateDefaults(template ?? EMPTY_TEMPLATE));
  },
  validate,
  validateUpdate: validate,
};
