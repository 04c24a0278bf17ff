/** What the parts of Kubernetes' storage tell each other by (component-helpers `storage/volume`). */

/** Of a claim: its binding is complete. */
export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
/** Of a claim or a volume: whoever binds by itself has chosen the other side, not the user. */
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
/** Of a volume that was made for a claim: by whom. */
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
/** Of a claim: who is to make its volume, under the name of today and the one before. */
export const STORAGE_PROVISIONER = 'volume.kubernetes.io/storage-provisioner';
export const BETA_STORAGE_PROVISIONER = 'volume.beta.kubernetes.io/storage-provisioner';
/** Of a claim that waited for a pod: the node that the scheduler chose. */
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
/** Of a class: claims that name none get it. */
export const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
/** A class of this provisioner says that its volumes are made by hand. */
export const NO_PROVISIONER = 'kubernetes.io/no-provisioner';
