import type { NewObject } from '../../api/object.ts';
import type { Ingress, IngressStatus } from '../../schema/types.generated.ts';
import type { KindStrategy } from '../kind.ts';
import {
  validateIngress,
  validateIngressStatusUpdate,
  validateIngressUpdate,
} from '../validation/ingress.ts';

/** Ingresses (Kubernetes' `pkg/registry/networking/ingress`): no defaults since `networking.k8s.io/v1`. */
const STATUS: IngressStatus = { loadBalancer: Object.freeze({}) };

export const INGRESS_STRATEGY: KindStrategy<Ingress> = {
  prepareForCreate({ apiVersion, kind, metadata, spec = {} }: NewObject<Ingress>): NewObject<Ingress> {
    return { apiVersion, kind, metadata, spec, status: STATUS };
  },
  validate: validateIngress,
  validateUpdate: validateIngressUpdate,
  validateStatusUpdate: validateIngressStatusUpdate,
};
