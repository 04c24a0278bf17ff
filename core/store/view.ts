import type { KubeObject } from '../api/object.ts';
import type { KindRef } from '../kinds/kind-ref.ts';

/**
 * A consistent state of the cluster at one version, for reading only: the store itself, an informer's cache,
 * or a fold of a log. Every list is in key order (namespace, then name, by code point), as etcd's is.
 */
export interface View {
  /** The number of the last event that this view holds. */
  readonly version: number;
  get<T extends KubeObject>(kind: KindRef<T>, namespace: string | undefined, name: string): T | undefined;
  getByKey<T extends KubeObject>(kind: KindRef<T>, key: string): T | undefined;
  /** All of a kind, or those of one namespace. */
  list<T extends KubeObject>(kind: KindRef<T>, namespace?: string): readonly T[];
  count(kind: KindRef): number;
  /** Those whose controller reference (`controller: true`) has this uid. */
  ownedBy<T extends KubeObject>(kind: KindRef<T>, controllerUid: string): readonly T[];
  /** Pods whose `spec.nodeName` is this. */
  onNode<T extends KubeObject>(kind: KindRef<T>, nodeName: string): readonly T[];
  /** Those of a namespace that carry the label `name=value`. */
  labelled<T extends KubeObject>(
    kind: KindRef<T>,
    namespace: string,
    name: string,
    value: string,
  ): readonly T[];
  /** Objects of any kind that name this uid among their owners. */
  dependentsOf(ownerUid: string): readonly KubeObject[];
}
