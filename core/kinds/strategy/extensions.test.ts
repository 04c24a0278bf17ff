import { describe, expect, test } from 'vitest';
import { faults, prepared, updateFaults } from '../testing/outcome.ts';

describe('custom resource definitions', () => {
  const version = {
    name: 'v1',
    served: true,
    storage: true,
    schema: { openAPIV3Schema: { type: 'object' } },
  };
  const names = { kind: 'Foo', plural: 'foos' };
  const definition = (spec: object = {}, metadata: object = {}) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'foos.x.io', ...metadata },
    spec: { group: 'x.io', names, scope: 'Namespaced', versions: [version], ...spec },
  });

  test.each<[string, ReturnType<typeof definition>, readonly string[]]>([
    ['all is well', definition(), []],
    [
      'a group without a dot',
      definition({ group: 'x' }, { name: 'foos.x' }),
      ['spec.group: Invalid value: "x": should be a domain with at least one dot'],
    ],
    [
      "a group of Kubernetes' own",
      definition({ group: 'x.k8s.io' }, { name: 'foos.x.k8s.io' }),
      [
        'metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
      ],
    ],
    [
      'one that was reviewed',
      definition(
        { group: 'x.k8s.io' },
        { name: 'foos.x.k8s.io', annotations: { 'api-approved.kubernetes.io': 'https://x.io/1' } },
      ),
      [],
    ],
    [
      'no names',
      definition({ names: {} }, { name: '.x.io' }),
      [
        `metadata.name: Invalid value: ".x.io": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
        'spec.names.plural: Required value',
        'spec.names.singular: Required value',
        'spec.names.kind: Required value',
        'spec.names.listKind: Required value',
      ],
    ],
    [
      'lists that are called as what they hold',
      definition({ names: { ...names, listKind: 'Foo' } }),
      ['spec.names.listKind: Invalid value: "Foo": kind and listKind may not be the same'],
    ],
    [
      'a root that is no object',
      definition({ versions: [{ ...version, schema: { openAPIV3Schema: { type: 'string' } } }] }),
      ['spec.validation.openAPIV3Schema.type: Invalid value: "string": must be object at the root'],
    ],
    [
      'a scale that leads nowhere',
      definition({
        versions: [{ ...version, subresources: { scale: { specReplicasPath: '.status.n' } } }],
      }),
      [
        'spec.versions[0].subresources.scale.specReplicasPath: Invalid value: ".status.n": should be a json path under .spec',
        'spec.versions[0].subresources.scale.statusReplicasPath: Required value',
      ],
    ],
    [
      'a webhook that is missing',
      definition({ conversion: { strategy: 'Webhook' } }),
      [
        'spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook',
        'spec.conversion.conversionReviewVersions: Required value: must specify one of v1, v1beta1',
      ],
    ],
  ])('%s', (_name, object, want) => expect(faults(object)).toEqual(want));

  test('one version is stored, and each comes once', () => {
    const { length, 0: first, 1: second } = faults(definition({ versions: [version, version] }));
    expect(length).toBe(2);
    expect(first).toMatch(/^spec\.versions: .*: must contain unique version names$/);
    expect(second).toMatch(/^spec\.versions: .*: must have exactly one version marked as storage version$/);
  });

  test('versions that were stored are remembered, and stay', () => {
    const next = { ...version, name: 'v2' };
    const { spec } = definition({ versions: [next] });
    expect(updateFaults(definition(), { spec })).toEqual([
      'status.storedVersions[0]: Invalid value: "v1": missing from spec.versions; v1 was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in v1 and removes v1 from status.storedVersions',
    ]);
    const both = definition({ versions: [{ ...version, storage: false }, next] }).spec;
    expect(updateFaults(definition(), { spec: both })).toEqual([]);
  });

  test('the group stays; scope and kind do once they are served', () => {
    const { spec } = definition({ scope: 'Cluster' });
    expect(updateFaults(definition(), { spec })).toEqual([]);
  });
});

describe('webhooks', () => {
  const webhook = {
    name: 'a.b.c',
    admissionReviewVersions: ['v1'],
    clientConfig: { service: { name: 's', namespace: 'n' } },
    sideEffects: 'None',
    rules: [{ apiGroups: ['*'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
  };
  const configuration = (kind: string, ...webhooks: readonly object[]) => ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: `${kind}WebhookConfiguration`,
    webhooks,
  });

  test('have defaults', () => {
    const want = {
      clientConfig: { service: { port: 443 } },
      failurePolicy: 'Fail',
      matchPolicy: 'Equivalent',
      namespaceSelector: {},
      objectSelector: {},
      rules: [{ scope: '*' }],
      timeoutSeconds: 10,
    };
    expect(prepared(configuration('Validating', webhook))).toMatchObject({ webhooks: [want] });
    expect(prepared(configuration('Mutating', webhook))).toMatchObject({
      webhooks: [{ ...want, reinvocationPolicy: 'Never' }],
    });
    expect(faults(configuration('Mutating', webhook))).toEqual([]);
  });

  test.each<[string, object, readonly string[]]>([
    [
      'a short name',
      { name: 'a.b' },
      [
        'webhooks[0].name: Invalid value: "a.b": should be a domain with at least three segments separated by dots',
      ],
    ],
    [
      'two places to call',
      { clientConfig: { url: 'https://a', service: { name: 's', namespace: 'n' } } },
      ['webhooks[0].clientConfig: Required value: exactly one of url or service is required'],
    ],
    [
      'in the open',
      { clientConfig: { url: 'http://a' } },
      [
        `webhooks[0].clientConfig.url: Invalid value: "http": 'https' is the only allowed URL scheme; desired format: https://host[/path]`,
      ],
    ],
    [
      'with effects, and slow',
      { sideEffects: 'Some', timeoutSeconds: 31 },
      [
        'webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"',
        'webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds',
      ],
    ],
    [
      'of another time',
      { admissionReviewVersions: ['v2', 'v2'] },
      [
        'webhooks[0].admissionReviewVersions[1]: Invalid value: "v2": duplicate version',
        'webhooks[0].admissionReviewVersions: Invalid value: ["v2","v2"]: must include at least one of v1, v1beta1',
      ],
    ],
    [
      'rules of everything and something',
      {
        rules: [{ apiGroups: [], apiVersions: ['*', 'v1'], operations: ['READ'], resources: ['*', 'pods'] }],
      },
      [
        'webhooks[0].rules[0].operations[0]: Unsupported value: "READ": supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE"',
        'webhooks[0].rules[0].apiGroups: Required value',
        `webhooks[0].rules[0].apiVersions: Invalid value: ["*","v1"]: if '*' is present, must not specify other API versions`,
        `webhooks[0].rules[0].resources: Invalid value: ["*","pods"]: if '*' is present, must not specify other resources without subresources`,
      ],
    ],
  ])('%s', (_name, change, want) => {
    expect(faults(configuration('Validating', { ...webhook, ...change }))).toEqual(want);
  });

  test('a name comes once', () => {
    expect(faults(configuration('Validating', webhook, webhook))).toEqual([
      'webhooks[1].name: Duplicate value: "a.b.c"',
    ]);
  });
});

