import type { KindRef } from '../../kinds/kind-ref.ts';
import { INGRESS_CLASS, STORAGE_CLASS } from '../../kinds/registry.ts';
import type { Ingress, PersistentVolumeClaim } from '../../schema/types.generated.ts';
import type { View } from '../../store/view.ts';
import type { KubeObject, NewObject } from '../object.ts';
import { type AdmissionPlugin, withSpec } from './admission.ts';

/** Classes that are given to what names none: of storage and of ingresses. */

const IS_DEFAULT_STORAGE = 'storageclass.kubernetes.io/is-default-class';
const IS_DEFAULT_STORAGE_OLD = 'storageclass.beta.kubernetes.io/is-default-class';
const IS_DEFAULT_INGRESS = 'ingressclass.kubernetes.io/is-default-class';
const INGRESS_ANNOTATION = 'kubernetes.io/ingress.class';
const CLAIM_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';

function defaults<T extends KubeObject>(
  view: View,
  kind: KindRef<T>,
  annotations: readonly string[],
): readonly T[] {
  if (view.count(kind) === 0) return [];
  return view
    .list(kind)
    .filter(({ metadata }) => annotations.some((name) => metadata.annotations?.[name] === 'true'));
}

/** Of several the newest, and of equally old ones the first by name. */
function newest<T extends KubeObject>(classes: readonly T[]): T | undefined {
  let chosen: T | undefined;
  for (const one of classes) {
    if (chosen === undefined || one.metadata.creationTimestamp > chosen.metadata.creationTimestamp)
      chosen = one;
  }
  return chosen;
}

/** plugin/pkg/admission/storage/storageclass/setdefault. An empty class is a choice: of no class. */
export const defaultStorageClass: AdmissionPlugin = {
  name: 'DefaultStorageClass',
  handles: ({ resource }) => resource === 'persistentvolumeclaims',
  admit(object, _kind, view) {
    const { metadata, spec } = object as NewObject<PersistentVolumeClaim>;
    if (spec === undefined || spec.storageClassName !== undefined) return object;
    if (metadata.annotations?.[CLAIM_ANNOTATION] !== undefined) return object;
    const found = newest(defaults(view, STORAGE_CLASS, [IS_DEFAULT_STORAGE, IS_DEFAULT_STORAGE_OLD]));
    return found === undefined
      ? object
      : withSpec(object, { ...spec, storageClassName: found.metadata.name });
  },
};

/** plugin/pkg/admission/network/defaultingressclass. */
export const defaultIngressClass: AdmissionPlugin = {
  name: 'DefaultIngressClass',
  handles: ({ resource }) => resource === 'ingresses.networking.k8s.io',
  admit(object, _kind, view) {
    const { metadata, spec = {} } = object as NewObject<Ingress>;
    if (spec.ingressClassName !== undefined || metadata.annotations?.[INGRESS_ANNOTATION]) return object;
    const found = newest(defaults(view, INGRESS_CLASS, [IS_DEFAULT_INGRESS]));
    if (found === undefined) return object;
    return withSpec(object, { ...spec, ingressClassName: found.metadata.name });
  },
};
