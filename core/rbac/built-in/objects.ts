import type { NewObject } from '../../api/object.ts';
import type {
  ClusterRole,
  ClusterRoleBinding,
  Role,
  RoleBinding,
  RoleRef,
  Subject,
} from '../../schema/types.generated.ts';
import { BUILT_IN_CLUSTER_BINDINGS, BUILT_IN_CLUSTER_ROLES } from './cluster-roles.ts';
import { BUILT_IN_CONTROLLER_ROLES } from './controller-roles.ts';
import { BUILT_IN_NAMESPACED_ROLES } from './namespaced-roles.ts';
import { ruleOf } from './rule-text.ts';

/** The built-in roles and bindings as objects, each list in the order in which they are made. */

const apiVersion = 'rbac.authorization.k8s.io/v1';
const GROUP = 'rbac.authorization.k8s.io';
const CONTROLLER = 'system:controller:';
const ACCOUNTS_NAMESPACE = 'kube-system';

/** What marks an object as one that the API server itself keeps as it should be. */
const BUILT_IN_LABELS = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
const ANNOTATIONS = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' };

function metadataOf(name: string, more: object = {}): NewObject['metadata'] & { readonly name: string } {
  return { name, ...more, labels: BUILT_IN_LABELS, annotations: ANNOTATIONS };
}

function subjectOf(text: string): Subject {
  const space = text.indexOf(' ');
  const [kind, name] = [text.slice(0, space), text.slice(space + 1)];
  if (kind !== 'ServiceAccount') return { kind, apiGroup: GROUP, name };
  const slash = name.indexOf('/');
  return { kind, name: name.slice(slash + 1), namespace: name.slice(0, slash) };
}

function reference(kind: string, name: string): RoleRef {
  return { apiGroup: GROUP, kind, name };
}

export const CLUSTER_ROLES: readonly NewObject<ClusterRole>[] = [
  ...BUILT_IN_CLUSTER_ROLES.map(({ name, labels, gathers, rules }): NewObject<ClusterRole> => {
    const metadata = metadataOf(name);
    return {
      apiVersion,
      kind: 'ClusterRole',
      metadata: { ...metadata, labels: { ...BUILT_IN_LABELS, ...labels } },
      ...(gathers === undefined
        ? { rules: rules.map(ruleOf) }
        : { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [gathers]: 'true' } }] } }),
    };
  }),
  ...Object.entries(BUILT_IN_CONTROLLER_ROLES).map(
    ([name, rules]): NewObject<ClusterRole> => ({
      apiVersion,
      kind: 'ClusterRole',
      metadata: metadataOf(`${CONTROLLER}${name}`),
      rules: rules.map(ruleOf),
    }),
  ),
];

function clusterBinding(name: string, subjects: readonly Subject[]): NewObject<ClusterRoleBinding> {
  return {
    apiVersion,
    kind: 'ClusterRoleBinding',
    metadata: metadataOf(name),
    roleRef: reference('ClusterRole', name),
    ...(subjects.length === 0 ? {} : { subjects }),
  };
}

export const CLUSTER_ROLE_BINDINGS: readonly NewObject<ClusterRoleBinding>[] = [
  ...Object.entries(BUILT_IN_CLUSTER_BINDINGS).map(([name, subjects]) =>
    clusterBinding(name, subjects.map(subjectOf)),
  ),
  ...Object.keys(BUILT_IN_CONTROLLER_ROLES).map((name) =>
    clusterBinding(`${CONTROLLER}${name}`, [{ kind: 'ServiceAccount', name, namespace: ACCOUNTS_NAMESPACE }]),
  ),
];

export const ROLES: readonly NewObject<Role>[] = BUILT_IN_NAMESPACED_ROLES.map(
  ({ namespace, name, rules }) => ({
    apiVersion,
    kind: 'Role',
    metadata: metadataOf(name, { namespace }),
    rules: rules.map(ruleOf),
  }),
);

export const ROLE_BINDINGS: readonly NewObject<RoleBinding>[] = BUILT_IN_NAMESPACED_ROLES.map(
  ({ namespace, name, binding = name, subjects }) => ({
    apiVersion,
    kind: 'RoleBinding',
    metadata: metadataOf(binding, { namespace }),
    roleRef: reference('Role', name),
    subjects: subjects.map(subjectOf),
  }),
);
