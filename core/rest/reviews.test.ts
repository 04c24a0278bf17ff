import { describe, expect, test } from 'vitest';
import { decide, grantsFor } from '../rbac/access.ts';
import { serveReview } from './reviews.ts';
import { type RestCluster, restCluster } from './testing/rest-cluster.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const API = 'rbac.authorization.k8s.io/v1';
const ROLE_REF = 'rbac.authorization.k8s.io';
const ADMIN = { name: 'kubernetes-admin', groups: ['system:masters'] };
const JANE = { name: 'jane', groups: ['dev'] };

function withRoles(): RestCluster {
  const cluster = restCluster();
  const post = (path: string, body: object): void => {
    expect(cluster.send('POST', path, body).code).toBe(201);
  };
  post(`${RBAC}/clusterroles`, {
    apiVersion: API,
    kind: 'ClusterRole',
    metadata: { name: 'reader' },
    rules: [
      { apiGroups: [''], resources: ['pods', '*/status'], verbs: ['get', 'list'] },
      { nonResourceURLs: ['/metrics', '/logs/*'], verbs: ['get'] },
    ],
  });
  post(`${RBAC}/namespaces/default/roles`, {
    apiVersion: API,
    kind: 'Role',
    metadata: { name: 'one' },
    rules: [{ apiGroups: ['apps'], resources: ['deployments'], resourceNames: ['web'], verbs: ['*'] }],
  });
  post(`${RBAC}/clusterrolebindings`, {
    apiVersion: API,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'devs' },
    roleRef: { apiGroup: ROLE_REF, kind: 'ClusterRole', name: 'reader' },
    subjects: [{ apiGroup: ROLE_REF, kind: 'Group', name: 'dev' }],
  });
  post(`${RBAC}/namespaces/default/rolebindings`, {
    apiVersion: API,
    kind: 'RoleBinding',
    metadata: { name: 'robot' },
    roleRef: { apiGroup: ROLE_REF, kind: 'Role', name: 'one' },
    subjects: [{ kind: 'ServiceAccount', name: 'robot', namespace: 'default' }],
  });
  return cluster;
}

describe('roles', () => {
  const ROBOT = { name: 'system:serviceaccount:default:robot', groups: [] };
  test.each([
    ['a group by a cluster role', JANE, 'list', '', 'pods', '', true],
    ['another verb', JANE, 'delete', '', 'pods', '', false],
    ['a subresource of everything', JANE, 'get', '', 'nodes/status', '', true],
    ['another group of the API', JANE, 'get', 'apps', 'pods', '', false],
    ['a service account by a role, for one name', ROBOT, 'patch', 'apps', 'deployments', 'web', true],
    ['another name', ROBOT, 'patch', 'apps', 'deployments', 'api', false],
    ['nobody', { name: 'joe', groups: [] }, 'get', '', 'pods', '', false],
    ['a master', ADMIN, 'x', 'y', 'z', '', true],
  ])('%s', (_name, who, verb, group, resource, name, allowed) => {
    const access = { verb, group, resource, namespace: 'default', name };
    expect(decide(withRoles().server.state, who, access).allowed).toBe(allowed);
  });

  test('a role of a namespace holds nowhere else', () => {
    expect(grantsFor(withRoles().server.state, ROBOT, 'other').grants).toEqual([]);
  });
});

describe('reviews', () => {
  function review(who: typeof ADMIN, kind: string, spec: object): unknown {
    const group = kind === 'SelfSubjectReview' ? 'authentication.k8s.io' : 'authorization.k8s.io';
    const path = `/apis/${group}/v1/${kind.toLowerCase()}s`;
    const body = { apiVersion: `${group}/v1`, kind, spec };
    const request = { method: 'POST', path, query: {}, user: who.name, body } as const;
    const answer = serveReview(request, withRoles().server.state, who);
    return (answer?.body as { readonly status: unknown } | undefined)?.status;
  }

  test('who am I', () => {
    expect(review(JANE, 'SelfSubjectReview', {})).toEqual({
      userInfo: { username: 'jane', groups: ['dev'] },
    });
  });

  test('what may I do, and what may another', () => {
    const pods = { verb: 'list', resource: 'pods', namespace: 'default' };
    const reason = 'RBAC: allowed by ClusterRoleBinding "devs" of ClusterRole "reader" to Group "dev"';
    expect(review(JANE, 'SelfSubjectAccessReview', { resourceAttributes: pods })).toEqual({
      allowed: true,
      reason,
    });
    expect(review(JANE, 'SelfSubjectAccessReview', { resourceAttributes: { ...pods, verb: 'x' } })).toEqual({
      allowed: false,
    });
    const path = { nonResourceAttributes: { verb: 'get', path: '/logs/a' } };
    expect(review(JANE, 'SelfSubjectAccessReview', path)).toEqual({ allowed: true, reason });
    const other = { user: 'joe', groups: ['dev'], resourceAttributes: pods };
    expect(review(ADMIN, 'SubjectAccessReview', other)).toEqual({ allowed: true, reason });
    expect(review(ADMIN, 'SubjectAccessReview', { ...other, groups: [] })).toEqual({ allowed: false });
  });

  test('which rules hold for me', () => {
    expect(review(JANE, 'SelfSubjectRulesReview', { namespace: 'default' })).toEqual({
      incomplete: false,
      nonResourceRules: [{ nonResourceURLs: ['/metrics', '/logs/*'], verbs: ['get'] }],
      resourceRules: [{ apiGroups: [''], resources: ['pods', '*/status'], verbs: ['get', 'list'] }],
    });
  });

  test('what is no question is another request', () => {
    const request = { method: 'POST', path: '/api/v1/namespaces', query: {}, user: 'a' } as const;
    expect(serveReview(request, withRoles().server.state, ADMIN)).toBeUndefined();
  });
});
