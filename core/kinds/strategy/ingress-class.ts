import type { NewObject } from '../../api/object.ts';
import type { IngressClass } from '../../schema/types.generated.ts';
import { fill, onField } from '../defaults/fill.ts';
import type { KindStrategy } from '../kind.ts';
import { validateIngressClass, validateIngressClassUpdate } from '../validation/ingress-class.ts';

/** IngressClasses (Kubernetes' `pkg/apis/networking/v1/defaults.go`). */
export const INGRESS_CLASS_STRATEGY: KindStrategy<IngressClass> = {
  applyDefaults(object: NewObject<IngressClass>): NewObject<IngressClass> {
    return onField(object, 'spec', (spec) =>
      onField(spec, 'parameters', (parameters) => fill(parameters, { scope: 'Cluster' })),
    );
  },
  validate: validateIngressClass,
  validateUpdate: validateIngressClassUpdate,
};
