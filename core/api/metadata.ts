import type { KubeObject, NewObject, ObjectMeta } from './object.ts';

/**
 * Every key that a later write may set exists from the start, so that all metadata have one hidden class and a
 * copy stays cheap.
 */
export function createdMetadata(
  object: NewObject,
  name: string,
  uid: string,
  rv: number,
  creationTimestamp: string,
  generation: number | undefined,
  managedFields?: readonly unknown[],
): ObjectMeta {
  const given = object.metadata;
  return {
    name,
    generateName: given.generateName,
    namespace: given.namespace,
    uid,
    resourceVersion: String(rv),
    generation,
    creationTimestamp,
    deletionTimestamp: undefined,
    deletionGracePeriodSeconds: undefined,
    labels: given.labels,
    annotations: given.annotations,
    ownerReferences: given.ownerReferences,
    finalizers: given.finalizers,
    managedFields,
  };
}

/** Who doesn't know of them takes nothing away; an empty list does. */
function managedFieldsOf(stored: ObjectMeta, { managedFields }: ObjectMeta): readonly unknown[] | undefined {
  if (managedFields === undefined) return stored.managedFields;
  return managedFields.length === 0 ? undefined : managedFields;
}

/** What a writer may change of an object's metadata; the rest stays as it is stored. */
export function updatedMetadata(stored: ObjectMeta, sent: ObjectMeta): ObjectMeta {
  if (
    sent.labels === stored.labels &&
    sent.annotations === stored.annotations &&
    sent.ownerReferences === stored.ownerReferences &&
    sent.finalizers === stored.finalizers &&
    (sent.managedFields === undefined || sent.managedFields === stored.managedFields)
  ) {
    return stored;
  }
  return {
    ...stored,
    labels: sent.labels,
    annotations: sent.annotations,
    ownerReferences: sent.ownerReferences,
    finalizers: sent.finalizers,
    managedFields: managedFieldsOf(stored, sent),
  };
}

/**
 * The metadata of another version. Hot path: written out, since a copy by spread of what comes in many hidden classes
 * is made key by key, and keeps most of them outside of the object.
 */
export function numbered(
  metadata: ObjectMeta,
  rv: number,
  generation: number | undefined = metadata.generation,
): ObjectMeta {
  return {
    name: metadata.name,
    generateName: metadata.generateName,
    namespace: metadata.namespace,
    uid: metadata.uid,
    resourceVersion: String(rv),
    generation,
    creationTimestamp: metadata.creationTimestamp,
    deletionTimestamp: metadata.deletionTimestamp,
    deletionGracePeriodSeconds: metadata.deletionGracePeriodSeconds,
    labels: metadata.labels,
    annotations: metadata.annotations,
    ownerReferences: metadata.ownerReferences,
    finalizers: metadata.finalizers,
    managedFields: metadata.managedFields,
  };
}

/** The object as event `rv` leaves it. Hot path. */
export function versioned(object: KubeObject, rv: number, generation: number | undefined): KubeObject {
  return { ...object, metadata: numbered(object.metadata, rv, generation) };
}
