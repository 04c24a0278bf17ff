import { describe, expect, test } from 'vitest';
import type { NewObject } from '../../api/object.ts';
import { kindFor } from '../../kinds/registry.ts';
import { restCluster } from '../../rest/testing/rest-cluster.ts';
import { decide } from '../access.ts';
import { CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, ROLE_BINDINGS, ROLES } from './objects.ts';
import { ruleOf } from './rule-text.ts';

describe('a rule in a line', () => {
  test.each([
    ['get - pods', { verbs: ['get'], apiGroups: [''], resources: ['pods'] }],
    [
      'update,read apps,- b,a x',
      {
        verbs: ['get', 'list', 'update', 'watch'],
        apiGroups: ['', 'apps'],
        resources: ['a', 'b'],
        resourceNames: ['x'],
      },
    ],
    ['get /b,/a/*', { verbs: ['get'], nonResourceURLs: ['/a/*', '/b'] }],
  ])('%s', (text, rule) => {
    expect(ruleOf(text)).toEqual(rule);
  });
});

const ALL: readonly NewObject[] = [...CLUSTER_ROLES, ...CLUSTER_ROLE_BINDINGS, ...ROLES, ...ROLE_BINDINGS];

test('each is valid, has a name of its own, and is marked', () => {
  const names = new Set<string>();
  for (const object of ALL) {
    const { name, namespace = '', labels, annotations } = object.metadata;
    const kind = kindFor(object.apiVersion, object.kind);
    expect([name, kind?.strategy.validate?.(object as never)]).toEqual([name, []]);
    expect(labels).toMatchObject({ 'kubernetes.io/bootstrapping': 'rbac-defaults' });
    expect(annotations).toEqual({ 'rbac.authorization.kubernetes.io/autoupdate': 'true' });
    names.add(`${object.kind}/${namespace}/${name}`);
  }
  expect(names.size).toBe(ALL.length);
});

test('every binding is of a role that there is', () => {
  const roles = new Set([...CLUSTER_ROLES, ...ROLES].map(({ kind, metadata }) => `${kind}/${metadata.name}`));
  const bound = [...CLUSTER_ROLE_BINDINGS, ...ROLE_BINDINGS].map(
    ({ roleRef }) => `${roleRef?.kind}/${roleRef?.name}`,
  );
  expect(bound.filter((role) => !roles.has(role))).toEqual([]);
});

describe('in a cluster that has them not among its objects, they hold all the same', () => {
  const { server, send } = restCluster();
  send('POST', '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings', {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'jane' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'admin' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'jane' }],
  });
  const jane = { name: 'jane', groups: ['system:authenticated'] };
  const on = (verb: string, group: string, resource: string, namespace = 'default') => ({
    verb,
    group,
    resource,
    namespace,
    name: '',
  });

  test.each([
    ['what view has', on('list', '', 'pods'), true],
    ['what edit has', on('delete', 'apps', 'deployments'), true],
    ['what admin has', on('create', 'rbac.authorization.k8s.io', 'roles'), true],
    ['what none has', on('create', '', 'resourcequotas'), false],
    ['elsewhere', on('list', '', 'pods', 'other'), false],
    ['what everybody may ask', on('create', 'authorization.k8s.io', 'selfsubjectaccessreviews'), true],
    ['discovery', { verb: 'get', path: '/apis/apps/v1' }, true],
    ['metrics', { verb: 'get', path: '/metrics' }, false],
  ])('%s', (_name, access, allowed) => {
    expect(decide(server.state, jane, access).allowed).toBe(allowed);
  });
});
