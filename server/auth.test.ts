import { webcrypto, X509Certificate } from 'node:crypto';
import { request } from 'node:https';
import { PemConverter, Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { SECOND } from '../core/time.ts';
import { type HttpAnswer, type HttpCluster, httpCluster } from './testing/http-cluster.ts';

/** Who asks, by which credentials, and how long these hold. */

const DEFAULT = '/api/v1/namespaces/default';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const WHO = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const GROUP = 'rbac.authorization.k8s.io';

let cluster: HttpCluster;
beforeAll(async () => {
  cluster = await httpCluster(1);
});
afterAll(() => cluster.close());

type Headers = Readonly<Record<string, string>>;

function send(method: string, path: string, body?: object, headers: Headers = {}): Promise<HttpAnswer> {
  const text = body === undefined ? {} : { body: JSON.stringify(body) };
  return cluster.send({ method, path, headers, ...text });
}

const post = async (path: string, body: object, headers: Headers = {}): Promise<HttpAnswer['body']> =>
  (await send('POST', path, body, headers)).body;
const bearing = (token: string): Headers => ({ authorization: `Bearer ${token}` });

async function codeFor(headers: Headers, path = '/api/v1/nodes'): Promise<number> {
  return (await send('GET', path, undefined, headers)).code;
}

interface Review {
  readonly status: Readonly<Record<string, unknown>>;
}
async function whoami(headers: Headers): Promise<unknown> {
  const { status } = (await post(WHO, {}, headers)) as unknown as Review;
  return status?.userInfo;
}

async function bind(kind: 'User' | 'ServiceAccount' | 'Group', name: string, role: string): Promise<void> {
  const subject =
    kind === 'ServiceAccount' ? { kind, name, namespace: 'default' } : { kind, name, apiGroup: GROUP };
  const body = {
    metadata: { name: `${role}-${name}`.toLowerCase() },
    roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: role },
    subjects: [subject],
    apiVersion: `${GROUP}/v1`,
    kind: 'ClusterRoleBinding',
  };
  expect((await send('POST', `${RBAC}/clusterrolebindings`, body)).code).toBe(201);
}

async function account(name: string): Promise<string> {
  const body = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } };
  const { metadata } = (await post(`${DEFAULT}/serviceaccounts`, body)) as { metadata?: { uid: string } };
  return metadata?.uid ?? '';
}

async function tokenOf(name: string, spec: object = {}): Promise<string> {
  const answer = (await post(`${DEFAULT}/serviceaccounts/${name}/token`, { spec })) as unknown as Review;
  return String(answer.status.token);
}

function claimsOf(token: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as never;
}

const pass = (seconds: number): void => cluster.session.advance(seconds * SECOND);

describe('nobody', () => {
  test.each(['/healthz', '/livez', '/readyz', '/version'])('may read %s', async (path) => {
    expect(await codeFor({ authorization: '' }, path)).toBe(200);
  });

  test.each([
    '/api',
    '/apis',
    '/metrics',
    '/openapi/v3',
    '/api/v1/pods',
    '/wavetank/v1/clock',
    '/openid/v1/jwks',
  ])('may not %s', async (path) => {
    const answer = await send('GET', path, undefined, { authorization: '' });
    expect([answer.code, answer.body.message]).toEqual([
      403,
      expect.stringMatching(/^.*forbidden: User "system:anonymous" cannot (?:get|list) /),
    ]);
  });

  test.each([
    ['no token', 'Bearer'],
    ['an empty one', 'Bearer  '],
    ['two', 'Bearer a b'],
    ['a wrong one', 'bearer nope'],
    ['a password', 'Basic YTpi'],
    ['what looks like a token', 'Bearer a.b.c'],
    ['a long one', `Bearer ${'x'.repeat(9000)}`],
  ])('by %s', async (_name, authorization) => {
    expect(await codeFor({ authorization })).toBe(401);
    // Wrong credentials are not those of nobody.
    expect(await codeFor({ authorization }, '/healthz')).toBe(401);
  });
});

