import { equalValues } from '../../api/equal.ts';
import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  RoleRef,
  Subject,
} from '../../schema/types.generated.ts';
import { invalidFor, invalidValue, notSupported, oneOf, required } from './fields.ts';
import { dnsSubdomain, pathSegment } from './names.ts';
import { validateLabelSelector } from './selector.ts';

/** Roles and their bindings (rbac/validation). */

export const RBAC_GROUP = 'rbac.authorization.k8s.io';
const SUBJECT_KINDS = ['ServiceAccount', 'User', 'Group'];

function validateRule(rule: PolicyRule, namespaced: boolean, field: string): readonly FieldError[] {
  const { apiGroups = [], nonResourceURLs = [], resourceNames = [], resources = [], verbs = [] } = rule;
  const errors: FieldError[] = [];
  if (verbs.length === 0) errors.push(required(`${field}.verbs`, 'verbs must contain at least one value'));
  if (nonResourceURLs.length > 0) {
    const path = `${field}.nonResourceURLs`;
    if (namespaced) {
      const detail = 'namespaced rules cannot apply to non-resource URLs';
      errors.push(invalidValue(path, nonResourceURLs, detail));
    }
    if (apiGroups.length > 0 || resources.length > 0 || resourceNames.length > 0) {
      const detail = 'rules cannot apply to both regular resources and non-resource URLs';
      errors.push(invalidValue(path, nonResourceURLs, detail));
    }
    return errors;
  }
  if (apiGroups.length === 0) {
    errors.push(required(`${field}.apiGroups`, 'resource rules must supply at least one api group'));
  }
  if (resources.length === 0) {
    errors.push(required(`${field}.resources`, 'resource rules must supply at least one resource'));
  }
  if (resourceNames.length > 0 && resources.length > 1) {
    const detail = 'resource names cannot apply to multiple resources';
    errors.push(required(`${field}.resourceNames`, detail));
  }
  return errors;
}

export function validateRole({ rules = [] }: NewObject<Role>): readonly FieldError[] {
  return rules.flatMap((rule, index) => validateRule(rule, true, `rules[${index}]`));
}

export function validateClusterRole({
  aggregationRule,
  rules = [],
}: NewObject<ClusterRole>): readonly FieldError[] {
  const errors = rules.flatMap((rule, index) => validateRule(rule, false, `rules[${index}]`));
  if (aggregationRule === undefined) return errors;
  const { clusterRoleSelectors = [] } = aggregationRule;
  const field = 'aggregationRule.clusterRoleSelectors';
  if (clusterRoleSelectors.length === 0) {
    const detail = 'at least one clusterRoleSelector required if aggregationRule is non-nil';
    return [...errors, required(field, detail)];
  }
  return [
    ...errors,
    ...clusterRoleSelectors.flatMap((one, index) => validateLabelSelector(one, `${field}[${index}]`)),
  ];
}

function validateSubject(subject: Subject, namespaced: boolean, field: string): readonly FieldError[] {
  const { apiGroup = '', kind = '', name = '', namespace = '' } = subject;
  const errors: FieldError[] = name === '' ? [required(`${field}.name`)] : [];
  if (kind === 'ServiceAccount') {
    if (name !== '') errors.push(...invalidFor(`${field}.name`, name, dnsSubdomain(name)));
    errors.push(...oneOf(`${field}.apiGroup`, apiGroup, ['']));
    if (!namespaced && namespace === '') errors.push(required(`${field}.namespace`));
    return errors;
  }
  if (kind !== 'User' && kind !== 'Group') {
    return [...errors, notSupported(`${field}.kind`, kind, SUBJECT_KINDS)];
  }
  if (name === '') {
    errors.push(invalidValue(`${field}.name`, name, `${kind.toLowerCase()} name cannot be empty`));
  }
  return [...errors, ...oneOf(`${field}.apiGroup`, apiGroup, [RBAC_GROUP])];
}

function validateBinding(
  { roleRef, subjects = [] }: { readonly roleRef?: RoleRef; readonly subjects?: readonly Subject[] },
  kinds: readonly string[],
  namespaced: boolean,
): readonly FieldError[] {
  const { apiGroup, kind, name = '' }: Partial<RoleRef> = roleRef ?? {};
  return [
    ...oneOf('roleRef.apiGroup', apiGroup, [RBAC_GROUP]),
    ...oneOf('roleRef.kind', kind, kinds),
    ...(name === '' ? [required('roleRef.name')] : invalidFor('roleRef.name', name, pathSegment(name))),
    ...subjects.flatMap((subject, index) => validateSubject(subject, namespaced, `subjects[${index}]`)),
  ];
}

export function validateRoleBinding(object: NewObject<RoleBinding>): readonly FieldError[] {
  return validateBinding(object, ['Role', 'ClusterRole'], true);
}

export function validateClusterRoleBinding(object: NewObject<ClusterRoleBinding>): readonly FieldError[] {
  return validateBinding(object, ['ClusterRole'], false);
}

/** Whom a binding binds may change, what it grants may not: that would be another binding. */
function sameRole(next: RoleRef, previous: RoleRef): readonly FieldError[] {
  if (equalValues(next, previous)) return [];
  const { apiGroup = '', kind = '', name = '' } = next;
  return [invalidValue('roleRef', { APIGroup: apiGroup, Kind: kind, Name: name }, 'cannot change roleRef')];
}

export function validateRoleBindingUpdate(next: RoleBinding, previous: RoleBinding): readonly FieldError[] {
  return [...validateRoleBinding(next), ...sameRole(next.roleRef, previous.roleRef)];
}

export function validateClusterRoleBindingUpdate(
  next: ClusterRoleBinding,
  previous: ClusterRoleBinding,
): readonly FieldError[] {
  return [...validateClusterRoleBinding(next), ...sameRole(next.roleRef, previous.roleRef)];
}
