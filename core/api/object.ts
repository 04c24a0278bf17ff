/**
 * The shape that every stored object of the API has. Objects are deeply immutable; a key that holds
 * `undefined` counts as absent (hot paths pre-create the keys that they set, so that objects of one kind keep
 * one hidden class).
 */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export type StringMap = Readonly<Record<string, string>>;

/** `metav1.ObjectMeta` of an object in the store. */
export interface ObjectMeta {
  readonly name: string;
  readonly generateName?: string;
  /** Absent for cluster-scoped kinds. */
  readonly namespace?: string;
  readonly uid: string;
  /** The number of the event that wrote this version, in decimal. */
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: StringMap;
  readonly annotations?: StringMap;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
  readonly managedFields?: readonly unknown[];
}

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** Metadata of an object that has not been created yet: what a client may send. */
export type NewObjectMeta = { readonly name?: string } & Partial<Omit<ObjectMeta, 'name'>>;

/** An object as a client sends it for creation: no uid, no resourceVersion, status and spec as far as it has them. */
export type NewObject<T extends KubeObject = KubeObject> = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: NewObjectMeta;
} & Partial<Omit<T, 'apiVersion' | 'kind' | 'metadata'>>;

/** `controller: true` marks the one owner that manages an object (metav1.GetControllerOf). */
export function controllerOf(object: { readonly metadata: NewObjectMeta }): OwnerReference | undefined {
  const owners = object.metadata.ownerReferences;
  if (owners === undefined) return undefined;
  for (const owner of owners) if (owner.controller === true) return owner;
  return undefined;
}

/** `namespace/name`, or `name` alone for what is cluster-scoped: the key of work queues and tables. */
export function objectKey(namespace: string | undefined, name: string): string {
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
}

export function keyOf(object: {
  readonly metadata: { readonly namespace?: string; readonly name: string };
}): string {
  return objectKey(object.metadata.namespace, object.metadata.name);
}

/** The two parts of a key; `namespace` is undefined for a cluster-scoped key. */
export function splitKey(key: string): { readonly namespace: string | undefined; readonly name: string } {
  const slash = key.indexOf('/');
  if (slash < 0) return { namespace: undefined, name: key };
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