describe('somebody else for a request', () => {
  test('is in the groups that all are in, and those that were said', async () => {
    expect(await whoami({ 'Impersonate-User': 'jane', 'Impersonate-Group': 'dev' })).toEqual({
      username: 'jane',
      groups: ['dev', 'system:authenticated'],
    });
    expect(await whoami({ 'Impersonate-User': 'system:serviceaccount:default:a' })).toEqual({
      username: 'system:serviceaccount:default:a',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
    });
    expect(
      await whoami({ 'Impersonate-User': 'jane', 'Impersonate-Uid': '7', 'Impersonate-Extra-a%2Fb': 'c' }),
    ).toEqual({
      username: 'jane',
      uid: '7',
      groups: ['system:authenticated'],
      extra: { 'a/b': ['c'] },
    });
  });

  test('is nobody without a name', async () => {
    expect(await codeFor({ 'Impersonate-Group': 'dev' })).toBe(400);
  });

  test('is for those who may', async () => {
    const as = bearing(await tokenOf('default'));
    const message = async (headers: Headers) =>
      (await send('GET', '/api/v1/nodes', undefined, { ...as, ...headers })).body.message;
    const robot = 'User "system:serviceaccount:default:default" cannot impersonate resource';
    expect(await message({ 'Impersonate-User': 'jane' })).toBe(
      `users "jane" is forbidden: ${robot} "users" in API group "" at the cluster scope`,
    );
    expect(await message({ 'Impersonate-User': 'system:serviceaccount:kube-system:x' })).toBe(
      `serviceaccounts "x" is forbidden: ${robot} "serviceaccounts" in API group "" in the namespace "kube-system"`,
    );
    const rules = ['users jane', 'groups dev'].map((text) => {
      const [resource, name] = text.split(' ');
      return { apiGroups: [''], resources: [resource], resourceNames: [name], verbs: ['impersonate'] };
    });
    await post(`${RBAC}/clusterroles`, {
      apiVersion: `${GROUP}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'as-jane' },
      rules,
    });
    await bind('ServiceAccount', 'default', 'as-jane');
    expect(await whoami({ ...as, 'Impersonate-User': 'jane', 'Impersonate-Group': 'dev' })).toMatchObject({
      username: 'jane',
    });
    expect(await message({ 'Impersonate-User': 'jane', 'Impersonate-Group': 'system:masters' })).toBe(
      `groups "system:masters" is forbidden: ${robot} "groups" in API group "" at the cluster scope`,
    );
    expect(await message({ 'Impersonate-User': 'jane', 'Impersonate-Extra-Scopes': 'x' })).toBe(
      `userextras.authentication.k8s.io "x" is forbidden: ${robot} "userextras/scopes" in API group "authentication.k8s.io" at the cluster scope`,
    );
  });
});

describe('a token of a service account', () => {
  test('is signed, says whose it is, and has that account’s rights', async () => {
    const uid = await account('robot');
    const token = await tokenOf('robot');
    const claims = claimsOf(token);
    expect(claims).toMatchObject({
      aud: ['https://kubernetes.default.svc.cluster.local'],
      sub: 'system:serviceaccount:default:robot',
      'kubernetes.io': { namespace: 'default', serviceaccount: { name: 'robot', uid } },
    });
    expect(Number(claims.exp) - Number(claims.iat)).toBe(3600);
    expect(await whoami(bearing(token))).toEqual({
      username: 'system:serviceaccount:default:robot',
      uid,
      groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${claims.jti}`] },
    });
    expect(await codeFor(bearing(token))).toBe(403);
    await bind('ServiceAccount', 'robot', 'system:kube-scheduler');
    expect(await codeFor(bearing(token))).toBe(200);
  });

  test('that somebody changed opens nothing', async () => {
    const [head = '', payload = '', signature = ''] = (await tokenOf('robot')).split('.');
    const other = Buffer.from(JSON.stringify({ ...claimsOf(`.${payload}`), sub: 'x' })).toString('base64url');
    const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    for (const token of [`${head}.${other}.${signature}`, `${none}.${payload}.`, `${head}.${payload}.AAAA`]) {
      expect(await codeFor(bearing(token))).toBe(401);
    }
  });

  test('ends when virtual time says so', async () => {
    const token = await tokenOf('robot', { expirationSeconds: 600 });
    pass(598);
    expect(await codeFor(bearing(token))).toBe(200);
    pass(3);
    expect(await codeFor(bearing(token))).toBe(401);
  });

  test('for another audience opens nothing here', async () => {
    expect(await codeFor(bearing(await tokenOf('robot', { audiences: ['vault'] })))).toBe(401);
  });

  test('ends with what it is bound to, and with its account', async () => {
    await account('brief');
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'tie' } };
    await post(`${DEFAULT}/secrets`, secret);
    const boundObjectRef = { apiVersion: 'v1', kind: 'Secret', name: 'tie' };
    const [bound, free] = [await tokenOf('brief', { boundObjectRef }), await tokenOf('brief')];
    expect([await codeFor(bearing(bound)), await codeFor(bearing(free))]).toEqual([403, 403]);
    await send('DELETE', `${DEFAULT}/secrets/tie`);
    await post(`${DEFAULT}/secrets`, secret);
    expect([await codeFor(bearing(bound)), await codeFor(bearing(free))]).toEqual([401, 403]);
    await send('DELETE', `${DEFAULT}/serviceaccounts/brief`);
    await account('brief');
    expect(await codeFor(bearing(free))).toBe(401);
  });

  test('names the pod and its node', async () => {
    const spec = { serviceAccountName: 'robot', containers: [{ name: 'a', image: 'a' }] };
    await post(`${DEFAULT}/pods`, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'home' }, spec });
    pass(5);
    const token = await tokenOf('robot', { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'home' } });
    expect(await whoami(bearing(token))).toMatchObject({
      extra: {
        'authentication.kubernetes.io/node-name': ['node-1'],
        'authentication.kubernetes.io/pod-name': ['home'],
      },
    });
    const wrong = await post(`${DEFAULT}/serviceaccounts/default/token`, {
      spec: { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'home' } },
    });
    expect(wrong.message).toBe(
      'cannot bind token for serviceaccount "default" to pod running with different serviceaccount name.',
    );
  });

  test.each([
    [
      { expirationSeconds: 599 },
      422,
      /^TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes$/,
    ],
    [{ expirationSeconds: 2 ** 33 }, 422, /may not specify a duration larger than 2\^32 seconds$/],
    [{ expirationSeconds: 'x' }, 400, /whole number/],
    [
      { boundObjectRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a' } },
      400,
      /^cannot bind token to object of type apps\/v1, Kind=Deployment$/,
    ],
    [{ boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'no' } }, 404, /^pods "no" not found$/],
    [
      { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'home', uid: 'x' } },
      409,
      /The object might have been deleted and then recreated$/,
    ],
  ])('is refused for %j', async (spec, code, message) => {
    const answer = await send('POST', `${DEFAULT}/serviceaccounts/robot/token`, { spec });
    expect([answer.code, answer.body.message]).toEqual([code, expect.stringMatching(message)]);
  });

  test('can be checked by anybody with the keys', async () => {
    const { keys } = (await send('GET', '/openid/v1/jwks')).body as {
      keys?: readonly { readonly kid: string }[];
    };
    const [head = ''] = (await tokenOf('robot')).split('.');
    const { kid } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string };
    expect(keys?.map((key) => key.kid)).toEqual([kid]);
    expect((await send('GET', '/.well-known/openid-configuration')).body.issuer).toBe(
      'https://kubernetes.default.svc.cluster.local',
    );
  });
});

