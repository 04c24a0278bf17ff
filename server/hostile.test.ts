import { connect } from 'node:tls';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KINDS } from '../core/kinds/registry.ts';
import { type HttpCluster, type HttpRequest, httpCluster } from './testing/http-cluster.ts';

/** Clients that are broken, careless or hostile: the right status each time, and the server goes on. */

const PODS = '/api/v1/namespaces/default/pods';
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

let cluster: HttpCluster;
beforeAll(async () => {
  cluster = await httpCluster(1);
});
afterAll(async () => {
  expect((await cluster.send({ method: 'GET', path: '/healthz' })).text).toBe('ok');
  await cluster.close();
});

function post(
  path: string,
  body: string | Uint8Array,
  type = 'application/json',
): Promise<[number, unknown]> {
  return cluster
    .send({ method: 'POST', path, body, headers: { 'content-type': type } })
    .then(({ code, body: answer }) => [code, answer.reason]);
}

function configMap(rest: string): string {
  return `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}${rest}}`;
}

describe('bodies', () => {
  test.each([
    ['too large', 'x'.repeat(3 * 1024 * 1024 + 1), 413, 'RequestEntityTooLarge'],
    ['no JSON', '{"a":', 400, 'BadRequest'],
    ['no object', '"text"', 400, 'BadRequest'],
    ['nothing', '', 400, 'BadRequest'],
    ['no UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]), 400, 'BadRequest'],
    ['a prototype', configMap(',"data":{"__proto__":"x"}'), 400, 'BadRequest'],
    ['a prototype in disguise', configMap(',"data":{"\\u005f_proto__":"x"}'), 400, 'BadRequest'],
    ['a prototype as the object', '{"__proto__":{"kind":"ConfigMap"}}', 400, 'BadRequest'],
    ['deep nesting', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 400, 'BadRequest'],
    ['deep objects', `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`, 400, 'BadRequest'],
    ['another kind', '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"}}', 400, 'BadRequest'],
    ['a number as data', configMap(',"data":{"a":1e999}'), 400, 'BadRequest'],
  ])('%s', async (_name, body, code, reason) => {
    expect(await post(CONFIG_MAPS, body)).toEqual([code, reason]);
  });

  test.each([
    ['text/plain', 415],
    ['application/xml', 415],
    ['application/cbor', 415],
    ['application/json; charset=utf-8', 201],
  ])('content type %s', async (type, code) => {
    const body = configMap('').replace('"c"', `"type-${code}-${type.length}"`);
    expect((await post(CONFIG_MAPS, body, type))[0]).toBe(code);
  });

  test.each([
    [
      'a bomb of aliases',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n'}`,
    ],
    ['deep nesting', `${'['.repeat(5000)}${']'.repeat(5000)}`],
    ['no YAML', 'a: [b\n'],
  ])('YAML: %s', async (_name, body) => {
    expect((await post(CONFIG_MAPS, body, 'application/yaml'))[0]).toBe(400);
  });

  test('no protobuf', async () => {
    const type = 'application/vnd.kubernetes.protobuf';
    expect(await post(CONFIG_MAPS, new Uint8Array([1, 2, 3]), type)).toEqual([400, 'BadRequest']);
    expect(await post(CONFIG_MAPS, new Uint8Array([0x6b, 0x38, 0x73, 0, 10, 200]), type)).toEqual([
      400,
      'BadRequest',
    ]);
  });
});

describe('patches', () => {
  beforeAll(async () => {
    await post(CONFIG_MAPS, configMap(',"data":{"a":"b"}').replace('"c"', '"patched"'));
  });

  test.each([
    ['a path through a prototype', 'json', '[{"op":"add","path":"/__proto__/polluted","value":1}]', 422],
    [
      'a path through a constructor',
      'json',
      '[{"op":"add","path":"/constructor/prototype/x","value":1}]',
      422,
    ],
    ['a copy from a prototype', 'json', '[{"op":"copy","from":"/__proto__","path":"/data/x"}]', 422],
    ['a place past the end', 'json', '[{"op":"remove","path":"/data/nothing"}]', 422],
    ['no list', 'json', '{}', 400],
    ['a prototype', 'merge', '{"__proto__":{"polluted":1}}', 400],
    ['no object', 'merge', '[1]', 400],
    ['a directive that is none', 'strategic-merge', '{"$patch":"explode"}', 400],
    ['an order that is no list', 'strategic-merge', '{"metadata":{"$setElementOrder/finalizers":7}}', 400],
  ])('%s', async (_name, type, body, code) => {
    const answer = await cluster.send({
      method: 'PATCH',
      path: `${CONFIG_MAPS}/patched`,
      body,
      headers: { 'content-type': `application/${type}-patch+json` },
    });
    expect(answer.code).toBe(code);
    expect(({} as Readonly<Record<string, unknown>>).polluted).toBeUndefined();
  });
});

describe('who asks', () => {
  test.each([
    ['nobody', '', 403],
    ['a wrong token', 'Bearer nope', 401],
    ['no token', 'Bearer ', 401],
    ['a password', 'Basic YTpi', 401],
  ])('%s', async (_name, authorization, code) => {
    const answer = await cluster.send({ method: 'GET', path: PODS, headers: { authorization } });
    expect(answer.code).toBe(code);
  });
});

describe('paths', () => {
  test.each([
    ['/api/v1/namespaces/default/../../../etc/passwd', 400],
    ['/api/v1/%2e%2e/%2e%2e/etc/passwd', 400],
    ['/api/v1/namespaces/%00/pods', 200],
    ['/%', 400],
    ['/api/v1/namespaces/default/pods/%ff', 400],
    ['//api//v1//pods', 200],
    ['/api/v1/__proto__', 404],
    ['/api/constructor/pods', 404],
    ['/apis/apps/v1/namespaces/default/deployments/__proto__', 404],
    ['/openapi/v3/apis/__proto__/v1', 404],
    ['/api/v1/namespaces/default/pods/a/b/c/d', 404],
  ])('%s', async (path, code) => {
    const answer = await cluster.send({ method: 'GET', path });
    expect([path, answer.code]).toEqual([path, code]);
  });

  test.each([
    ['watch=true&resourceVersion=abc', 400],
    ['watch=true&resourceVersion=99999999', 504],
    ['watch=true&labelSelector=a%20in%20(b', 400],
    ['watch=true&fieldSelector=spec.nothing%3Da', 400],
    ['resourceVersion=-1', 400],
    ['limit=-1', 200],
    ['limit=1e99', 200],
    ['continue=abc&limit=1', 400],
  ])('pods?%s', async (query, code) => {
    const answer = await cluster.send({ method: 'GET', path: `${PODS}?${query}` });
    expect([query, answer.code]).toEqual([query, code]);
  });

  test('a method that nobody serves', async () => {
    expect((await cluster.send({ method: 'PROPFIND', path: PODS })).code).toBe(405);
  });

  test('headers without end', async () => {
    const headers = { 'x-flood': 'x'.repeat(100_000) };
    expect((await cluster.send({ method: 'GET', path: PODS, headers })).code).toBe(431);
  });
});

/** Bytes on a connection that is closed at once, in whatever state. */
function sendRaw(text: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(
      { port: cluster.server.port, host: '127.0.0.1', ca: cluster.server.certificate },
      () => {
        socket.write(text, () => socket.destroy());
      },
    );
    socket.on('close', () => resolve());
    socket.on('error', () => resolve());
  });
}