describe('of pods and their controllers', () => {
  const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };

  test('a replication controller takes selector and labels from its template', () => {
    const sent = { apiVersion: 'v1', kind: 'ReplicationController', spec: { template } };
    expect(prepared(sent)).toMatchObject({
      metadata: { labels: { app: 'a' } },
      spec: { replicas: 1, selector: { app: 'a' }, template: { spec: { restartPolicy: 'Always' } } },
      status: { replicas: 0 },
    });
    expect(faults(sent)).toEqual([]);
    expect(faults({ ...sent, spec: { replicas: -1, selector: { app: 'b' }, template } })).toEqual([
      'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
      'spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`',
    ]);
    expect(faults({ ...sent, spec: {} })).toEqual([
      'spec.selector: Required value',
      'spec.template: Required value',
    ]);
  });

  test('a revision keeps its data', () => {
    const sent = { apiVersion: 'apps/v1', kind: 'ControllerRevision', revision: 1, data: { a: 1 } };
    expect(faults(sent)).toEqual([]);
    expect(faults({ ...sent, data: undefined, revision: -1 })).toEqual([
      'data: Required value: data is mandatory',
      'revision: Invalid value: -1: must be greater than or equal to 0',
    ]);
    expect(updateFaults(sent, { revision: 2 })).toEqual([]);
    expect(updateFaults(sent, { data: { a: 2 } })).toEqual([
      'data: Invalid value: {"a":2}: field is immutable',
    ]);
  });

  test('a pod template has the defaults of templates', () => {
    const sent = { apiVersion: 'v1', kind: 'PodTemplate', template };
    expect(prepared(sent)).toMatchObject({ template: { spec: { dnsPolicy: 'ClusterFirst' } } });
    expect(faults(sent)).toEqual([]);
    expect(faults({ ...sent, template: { spec: { containers: [] } } })).toEqual([
      'template.spec.containers: Required value',
    ]);
  });

  test('a runtime class keeps its handler', () => {
    const sent = { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', handler: 'runsc' };
    expect(faults(sent)).toEqual([]);
    expect(faults({ ...sent, handler: 'R' })).toHaveLength(1);
    expect(updateFaults(sent, { handler: 'runc' })).toEqual([
      'handler: Invalid value: "runc": field is immutable',
    ]);
  });
});
