import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import type { RuntimeClass } from '../../schema/types.generated.ts';
import { IMMUTABLE, invalidFor, invalidValue } from './fields.ts';
import { dnsLabel } from './names.ts';
import { validateLabels } from './object-meta.ts';
import { validateResources } from './resources.ts';
import { validateTolerations } from './scheduling.ts';

/** RuntimeClasses (node/validation). */
export function validateRuntimeClass(object: NewObject<RuntimeClass>): readonly FieldError[] {
  const { handler = '', overhead, scheduling } = object;
  return [
    ...invalidFor('handler', handler, dnsLabel(handler)),
    ...(overhead === undefined ? [] : validateResources({ limits: overhead.podFixed }, 'overhead')),
    ...validateLabels(scheduling?.nodeSelector, 'scheduling.nodeSelector'),
    ...validateTolerations(scheduling?.tolerations ?? [], 'scheduling.tolerations'),
  ];
}

export function validateRuntimeClassUpdate(
  next: RuntimeClass,
  previous: RuntimeClass,
): readonly FieldError[] {
  return next.handler === previous.handler ? [] : [invalidValue('handler', next.handler, IMMUTABLE)];
}