describe('connections', () => {
  test.each([
    ['garbage', '\u0000\u0001 nonsense\r\n\r\n'],
    [
      'a body that does not come',
      `POST ${CONFIG_MAPS} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer TOKEN\r\nContent-Length: 1000\r\n\r\n{`,
    ],
    [
      'a watch that is left',
      `GET ${PODS}?watch=true HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer TOKEN\r\n\r\n`,
    ],
  ])('%s costs its own connection alone', async (_name, text) => {
    await sendRaw(text.replace('TOKEN', cluster.server.token));
    expect((await cluster.send({ method: 'GET', path: '/readyz' })).text).toBe('ok');
  });

  test('a watcher that does not read is cut off, and another gets everything', async () => {
    const slow = connect({ port: cluster.server.port, host: '127.0.0.1', ca: cluster.server.certificate });
    await new Promise<void>((resolve) => slow.once('secureConnect', resolve));
    slow.pause();
    const head = `Host: a\r\nAuthorization: Bearer ${cluster.server.token}\r\n\r\n`;
    slow.write(`GET ${CONFIG_MAPS}?watch=true HTTP/1.1\r\n${head}`);
    let isCut = false;
    slow.on('error', () => {
      isCut = true;
    });
    slow.on('close', () => {
      isCut = true;
    });
    const names: string[] = [];
    const fast = cluster.watch(CONFIG_MAPS, (line) => {
      const { object } = JSON.parse(line) as { object: { metadata: { name: string } } };
      if (object.metadata.name.startsWith('big-')) names.push(object.metadata.name);
    });
    const data = 'x'.repeat(900_000);
    const count = 40;
    for (let number = 0; number < count; number += 1) {
      const body = JSON.stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: `big-${number}` },
        data: { data },
      });
      expect((await post(CONFIG_MAPS, body))[0]).toBe(201);
    }
    await expect.poll(() => names.length, { timeout: 20_000 }).toBe(count);
    fast.end();
    expect(names).toEqual(Array.from({ length: count }, (_, number) => `big-${number}`));
    slow.resume();
    await expect.poll(() => isCut, { timeout: 10_000 }).toBe(true);
  });
});

