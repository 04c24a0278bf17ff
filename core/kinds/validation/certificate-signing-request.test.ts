import { describe, expect, test } from 'vitest';
import { USER_REQUEST } from '../../certificates/testing/requests.ts';
import { at, restCluster } from '../../rest/testing/rest-cluster.ts';

const PATH = '/apis/certificates.k8s.io/v1/certificatesigningrequests';

function request(name: string, spec: object = {}): object {
  return {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name },
    spec: {
      request: USER_REQUEST,
      signerName: 'example.com/signer',
      usages: ['client auth'],
      ...spec,
    },
  };
}

const condition = (type: string, status = 'True'): object => ({ type, status, reason: 'Test', message: '' });
const JANE = { user: 'jane', groups: ['dev'], uid: '7', extra: { a: ['b'] } };

describe('a new one', () => {
  test.each([
    [
      'no PEM',
      { request: 'AAAA' },
      'spec.request: Invalid value: "AAAA": PEM block type must be CERTIFICATE REQUEST',
    ],
    ['no usages', { usages: [] }, 'spec.usages: Required value: usages must be provided'],
    ['a usage twice', { usages: ['any', 'any'] }, 'spec.usages[1]: Duplicate value: "any"'],
    ['no signer', { signerName: '' }, 'spec.signerName: Required value'],
    [
      'the old signer',
      { signerName: 'kubernetes.io/legacy-unknown' },
      'spec.signerName: Invalid value: "kubernetes.io/legacy-unknown": the legacy signerName is not allowed via this API version',
    ],
    [
      'a signer without a domain',
      { signerName: 'a/b' },
      'spec.signerName: Invalid value: "a": should be a domain with at least two segments separated by dots',
    ],
    [
      'a short life',
      { expirationSeconds: 599 },
      'spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 600 seconds (10 minutes)',
    ],
  ])('%s', (_name, spec, problem) => {
    const answer = restCluster().send('POST', PATH, request('a', spec));
    expect([answer.code, at(answer, 'message')]).toEqual([
      422,
      `CertificateSigningRequest.certificates.k8s.io "a" is invalid: ${problem}`,
    ]);
  });

  test('says who asks, whatever was sent, and is undecided', () => {
    const sent = {
      ...request('a', { username: 'root', groups: ['system:masters'] }),
      status: { certificate: 'AAAA' },
    };
    const answer = restCluster().send('POST', PATH, sent, JANE);
    const { username, groups, uid, extra } = at(answer, 'spec') as Record<string, unknown>;
    expect({ username, groups, uid, extra, status: at(answer, 'status') }).toEqual({
      username: 'jane',
      groups: ['dev'],
      uid: '7',
      extra: { a: ['b'] },
      status: {},
    });
    expect(at(restCluster().apply('m', `${PATH}/b`, request('b')), 'spec', 'username')).toBe(
      'kubernetes-admin',
    );
  });
});

describe('a decision', () => {
  function decided(...conditions: readonly object[]) {
    const cluster = restCluster();
    cluster.send('POST', PATH, request('a'));
    const decide = (...more: readonly object[]) =>
      cluster.send('PUT', `${PATH}/a/approval`, { ...request('a'), status: { conditions: more } });
    return { cluster, decide, first: decide(...conditions) };
  }

  test('has its times, and changes nothing else', () => {
    const { cluster, first } = decided(condition('Approved'));
    expect(first.code).toBe(200);
    expect(at(first, 'status', 'conditions')).toMatchObject([
      { type: 'Approved', lastUpdateTime: expect.any(String), lastTransitionTime: expect.any(String) },
    ]);
    const changed = { ...request('a', { usages: ['any'] }), metadata: { name: 'a', labels: { x: 'y' } } };
    const put = cluster.send('PUT', `${PATH}/a`, changed);
    expect([at(put, 'spec', 'usages'), at(put, 'metadata', 'labels')]).toEqual([['client auth'], { x: 'y' }]);
  });

  test('stays, is true, and is one', () => {
    const { decide } = decided(condition('Denied'));
    const message = (...conditions: readonly object[]): unknown => at(decide(...conditions), 'message');
    expect(message()).toMatch(
      /status.conditions: Forbidden: updates may not remove a condition of type "Denied"$/,
    );
    expect(message(condition('Denied'), condition('Approved'))).toMatch(
      /status.conditions\[1\].type: Invalid value: "Approved": Approved and Denied conditions are mutually exclusive$/,
    );
    expect(message(condition('Denied', 'False'))).toMatch(
      /status.conditions\[0\].status: Unsupported value: "False": supported values: "True"$/,
    );
  });

  test('is made by whoever may for this signer, and so is the certificate', () => {
    const { cluster } = decided();
    const api = 'rbac.authorization.k8s.io';
    const roles = `/apis/${api}/v1`;
    const rules = (verb: string) => [
      {
        apiGroups: ['certificates.k8s.io'],
        resources: ['signers'],
        resourceNames: ['example.com/*'],
        verbs: [verb],
      },
    ];
    const approval = { ...request('a'), status: { conditions: [condition('Approved')] } };
    const signature = { ...approval, status: { certificate: 'QQ==' } };
    const asJane = (path: string, body: object) => cluster.send('PUT', `${PATH}/a/${path}`, body, JANE);
    expect(at(asJane('approval', approval), 'message')).toBe(
      'certificatesigningrequests.certificates.k8s.io "a" is forbidden: user not permitted to approve requests with signerName "example.com/signer"',
    );
    expect(at(asJane('status', signature), 'message')).toBe(
      'certificatesigningrequests.certificates.k8s.io "a" is forbidden: user not permitted to sign requests with signerName "example.com/signer"',
    );
    for (const verb of ['approve', 'sign']) {
      cluster.send('POST', `${roles}/clusterroles`, {
        apiVersion: `${api}/v1`,
        kind: 'ClusterRole',
        metadata: { name: verb },
        rules: rules(verb),
      });
      cluster.send('POST', `${roles}/clusterrolebindings`, {
        apiVersion: `${api}/v1`,
        kind: 'ClusterRoleBinding',
        metadata: { name: verb },
        roleRef: { apiGroup: api, kind: 'ClusterRole', name: verb },
        subjects: [{ kind: 'User', apiGroup: api, name: 'jane' }],
      });
    }
    expect(asJane('approval', approval).code).toBe(200);
    const signed = { ...approval, status: { ...approval.status, certificate: 'QQ==' } };
    expect(asJane('status', signed).code).toBe(200);
    expect(
      at(asJane('status', { ...signed, status: { ...signed.status, certificate: 'Qg==' } }), 'message'),
    ).toMatch(/status.certificate: Forbidden: updates may not modify existing certificate content$/);
  });
});
