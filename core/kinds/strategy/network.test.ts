import { describe, expect, test } from 'vitest';
import { faults, prepared, updateFaults } from '../testing/outcome.ts';

const NETWORK = 'networking.k8s.io/v1';
const backend = { service: { name: 's', port: { number: 80 } } };

function ingress(spec: object, metadata: object = {}) {
  return { apiVersion: NETWORK, kind: 'Ingress', metadata, spec };
}

function paths(...list: readonly object[]) {
  return ingress({ rules: [{ http: { paths: list } }] });
}

function policy(spec: object) {
  return { apiVersion: NETWORK, kind: 'NetworkPolicy', spec: { podSelector: {}, ...spec } };
}

function from(...peers: readonly object[]) {
  return policy({ ingress: [{ from: peers }] });
}

const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

describe('ingresses', () => {
  const path = 'spec.rules[0].http.paths[0]';
  test.each<[string, ReturnType<typeof ingress>, readonly string[]]>([
    ['of all three types of paths', paths({ pathType: 'ImplementationSpecific', backend }), []],
    ['no paths', paths(), ['spec.rules[0].http.paths: Required value']],
    [
      'a type that there is not',
      paths({ path: '/', pathType: 'Regex', backend }),
      [
        `${path}.pathType: Unsupported value: "Regex": supported values: "Exact", "ImplementationSpecific", "Prefix"`,
      ],
    ],
    [
      'a path with dots',
      paths({ path: '/a/../b/.', pathType: 'Exact', backend }),
      [
        `${path}.path: Invalid value: "/a/../b/.": must not contain '/../'`,
        `${path}.path: Invalid value: "/a/../b/.": cannot end with '/.'`,
      ],
    ],
    [
      'two backends in one',
      ingress({ defaultBackend: { ...backend, resource: { kind: 'B', name: 'b' } } }),
      ['spec.defaultBackend: Invalid value: "": cannot set both resource and service backends'],
    ],
    [
      'none',
      ingress({ defaultBackend: {} }),
      ['spec.defaultBackend: Invalid value: "": resource or service backend is required'],
    ],
    [
      'a service without a port',
      ingress({ defaultBackend: { service: { name: 's' } } }),
      ['spec.defaultBackend: Required value: port name or number is required'],
    ],
    [
      'a port with a name and a number',
      ingress({ defaultBackend: { service: { name: 's', port: { name: 'http', number: 80 } } } }),
      ['spec.defaultBackend: Invalid value: "": cannot set both port name & port number'],
    ],
    [
      'an address for a host',
      ingress({ rules: [{ host: '10.0.0.1' }] }),
      ['spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address'],
    ],
    [
      'a star in the middle of a host',
      ingress({ rules: [{ host: 'a.*.b' }] }),
      [
        `spec.rules[0].host: Invalid value: "a.*.b": a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
      ],
    ],
    [
      'a bad secret',
      ingress({ defaultBackend: backend, tls: [{ hosts: ['*.a.b'], secretName: 'A' }] }),
      [`spec.tls[0].secretName: Invalid value: "A": ${SUBDOMAIN}`],
    ],
    [
      'two classes',
      ingress(
        { defaultBackend: backend, ingressClassName: 'a' },
        { annotations: { 'kubernetes.io/ingress.class': 'b' } },
      ),
      [
        'annotations.kubernetes.io/ingress.class: Invalid value: "b": must match `ingressClassName` when both are specified',
      ],
    ],
  ])('%s', (_name, object, want) => expect(faults(object)).toEqual(want));
});

describe('ingress classes', () => {
  const ofClass = (spec: object) => ({ apiVersion: NETWORK, kind: 'IngressClass', spec });
  const parameters = { kind: 'P', name: 'p' };

  test("parameters are the cluster's unless they say otherwise", () => {
    const made = prepared(ofClass({ controller: 'a.b/c', parameters }));
    expect(made).toMatchObject({ spec: { parameters: { scope: 'Cluster' } } });
  });

  test.each<[string, object, readonly string[]]>([
    ['no controller', {}, ['spec.controller: Required value']],
    [
      'no domain',
      { controller: 'nginx' },
      ['spec.controller: Invalid value: "nginx": must be a domain-prefixed path (such as "acme.io/foo")'],
    ],
    [
      'a namespace that the scope needs',
      { controller: 'a.b/c', parameters: { ...parameters, scope: 'Namespace' } },
      ["spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'"],
    ],
    [
      'a namespace that the scope has not',
      { controller: 'a.b/c', parameters: { ...parameters, namespace: 'n' } },
      ["spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'"],
    ],
  ])('%s', (_name, spec, want) => expect(faults(ofClass(spec))).toEqual(want));

  test('the controller stays', () => {
    expect(updateFaults(ofClass({ controller: 'a.b/c' }), { spec: { controller: 'a.b/d' } })).toEqual([
      'spec.controller: Invalid value: "a.b/d": field is immutable',
    ]);
  });
});

describe('network policies', () => {
  test('a policy with rules for what goes out is of both types', () => {
    expect(prepared(policy({ egress: [{}] }))).toMatchObject({
      spec: { policyTypes: ['Ingress', 'Egress'] },
    });
    expect(prepared(policy({ policyTypes: [] }))).toMatchObject({ spec: { policyTypes: ['Ingress'] } });
    expect(prepared(policy({ policyTypes: ['Egress'] }))).toMatchObject({
      spec: { policyTypes: ['Egress'] },
    });
  });

  const block = 'spec.ingress[0].from[0].ipBlock';
  test.each<[string, ReturnType<typeof policy>, readonly string[]]>([
    ['a hole within its range', from({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }), []],
    ['of IPv6 too', from({ ipBlock: { cidr: 'fd00::/8', except: ['fd12:3456::/32'] } }), []],
    [
      'a hole outside of its range',
      from({ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/16', '10.0.0.0/8', 'fd00::/16'] } }),
      [
        `${block}.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of \`cidr\``,
        `${block}.except[1]: Invalid value: "10.0.0.0/8": must be a strict subset of \`cidr\``,
        `${block}.except[2]: Invalid value: "fd00::/16": must be a strict subset of \`cidr\``,
      ],
    ],
    ['no peer', from({}), ['spec.ingress[0].from[0]: Required value: must specify a peer']],
    [
      'a range and pods',
      from({ ipBlock: { cidr: '10.0.0.0/8' }, podSelector: {} }),
      ['spec.ingress[0].from[0]: Forbidden: may not specify both ipBlock and another peer'],
    ],
    [
      'ports that end before they start',
      policy({ ingress: [{ ports: [{ port: 80, endPort: 70 }] }] }),
      ['spec.ingress[0].ports[0].endPort: Invalid value: 70: must be greater than or equal to `port`'],
    ],
    [
      'an end of a port with a name, and of none',
      policy({ egress: [{ ports: [{ port: 'http', endPort: 70 }, { endPort: 1 }] }] }),
      [
        'spec.egress[0].ports[0].endPort: Invalid value: 70: may not be specified when `port` is non-numeric',
        'spec.egress[0].ports[1].endPort: Invalid value: 1: may not be specified when `port` is not specified',
      ],
    ],
    [
      'a type that there is not',
      policy({ policyTypes: ['Both'] }),
      ['spec.policyTypes[0]: Unsupported value: "Both": supported values: "Ingress", "Egress"'],
    ],
  ])('%s', (_name, object, want) => expect(faults(object)).toEqual(want));
});

test('endpoints', () => {
  const endpoints = (...subsets: readonly object[]) => ({ apiVersion: 'v1', kind: 'Endpoints', subsets });
  expect(
    faults(endpoints({ addresses: [{ ip: '127.0.0.1' }], ports: [{ port: 0 }, { port: 1, name: 'a' }] })),
  ).toEqual([
    'subsets[0].addresses[0].ip: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
    'subsets[0].ports[0].name: Required value',
    'subsets[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
  ]);
  expect(faults(endpoints({}))).toEqual([
    'subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`',
  ]);
  expect(faults(endpoints({ addresses: [{ ip: 'fe80::1' }, { ip: 'x' }] }))).toEqual([
    'subsets[0].addresses[0].ip: Invalid value: "fe80::1": may not be in the link-local range (169.254.0.0/16, fe80::/10)',
    'subsets[0].addresses[1].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
  ]);
});