describe('any request', () => {
  const kinds = fc.constantFrom(...KINDS);
  const names = fc.constantFrom('a', 'b', 'default', 'node-1', '', '__proto__', 'UPPER', 'x'.repeat(300));
  const subresources = fc.constantFrom(
    '',
    '',
    '',
    '/status',
    '/scale',
    '/log',
    '/eviction',
    '/binding',
    '/token',
    '/approval',
    '/finalize',
    '/exec',
    '/nothing',
  );
  const paths = fc.tuple(kinds, names, names, subresources).map(([kind, namespace, name, subresource]) => {
    const root = kind.group === '' ? '/api/v1' : `/apis/${kind.apiVersion}`;
    const place = kind.namespaced && namespace !== '' ? `/namespaces/${namespace}` : '';
    const own = name === '' ? '' : `/${name}${subresource}`;
    return { path: `${root}${place}/${kind.plural}${own}`, kind, name };
  });
  const queries = fc.constantFrom(
    '',
    '',
    '?dryRun=All',
    '?fieldManager=me',
    '?fieldManager=me&force=true',
    '?labelSelector=a%20in%20(b',
    '?fieldSelector=metadata.name%3Da',
    '?limit=1',
    '?limit=x&continue=y',
    '?resourceVersion=1&resourceVersionMatch=Exact',
    '?fieldValidation=Strict',
    '?propagationPolicy=Foreground',
    '?gracePeriodSeconds=-1',
    '?watch=true&timeoutSeconds=1&resourceVersion=abc',
  );
  const values = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom<unknown>(
        null,
        true,
        '',
        'a',
        '10',
        '1Gi',
        'a b',
        -1,
        0,
        1.5,
        2 ** 40,
        '2026-01-01T00:00:00Z',
        {},
        [],
      ),
      fc.array(tie('value'), { maxLength: 2 }),
      fc.dictionary(
        fc.constantFrom(
          'name',
          'metadata',
          'spec',
          'status',
          'template',
          'containers',
          'image',
          'replicas',
          'selector',
          'matchLabels',
          'app',
          'labels',
          'annotations',
          'finalizers',
          'ports',
          'port',
          'rules',
          'data',
          'type',
          'ownerReferences',
          'uid',
          'kind',
        ),
        tie('value'),
        { maxKeys: 4 },
      ),
    ),
  })).value;
  const types = fc.constantFrom(
    'application/json',
    'application/json',
    'application/merge-patch+json',
    'application/json-patch+json',
    'application/strategic-merge-patch+json',
    'application/apply-patch+yaml',
  );
  const requests: fc.Arbitrary<HttpRequest> = fc
    .record({
      place: paths,
      query: queries,
      method: fc.constantFrom('GET', 'POST', 'POST', 'PUT', 'PATCH', 'PATCH', 'DELETE'),
      type: types,
      isWhole: fc.boolean(),
      metadata: values,
      spec: values,
      rest: values,
      operations: fc.array(
        fc.record({
          op: fc.constantFrom('add', 'remove', 'replace', 'copy', 'move', 'test', 'x'),
          path: fc.constantFrom(
            '/spec',
            '/metadata/labels/a',
            '/spec/containers/0',
            '',
            '/status',
            'x',
            '/metadata/finalizers/-',
          ),
          from: fc.constantFrom('/spec', '/metadata'),
          value: values,
        }),
        { maxLength: 3 },
      ),
    })
    .map(({ place, query, method, type, isWhole, metadata, spec, rest, operations }) => {
      const { kind, name, path } = place;
      const whole = {
        apiVersion: kind.apiVersion,
        kind: kind.kind,
        metadata: isWhole ? { name: name === '' ? 'a' : name } : metadata,
        spec,
      };
      const body = type.includes('json-patch') ? operations : isWhole ? whole : rest;
      const headers = { 'content-type': type };
      return method === 'GET'
        ? { method, path: path + query }
        : { method, path: path + query, body: JSON.stringify(body), headers };
    });

  test('is answered, and never with an internal error', async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const { code, body } = await cluster.send(request);
        expect([request, code, body.message]).toEqual([request, expect.any(Number), body.message]);
        if (code === 500) throw new Error(`${JSON.stringify(request)}: ${String(body.message)}`);
        // Time passes: what was written meets the controllers.
        cluster.session.advance(200_000);
      }),
      { numRuns: 600 },
    );
  }, 120_000);
});
