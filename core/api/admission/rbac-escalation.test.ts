import { describe, expect, test } from 'vitest';
import { at, type RestCluster, restCluster } from '../../rest/testing/rest-cluster.ts';

const GROUP = 'rbac.authorization.k8s.io';
const apiVersion = `${GROUP}/v1`;
const BASE = `/apis/${apiVersion}`;
const LOCAL = `${BASE}/namespaces/default`;

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

const rule = (resource: string, ...verbs: readonly string[]): Rule => ({
  apiGroups: [''],
  resources: [resource],
  verbs,
});
const onRbac = (resource: string, ...verbs: readonly string[]): Rule => ({
  apiGroups: [GROUP],
  resources: [resource],
  verbs,
});

function role(name: string, rules: readonly Rule[], kind = 'Role'): object {
  return { apiVersion, kind, metadata: { name }, rules };
}

function binding(
  name: string,
  of: string,
  user: string,
  kind = 'RoleBinding',
  roleKind = 'ClusterRole',
): object {
  return {
    apiVersion,
    kind,
    metadata: { name },
    roleRef: { apiGroup: GROUP, kind: roleKind, name: of },
    subjects: [{ kind: 'User', apiGroup: GROUP, name: user }],
  };
}

/** A cluster in which jane has these rules in `default`. */
function withJane(...rules: readonly Rule[]): RestCluster {
  const cluster = restCluster();
  expect(cluster.send('POST', `${LOCAL}/roles`, role('janes', rules)).code).toBe(201);
  expect(
    cluster.send('POST', `${LOCAL}/rolebindings`, binding('janes', 'janes', 'jane', 'RoleBinding', 'Role'))
      .code,
  ).toBe(201);
  expect(
    cluster.send('POST', `${BASE}/clusterroles`, role('pods', [rule('pods', 'get')], 'ClusterRole')).code,
  ).toBe(201);
  return cluster;
}

const JANE = { user: 'jane', groups: ['dev', 'system:authenticated'] };

describe('a role', () => {
  test('gives what its writer has', () => {
    const { send } = withJane(rule('pods', 'get', 'list'));
    expect(send('POST', `${LOCAL}/roles`, role('a', [rule('pods', 'list')]), JANE).code).toBe(201);
  });

  test('gives no more, and the refusal says what', () => {
    const { send } = withJane(rule('pods', 'get'));
    const asked = [rule('pods', 'get', 'list', 'watch'), rule('secrets', 'get')];
    const answer = send('POST', `${LOCAL}/roles`, role('a', asked), JANE);
    expect(answer.code).toBe(403);
    expect(at(answer, 'message')).toBe(
      'roles.rbac.authorization.k8s.io "a" is forbidden: user "jane" (groups=["dev" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n' +
        '{APIGroups:[""], Resources:["pods"], Verbs:["list" "watch"]}\n' +
        '{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}',
    );
  });

  test('but by whoever may escalate, and by masters', () => {
    const { send } = withJane(onRbac('roles', 'escalate'));
    expect(send('POST', `${LOCAL}/roles`, role('a', [rule('secrets', 'get')]), JANE).code).toBe(201);
    expect(send('POST', `${LOCAL}/roles`, role('b', [rule('secrets', 'get')])).code).toBe(201);
  });

  test('is not widened by an update or an apply either, and may be given an owner', () => {
    const { send, apply } = withJane(rule('pods', 'get'), onRbac('roles', 'create'));
    send('POST', `${LOCAL}/roles`, role('a', [rule('secrets', 'get')]));
    const wider = role('a', [rule('secrets', '*')]);
    expect(send('PUT', `${LOCAL}/roles/a`, wider, JANE).code).toBe(403);
    const patch = { contentType: 'application/merge-patch+json', ...JANE };
    expect(send('PATCH', `${LOCAL}/roles/a`, { rules: [rule('nodes', 'get')] }, patch).code).toBe(403);
    expect(send('PATCH', `${LOCAL}/roles/a`, { metadata: { finalizers: ['a.example/x'] } }, patch).code).toBe(
      200,
    );
    const applied = send('PATCH', `${LOCAL}/roles/new`, role('new', [rule('secrets', '*')]), {
      ...JANE,
      contentType: 'application/apply-patch+yaml',
      query: { fieldManager: 'm' },
    });
    expect([applied.code, apply('m', `${LOCAL}/roles/new`, role('new', [])).code]).toEqual([403, 201]);
  });

  test('of the cluster gathers for masters alone', () => {
    const { send } = withJane();
    send('POST', `${BASE}/clusterrolebindings`, binding('jane', 'pods', 'jane', 'ClusterRoleBinding'));
    const gathering = {
      ...role('all', [], 'ClusterRole'),
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] },
    };
    const answer = send('POST', `${BASE}/clusterroles`, gathering, JANE);
    expect([answer.code, at(answer, 'message')]).toEqual([
      403,
      'clusterroles.rbac.authorization.k8s.io "all" is forbidden: must have cluster-admin privileges to use the aggregationRule',
    ]);
    expect(send('POST', `${BASE}/clusterroles`, gathering).code).toBe(201);
  });
});

