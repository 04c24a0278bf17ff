import type { KubeObject } from '../api/object.ts';
import type { ResourceName } from '../api/status.ts';

/** How a kind is named and served: one row of `kubectl api-resources`. */
export interface KindNames extends ResourceName {
  /** '' for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  readonly categories: readonly string[];
  /** Whether writes to `status` go through the status subresource alone. */
  readonly hasStatus: boolean;
}

/** A kind as views and tables know it: its names, and its place in the registry. */
export interface KindRef<T extends KubeObject = KubeObject> extends KindNames {
  /** Position in the registry: a dense number, fixed within one version of wavetank. */
  readonly index: number;
  /** `plural` or `plural.group`, as logs and messages name it. */
  readonly resource: string;
  /** `v1` or `group/version`. */
  readonly apiVersion: string;
  /** Never set: it carries the type of the kind's objects to those who look one up. */
  readonly objects?: T;
}
