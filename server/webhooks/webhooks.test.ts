import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { WebhookCall } from '../../core/api/admission/webhooks/port.ts';
import { State } from '../../core/store/state.ts';
import { readAnswer } from './answer.ts';
import { postJson } from './post.ts';
import { parseWebhookService, resolve } from './services.ts';

const V1 = 'admission.k8s.io/v1';

function read(response: unknown, top: object = {}): unknown {
  const review = { apiVersion: V1, kind: 'AdmissionReview', response, ...top };
  return readAnswer(200, JSON.stringify(review), 'u', V1);
}

describe('the answer of a webhook', () => {
  test('is read, with its patch decoded', () => {
    const patch = [{ op: 'remove', path: '/a' }];
    const text = Buffer.from(JSON.stringify(patch)).toString('base64');
    expect(
      read({ uid: 'u', allowed: true, patchType: 'JSONPatch', patch: text, warnings: ['w', 1] }),
    ).toEqual({
      response: { allowed: true, patch, warnings: ['w'] },
    });
    expect(read({ uid: 'u' })).toEqual({ response: { allowed: false } });
  });

  test.each<[string, unknown]>([
    ['expected response.uid="u", got ""', read({ allowed: true })],
    [
      'expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got v1, Kind=Pod',
      read({}, { apiVersion: 'v1', kind: 'Pod' }),
    ],
    ['webhook returned response.patch but not response.patchType', read({ uid: 'u', patch: 'W10=' })],
    [
      'webhook returned response.patchType but not response.patch',
      read({ uid: 'u', patchType: 'JSONPatch' }),
    ],
    ['webhook returned invalid response.patchType of "X"', read({ uid: 'u', patch: 'W10=', patchType: 'X' })],
    ['the patch is no JSON patch', read({ uid: 'u', patch: '!', patchType: 'JSONPatch' })],
  ])('is refused: %s', (text, outcome) => {
    expect(outcome).toEqual({ failure: `received invalid webhook response: ${text}` });
  });

  test('may be none at all', () => {
    expect(read(undefined)).toEqual({ failure: 'webhook response was absent' });
    expect(readAnswer(200, '<html>', 'u', V1)).toHaveProperty('failure');
    expect(readAnswer(200, `${'['.repeat(5000)}${']'.repeat(5000)}`, 'u', V1)).toHaveProperty('failure');
    const trap =
      '{"kind":"AdmissionReview","response":{"uid":"u","allowed":true,"status":{"__proto__":{"a":1}}}}';
    expect(readAnswer(200, trap, 'u', V1)).toHaveProperty('failure');
    expect(readAnswer(404, '', 'u', V1)).toEqual({
      failure: 'the server could not find the requested resource',
    });
  });
});

function call(clientConfig: WebhookCall['clientConfig']): WebhookCall {
  return { digest: '', webhook: 'w', clientConfig, timeoutSeconds: 5, reviewVersion: V1, review: {} };
}

describe('where a webhook is', () => {
  test('services are mapped by name, or all at once', () => {
    expect(parseWebhookService('a/b=https://localhost:9443/base')).toEqual([
      'a/b',
      new URL('https://localhost:9443/base'),
    ]);
    expect(parseWebhookService('*=allow')).toEqual(['*', 'allow']);
    for (const text of ['a=https://x', 'a/b', 'a/b=', 'a/b=ftp://x', '=allow'])
      expect(parseWebhookService(text)).toBeUndefined();
  });

  test('a service is shown under its own name, and reached where it is for real', () => {
    const service = { namespace: 'a', name: 'b', path: '/check', port: 8443 };
    const services = new Map([['a/b', new URL('https://localhost:9443/base/')]]);
    expect(resolve(call({ service }), services, new State())).toEqual({
      url: 'https://b.a.svc:8443/check?timeout=5s',
      at: new URL('https://localhost:9443/base/check?timeout=5s'),
      servername: 'b.a.svc',
    });
    expect(resolve(call({ service }), new Map([['*', 'allow']]), new State())).toBe('allow');
    expect(resolve(call({ service }), new Map(), new State())).toMatchObject({
      failure: 'service "b" not found',
    });
    expect(resolve(call({ url: 'https://x/y?z=1' }), new Map(), new State())).toMatchObject({
      url: 'https://x/y?z=1&timeout=5s',
    });
  });
});

describe('a call', () => {
  test('fails in words', async () => {
    const refused = { url: '', at: new URL('https://127.0.0.1:1/') };
    expect(await postJson(refused, {}, undefined, 1000)).toEqual({
      failure: 'dial tcp 127.0.0.1:1: connect: connection refused',
    });
    expect(await postJson(refused, {}, Buffer.from('no PEM').toString('base64'), 1000)).toHaveProperty(
      'failure',
    );
  });

  test('is ended when its time is up, and when its connection is', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/cut') response.destroy();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const to = (path: string): { url: string; at: URL } => ({
      url: '',
      at: new URL(`http://127.0.0.1:${port}${path}`),
    });
    expect(await postJson(to('/slow'), {}, undefined, 50)).toEqual({ failure: 'context deadline exceeded' });
    expect(await postJson(to('/cut'), {}, undefined, 5000)).toEqual({ failure: 'EOF' });
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
});
