import type { KubeObject } from '../api/object.ts';
import type { Kind } from '../kinds/kind.ts';
import { kindFor } from '../kinds/registry.ts';
import type { AggregationRule, PolicyRule, RoleRef, Subject } from '../schema/types.generated.ts';

/** The four kinds of RBAC, and what all roles and all bindings have. */

export const RBAC_GROUP = 'rbac.authorization.k8s.io';

export interface AnyRole extends KubeObject {
  readonly rules?: readonly PolicyRule[];
  readonly aggregationRule?: AggregationRule;
}

export interface AnyBinding extends KubeObject {
  readonly roleRef: RoleRef;
  readonly subjects?: readonly Subject[];
}

function known<T extends KubeObject>(kind: string): Kind<T> {
  const found = kindFor(`${RBAC_GROUP}/v1`, kind);
  if (found === undefined) throw new Error(`the registry of kinds has no ${kind}`);
  return found as unknown as Kind<T>;
}

export const CLUSTER_ROLE = known<AnyRole>('ClusterRole');
export const CLUSTER_ROLE_BINDING = known<AnyBinding>('ClusterRoleBinding');
export const ROLE = known<AnyRole>('Role');
export const ROLE_BINDING = known<AnyBinding>('RoleBinding');