describe('a Secret for a token', () => {
  const secret = (name: string, of: string): object => ({
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/service-account-token',
    metadata: { name, annotations: { 'kubernetes.io/service-account.name': of } },
  });

  test('is filled; the token holds as long as the Secret and the account', async () => {
    await account('old');
    await post(`${DEFAULT}/secrets`, secret('old-token', 'old'));
    const { data } = (await send('GET', `${DEFAULT}/secrets/old-token`)).body as {
      data?: Record<string, string>;
    };
    const token = Buffer.from(data?.token ?? '', 'base64').toString();
    expect(Object.keys(data ?? {})).toEqual(['ca.crt', 'namespace', 'token']);
    expect(Buffer.from(data?.['ca.crt'] ?? '', 'base64').toString()).toBe(cluster.server.certificate);
    pass(100_000);
    expect(await codeFor(bearing(token))).toBe(403);
    await send('DELETE', `${DEFAULT}/serviceaccounts/old`);
    expect(await codeFor(bearing(token))).toBe(401);
    expect((await send('GET', `${DEFAULT}/secrets/old-token`)).code).toBe(404);
  });

  test('of nobody goes at once', async () => {
    await post(`${DEFAULT}/secrets`, secret('no-token', 'nobody'));
    expect((await send('GET', `${DEFAULT}/secrets/no-token`)).code).toBe(404);
  });
});

