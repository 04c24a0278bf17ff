import type { NewObject } from '../../api/object.ts';
import type {
  ClusterRole,
  ClusterRoleBinding,
  Role,
  RoleBinding,
  RoleRef,
  Subject,
} from '../../schema/types.generated.ts';
import { fill, onField, onItems } from '../defaults/fill.ts';
import type { KindStrategy } from '../kind.ts';
import {
  RBAC_GROUP,
  validateClusterRole,
  validateClusterRoleBinding,
  validateClusterRoleBindingUpdate,
  validateRole,
  validateRoleBinding,
  validateRoleBindingUpdate,
} from '../validation/rbac.ts';

/** Roles and bindings (Kubernetes' `pkg/apis/rbac/v1/defaults.go`). Names are segments of a path, and may hold colons. */
const RBAC = { countsGenerations: false, nameRule: 'path-segment' } as const;

interface Binding {
  readonly roleRef: RoleRef;
  readonly subjects?: readonly Subject[];
}

function subjectDefaults(subject: Subject): Subject {
  return subject.kind === 'User' || subject.kind === 'Group'
    ? fill(subject, { apiGroup: RBAC_GROUP })
    : subject;
}

function bindingDefaults<T extends Partial<Binding>>(binding: T): T {
  const granted = onField<Partial<Binding>, 'roleRef'>(binding, 'roleRef', (ref) =>
    fill(ref, { apiGroup: RBAC_GROUP }),
  );
  // A binding without a role is refused for the role that it lacks, not for its group.
  const named = granted.roleRef === undefined ? { ...granted, roleRef: NO_ROLE } : granted;
  return onField(named, 'subjects', (subjects) => onItems(subjects, subjectDefaults)) as T;
}

const NO_ROLE: RoleRef = Object.freeze({ apiGroup: RBAC_GROUP, kind: '', name: '' });

export const ROLE_STRATEGY: KindStrategy<Role> = {
  ...RBAC,
  validate: validateRole,
  validateUpdate: validateRole,
};

export const CLUSTER_ROLE_STRATEGY: KindStrategy<ClusterRole> = {
  ...RBAC,
  validate: validateClusterRole,
  validateUpdate: validateClusterRole,
};

export const ROLE_BINDING_STRATEGY: KindStrategy<RoleBinding> = {
  ...RBAC,
  applyDefaults: (object: NewObject<RoleBinding>): NewObject<RoleBinding> => bindingDefaults(object),
  validate: validateRoleBinding,
  validateUpdate: validateRoleBindingUpdate,
};

export const CLUSTER_ROLE_BINDING_STRATEGY: KindStrategy<ClusterRoleBinding> = {
  ...RBAC,
  applyDefaults: (object: NewObject<ClusterRoleBinding>): NewObject<ClusterRoleBinding> =>
    bindingDefaults(object),
  validate: validateClusterRoleBinding,
  validateUpdate: validateClusterRoleBindingUpdate,
};
