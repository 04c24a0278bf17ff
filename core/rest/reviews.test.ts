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

  test('a role that is bound and not there is told of', () => {
    const cluster = withRoles();
    cluster.send('POST', `${RBAC}/clusterrolebindings`, {
      apiVersion: API,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'lost' },
      roleRef: { apiGroup: ROLE_REF, kind: 'ClusterRole', name: 'nothing' },
      subjects: [{ apiGroup: ROLE_REF, kind: 'User', name: 'jane' }],
    });
    const ask = (kind: string, spec: object): unknown => {
      const path = `/apis/authorization.k8s.io/v1/${kind.toLowerCase()}s`;
      const request = { method: 'POST', path, query: {}, user: 'jane', body: { kind, spec } } as const;
      return (serveReview(request, cluster.server.state, JANE)?.body as { status?: unknown } | undefined)
        ?.status;
    };
    const reason = 'RBAC: clusterrole.rbac.authorization.k8s.io "nothing" not found';
    const resourceAttributes = { verb: 'delete', resource: 'nodes' };
    expect(ask('SelfSubjectAccessReview', { resourceAttributes })).toEqual({ allowed: false, reason });
    expect(ask('SelfSubjectRulesReview', { namespace: 'default' })).toMatchObject({
      incomplete: true,
      evaluationError: 'clusterrole.rbac.authorization.k8s.io "nothing" not found',
    });
  });

  const ATTRIBUTES = { verb: 'get', resource: 'pods' };
  test.each([
    [
      'SelfSubjectAccessReview',
      {},
      {},
      'spec.resourceAttributes: Invalid value: "null": exactly one of nonResourceAttributes or resourceAttributes must be specified',
    ],
    [
      'SelfSubjectAccessReview',
      { resourceAttributes: ATTRIBUTES, nonResourceAttributes: { path: '/a', verb: 'get' } },
      {},
      'spec.nonResourceAttributes: Invalid value: {"path":"/a","verb":"get"}: cannot be specified in combination with resourceAttributes',
    ],
    [
      'SubjectAccessReview',
      { resourceAttributes: ATTRIBUTES },
      {},
      'spec.user: Invalid value: "": at least one of user or group must be specified',
    ],
    [
      'SubjectAccessReview',
      { resourceAttributes: ATTRIBUTES, user: 'a' },
      { name: 'x' },
      'metadata: Invalid value: {"name":"x"}: must be empty',
    ],
  ])('%s of %j is refused', (kind, spec, metadata, problem) => {
    const path = `/apis/authorization.k8s.io/v1/${kind.toLowerCase()}s`;
    const body = { kind, metadata, spec };
    const request = { method: 'POST', path, query: {}, user: 'jane', body } as const;
    const answer = serveReview(request, withRoles().server.state, JANE);
    expect([answer?.code, (answer?.body as { message?: string } | undefined)?.message]).toEqual([
      422,
      `${kind}.authorization.k8s.io "" is invalid: ${problem}`,
    ]);
  });

  test.each([
    ['default', { resourceAttributes: { ...ATTRIBUTES, namespace: 'default' }, user: 'jane' }, 201],
    ['default', { resourceAttributes: { ...ATTRIBUTES, namespace: 'other' }, user: 'jane' }, 400],
    ['default', { nonResourceAttributes: { path: '/a', verb: 'get' }, user: 'jane' }, 422],
  ])('a LocalSubjectAccessReview in %s of %j', (namespace, spec, code) => {
    const path = `/apis/authorization.k8s.io/v1/namespaces/${namespace}/localsubjectaccessreviews`;
    const request = { method: 'POST', path, query: {}, user: 'a', body: { spec } } as const;
    const answer = serveReview(request, withRoles().server.state, ADMIN);
    expect(answer?.code).toBe(code);
  });

  test('what is no question is another request', () => {
    const request = { method: 'POST', path: '/api/v1/namespaces', query: {}, user: 'a' } as const;
    expect(serveReview(request, withRoles().server.state, ADMIN)).toBeUndefined();
  });
});
