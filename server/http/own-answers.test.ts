import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { State } from '../../core/store/state.ts';
import type { Session } from '../session/session.ts';
import { type HttpAnswer, type HttpCluster, httpCluster } from '../testing/http-cluster.ts';
import { serveHealth } from './health.ts';

interface Item {
  readonly metadata: { readonly name: string };
  readonly status: { readonly conditions: readonly [{ readonly type: string; readonly status: string }] };
}

describe('what the server says of itself', () => {
  let cluster: HttpCluster;
  beforeAll(async () => {
    cluster = await httpCluster(1);
  });
  afterAll(() => cluster.close());

  const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpAnswer> =>
    cluster.send({ method: 'GET', path, headers });

  test('its health, check by check', async () => {
    expect((await get('/livez')).text).toBe('ok');
    const verbose = (await get('/readyz?verbose')).text.split('\n');
    expect(verbose).toContain('[+]poststarthook/rbac/bootstrap-roles ok');
    expect(verbose.at(-2)).toBe('readyz check passed');
    expect((await get('/livez/ping')).text).toBe('ok');
    expect((await get('/livez/nothing')).code).toBe(404);
    const without = (await get('/healthz?verbose&exclude=etcd&exclude=x')).text;
    expect(without).toContain('[+]etcd excluded: ok');
    expect(without).toContain('warn: some health checks cannot be excluded: no matches for "x"');
  });

  test('what was done at the start stays done, whatever becomes of it', async () => {
    await get('/readyz');
    const path = '/apis/rbac.authorization.k8s.io/v1/clusterroles/cluster-admin';
    expect((await cluster.send({ method: 'DELETE', path })).code).toBe(200);
    expect((await get('/readyz')).text).toBe('ok');
  });

  test('a check that fails is named, unless it is left out', () => {
    const cluster = { isReadOnly: false, view: new State() } as unknown as Session;
    const ask = (path: string, search = '') => serveHealth(path, new URLSearchParams(search), cluster);
    const failed = ask('/readyz');
    expect(failed?.code).toBe(500);
    expect(failed?.text).toContain('[-]poststarthook/rbac/bootstrap-roles failed: reason withheld\n');
    expect(failed?.text).toMatch(/readyz check failed\n$/);
    expect(ask('/readyz/poststarthook/rbac/bootstrap-roles')?.code).toBe(500);
    const all = [...(failed?.text ?? '').matchAll(/^\[-\](\S+)/gm)].map(([, name]) => `exclude=${name}`);
    expect(ask('/readyz', all.join('&'))?.text).toBe('ok');
  });

  test('discovery in the form that the client would have first', async () => {
    const form = (version: string): string =>
      `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
    const cases: readonly (readonly [accept: string, apiVersion: string, type: string])[] = [
      [`${form('v2')},${form('v2beta1')},application/json`, 'apidiscovery.k8s.io/v2', form('v2')],
      [`${form('v2beta1')},application/json`, 'apidiscovery.k8s.io/v2beta1', form('v2beta1')],
      [`${form('v3')},application/json`, 'v1', 'application/json'],
      [`application/json,${form('v2')}`, 'v1', 'application/json'],
    ];
    for (const path of ['/apis', '/api']) {
      for (const [accept, apiVersion, type] of cases) {
        const answer = await get(path, { accept });
        const plain = path === '/api' ? undefined : apiVersion;
        expect([accept, answer.body.apiVersion]).toEqual([accept, apiVersion === 'v1' ? plain : apiVersion]);
        expect(answer.headers['content-type']).toBe(type);
      }
    }
  });

  test('version 2 of the OpenAPI document, in two forms, which clients need not read twice', async () => {
    const json = await get('/openapi/v2');
    expect(json.body.swagger).toBe('2.0');
    const protobuf = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
    const binary = await get('/openapi/v2', { accept: protobuf });
    expect(binary.headers['content-type']).toBe('application/com.github.proto-openapi.spec.v2.v1.0+protobuf');
    expect(binary.text).toContain('io.k8s.api.apps.v1.Deployment');
    for (const { headers } of [json, binary]) {
      const accept = headers === json.headers ? 'application/json' : protobuf;
      const again = await get('/openapi/v2', { accept, 'if-none-match': String(headers.etag) });
      expect([again.code, again.text]).toEqual([304, '']);
    }
    expect((await get('/openapi/v2', { accept: 'text/html' })).code).toBe(406);
  });

  test('what serves it: local APIServices, and the flows of its requests', async () => {
    const items = async (path: string): Promise<readonly Item[]> =>
      (await get(path)).body.items as readonly Item[];
    const services = await items('/apis/apiregistration.k8s.io/v1/apiservices');
    expect(services.map(({ metadata }) => metadata.name)).toContain('v1.apps');
    const flow = '/apis/flowcontrol.apiserver.k8s.io/v1';
    const schemas = await items(`${flow}/flowschemas`);
    const levels = await items(`${flow}/prioritylevelconfigurations`);
    expect([schemas.length, levels.length]).toEqual([13, 8]);
    const states = [...services, ...schemas].map(({ status }) => status.conditions[0]);
    expect(new Set(states.map(({ type, status }) => `${type}=${status}`))).toEqual(
      new Set(['Available=True', 'Dangling=False']),
    );
  });

  test('its paths, its requests', async () => {
    expect((await get('/')).body.paths).toContain('/apis/apps/v1');
    await get('/api/v1/pods');
    const counted =
      /apiserver_request_total\{code="200",group="",resource="pods",.*verb="LIST",version="v1"\} 1/;
    expect((await get('/metrics')).text).toMatch(counted);
  });
});