describe('a binding', () => {
  test('of a role with more than its writer has is refused', () => {
    const { send } = withJane(rule('pods', 'list'));
    const answer = send('POST', `${LOCAL}/rolebindings`, binding('b', 'pods', 'joe'), JANE);
    expect(answer.code).toBe(403);
    expect(at(answer, 'message')).toMatch(
      /^rolebindings\.rbac\.authorization\.k8s\.io "b" is forbidden: user "jane" .*\n\{APIGroups:\[""\], Resources:\["pods"\], Verbs:\["get"\]\}$/s,
    );
  });

  test('of a role that its writer has the rights of, or may bind, is made', () => {
    expect(
      withJane(rule('pods', 'get')).send('POST', `${LOCAL}/rolebindings`, binding('b', 'pods', 'joe'), JANE)
        .code,
    ).toBe(201);
    const named = { ...onRbac('clusterroles', 'bind'), resourceNames: ['pods'] };
    const { send } = withJane(named);
    expect(send('POST', `${LOCAL}/rolebindings`, binding('b', 'pods', 'joe'), JANE).code).toBe(201);
    expect(send('POST', `${LOCAL}/rolebindings`, binding('c', 'cluster-admin', 'joe'), JANE).code).toBe(403);
  });

  test('of a role that is not there takes the right to bind it', () => {
    const { send } = withJane(rule('pods', 'get'));
    const answer = send('POST', `${LOCAL}/rolebindings`, binding('b', 'nothing', 'joe'), JANE);
    expect([answer.code, at(answer, 'message')]).toEqual([
      404,
      'clusterroles.rbac.authorization.k8s.io "nothing" not found',
    ]);
    expect(send('POST', `${LOCAL}/rolebindings`, binding('b', 'nothing', 'joe')).code).toBe(201);
  });

  test('stays one of its role', () => {
    const { send } = withJane();
    send('POST', `${LOCAL}/rolebindings`, binding('b', 'pods', 'joe'));
    const answer = send('PUT', `${LOCAL}/rolebindings/b`, binding('b', 'view', 'joe'));
    expect(answer.code).toBe(422);
    expect(at(answer, 'message')).toMatch(/roleRef: Invalid value: .*: cannot change roleRef$/);
  });
});

test('what is applied and not there has to be created by somebody who may', () => {
  const { send } = withJane(rule('configmaps', 'patch'));
  const path = '/api/v1/namespaces/default/configmaps/a';
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
  const more = { ...JANE, contentType: 'application/apply-patch+yaml', query: { fieldManager: 'm' } };
  const answer = send('PATCH', path, body, more);
  expect([answer.code, at(answer, 'message')]).toEqual([
    403,
    'configmaps "a" is forbidden: User "jane" cannot create resource "configmaps" in API group "" in the namespace "default"',
  ]);
});