describe('a TokenReview', () => {
  const review = async (spec: object): Promise<unknown> =>
    ((await post('/apis/authentication.k8s.io/v1/tokenreviews', { spec })) as unknown as Review).status;

  test('says whose a token is', async () => {
    expect(await review({ token: cluster.server.token })).toEqual({
      authenticated: true,
      user: { username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] },
      audiences: ['https://kubernetes.default.svc.cluster.local'],
    });
    const token = await tokenOf('robot', { audiences: ['vault'] });
    expect(await review({ token, audiences: ['vault', 'x'] })).toMatchObject({
      authenticated: true,
      audiences: ['vault'],
    });
  });

  test('or why it is nobody’s', async () => {
    expect(await review({ token: 'x' })).toEqual({ user: {}, error: 'invalid bearer token' });
    const token = await tokenOf('robot', { audiences: ['vault'], expirationSeconds: 600 });
    expect(await review({ token })).toEqual({
      user: {},
      error:
        '[invalid bearer token, token audiences ["vault"] is invalid for the target audiences ["https://kubernetes.default.svc.cluster.local"]]',
    });
    pass(601);
    expect(await review({ token, audiences: ['vault'] })).toEqual({
      user: {},
      error: '[invalid bearer token, service account token has expired]',
    });
    const empty = await send('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { spec: {} });
    expect([empty.code, empty.body.message]).toEqual([
      400,
      'token is required for TokenReview in authentication',
    ]);
  });
});

describe('a client certificate', () => {
  function withCertificate(path: string, key: string, cert: string): Promise<{ code: number; text: string }> {
    const { port, certificate } = cluster.server;
    return new Promise((resolve, reject) => {
      request(
        {
          host: '127.0.0.1',
          port,
          path,
          method: path === WHO ? 'POST' : 'GET',
          ca: certificate,
          key,
          cert,
          agent: false,
        },
        (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => {
            text += chunk.toString();
          });
          response.on('end', () => resolve({ code: response.statusCode ?? 0, text }));
        },
      )
        .on('error', reject)
        .end(path === WHO ? '{}' : undefined);
    });
  }

  test('of the kubeconfig is the administrator’s', async () => {
    const { key, cert } = cluster.server.client;
    const { text } = await withCertificate(WHO, key, cert);
    const fingerprint = new X509Certificate(cert).fingerprint256.replaceAll(':', '').toLowerCase();
    expect((JSON.parse(text) as { status: object }).status).toEqual({
      userInfo: {
        username: 'kubernetes-admin',
        groups: ['system:masters', 'system:authenticated'],
        extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${fingerprint}`] },
      },
    });
  });

  test('that was asked for, approved and signed is that user’s, for so long', async () => {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const asked = await Pkcs10CertificateRequestGenerator.create({
      name: [{ O: ['dev'] }, { CN: ['kim'] }],
      keys,
      signingAlgorithm: algorithm,
    });
    const path = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
    const pem = asked.toString('pem');
    const body = (text: string) => ({
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      metadata: { name: 'kim' },
      spec: {
        request: Buffer.from(text).toString('base64'),
        signerName: 'kubernetes.io/kube-apiserver-client',
        usages: ['client auth', 'digital signature'],
        expirationSeconds: 600,
      },
    });
    // The signature is of what was asked.
    const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    der[der.indexOf('kim')] = 0x4b;
    const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
    expect((await post(path, body(forged))).message).toMatch(/signature verification failure$/);

    const made = await post(path, body(pem));
    const status = { conditions: [{ type: 'Approved', status: 'True', reason: 'Test' }] };
    expect((await send('PUT', `${path}/kim/approval`, { ...made, status })).code).toBe(200);
    let certificate = '';
    await vi.waitFor(async () => {
      const { status: now } = (await send('GET', `${path}/kim`)).body as unknown as Review;
      certificate = Buffer.from(String(now.certificate ?? ''), 'base64').toString();
      expect(certificate).toMatch(/^-----BEGIN CERTIFICATE/);
    });
    const key = PemConverter.encode(
      await webcrypto.subtle.exportKey('pkcs8', keys.privateKey),
      'PRIVATE KEY',
    );
    const who = await withCertificate(WHO, key, certificate);
    expect((JSON.parse(who.text) as { status: object }).status).toMatchObject({
      userInfo: { username: 'kim', groups: ['dev', 'system:authenticated'] },
    });
    expect((await withCertificate('/api/v1/nodes', key, certificate)).code).toBe(403);
    pass(601);
    expect((await withCertificate('/api/v1/nodes', key, certificate)).code).toBe(401);
  });

  test('of another authority is nobody’s', async () => {
    const other = await httpCluster(0);
    const { key, cert } = other.server.client;
    expect((await withCertificate('/api/v1/nodes', key, cert)).code).toBe(401);
    await other.close();
  });
});
