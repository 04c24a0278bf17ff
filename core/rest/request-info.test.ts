import { describe, expect, test } from 'vitest';
import { accessOf, denial, requestInfo } from './request-info.ts';

describe('what a request is for', () => {
  test.each([
    ['GET', '/api/v1/pods', '', 'list  pods  -'],
    ['GET', '/api/v1/namespaces/a/pods?watch=1', '', 'watch  pods a -'],
    ['GET', '/api/v1/namespaces/a/pods/b', '', 'get  pods a b'],
    ['GET', '/api/v1/namespaces/a/pods/b?watch=true', '', 'watch  pods a b'],
    ['GET', '/api/v1/watch/namespaces/a/pods', '', 'watch  pods a -'],
    ['GET', '/api/v1/namespaces/a/pods/b/log', '', 'get  pods/log a b'],
    ['GET', '/api/v1/namespaces/a', '', 'get  namespaces a a'],
    ['PUT', '/api/v1/namespaces/a/finalize', '', 'update  namespaces/finalize a a'],
    ['GET', '/api/v1/namespaces', '', 'list  namespaces  -'],
    ['POST', '/apis/apps/v1/namespaces/a/deployments', '', 'create apps deployments a -'],
    ['PATCH', '/apis/apps/v1/namespaces/a/deployments/b/scale', '', 'patch apps deployments/scale a b'],
    ['DELETE', '/apis/apps/v1/namespaces/a/deployments', '', 'deletecollection apps deployments a -'],
    ['DELETE', '/apis/apps/v1/namespaces/a/deployments/b', '', 'delete apps deployments a b'],
    ['GET', '/api/v1/secrets', 'metadata.name=x', 'list  secrets  x'],
    ['GET', '/apis/nobody.example/v1/things/x', '', 'get nobody.example things  x'],
    ['HEAD', '/apis/metrics.k8s.io/v1beta1/nodes/x', '', 'get metrics.k8s.io nodes  x'],
  ])('%s %s %s', (method, url, fieldSelector, expected) => {
    const [path = '', search = ''] = url.split('?');
    const watch: Readonly<Record<string, string>> =
      search === '' ? {} : { watch: search.split('=')[1] ?? '' };
    const access = accessOf(requestInfo({ method, path, query: { fieldSelector, ...watch } }));
    const { verb, group, resource, namespace, name } = access as Extract<typeof access, { resource: string }>;
    expect(`${verb} ${group} ${resource} ${namespace} ${name === '' ? '-' : name}`).toBe(expected);
  });

  test.each([
    '/',
    '/api',
    '/api/v1',
    '/apis/apps/v1',
    '/healthz',
    '/openapi/v3/apis/apps/v1',
    '/apix/v1/pods',
  ])('%s is a path', (path) => {
    expect(accessOf(requestInfo({ method: 'GET', path, query: {} }))).toEqual({ verb: 'get', path });
  });
});

test.each([
  [
    '/api/v1/nodes',
    'nodes is forbidden: User "a" cannot list resource "nodes" in API group "" at the cluster scope',
  ],
  [
    '/apis/apps/v1/namespaces/x/deployments/y/scale',
    'deployments.apps "y" is forbidden: User "a" cannot get resource "deployments/scale" in API group "apps" in the namespace "x"',
  ],
  ['/metrics', 'forbidden: User "a" cannot get path "/metrics"'],
])('the denial of %s', (path, message) => {
  expect(denial('a', requestInfo({ method: 'GET', path, query: {} }), '').message).toBe(message);
});
