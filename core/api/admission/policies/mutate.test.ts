import { describe, expect, it } from 'vitest';
import { at, type RestCluster, restCluster } from '../../../rest/testing/rest-cluster.ts';

const ADMISSION = '/apis/admissionregistration.k8s.io/v1';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';

type Json = Readonly<Record<string, unknown>>;

const RULE: Json = {
  apiGroups: ['apps'],
  apiVersions: ['v1'],
  operations: ['CREATE', 'UPDATE'],
  resources: ['deployments'],
};

function apply(expression: string): Json {
  return { patchType: 'ApplyConfiguration', applyConfiguration: { expression } };
}

function patch(expression: string): Json {
  return { patchType: 'JSONPatch', jsonPatch: { expression } };
}

function bound(spec: Json): RestCluster {
  const world = restCluster();
  for (const [kind, body] of [
    ['mutatingadmissionpolicies', { matchConstraints: { resourceRules: [RULE] }, ...spec }],
    ['mutatingadmissionpolicybindings', { policyName: 'p' }],
  ] as const) {
    const answer = world.send('POST', `${ADMISSION}/${kind}`, { metadata: { name: 'p' }, spec: body });
    expect([answer.code, at(answer, 'message')]).toEqual([201, undefined]);
  }
  return world;
}

function deployment(more: Json = {}): Json {
  const labels = { app: 'x' };
  const template = {
    metadata: { labels },
    spec: {
      containers: [
        { name: 'a', image: 'a' },
        { name: 'b', image: 'b' },
      ],
    },
  };
  return {
    metadata: { name: 'x', labels },
    spec: { replicas: 1, selector: { matchLabels: labels }, template, ...more },
  };
}

describe('a bound policy changes', () => {
  it.each<[string, Json, readonly string[], unknown]>([
    [
      'a field',
      { mutations: [apply('Object{spec: Object.spec{replicas: object.spec.replicas + 2}}')] },
      ['spec', 'replicas'],
      3,
    ],
    [
      'items of a list by their key',
      {
        mutations: [
          apply(
            'Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{name: "b", image: "c"}]}}}}',
          ),
        ],
      },
      ['spec', 'template', 'spec', 'containers', '1', 'image'],
      'c',
    ],
    [
      'labels, with an escaped key',
      {
        mutations: [
          patch(
            '[JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("a.b/c"), value: "v"}]',
          ),
        ],
      },
      ['metadata', 'labels'],
      { 'a.b/c': 'v', app: 'x' },
    ],
    [
      'what a mutation before it made',
      {
        variables: [{ name: 'more', expression: 'object.spec.replicas * 10' }],
        mutations: [
          apply('Object{spec: Object.spec{replicas: 2}}'),
          patch(
            '[JSONPatch{op: "test", path: "/spec/replicas", value: 2}, JSONPatch{op: "replace", path: "/spec/replicas", value: variables.more}]',
          ),
        ],
      },
      ['spec', 'replicas'],
      20,
    ],
    [
      'nothing where its conditions do not hold',
      {
        matchConditions: [{ name: 'c', expression: 'object.spec.replicas > 5' }],
        mutations: [apply('Object{spec: Object.spec{replicas: 9}}')],
      },
      ['spec', 'replicas'],
      1,
    ],
    [
      'nothing where it fails, and may',
      { failurePolicy: 'Ignore', mutations: [apply('Object{spec: Object.spec{replicas: object.nope}}')] },
      ['spec', 'replicas'],
      1,
    ],
  ])('%s', (_name, spec, path, expected) => {
    const answer = bound(spec).send('POST', DEPLOYMENTS, deployment());
    expect([answer.code, at(answer, 'message')]).toEqual([201, undefined]);
    expect(at(answer, ...path)).toEqual(expected);
  });

  it('an update too', () => {
    const world = bound({
      mutations: [
        apply('Object{metadata: Object.metadata{labels: Object.metadata.labels{seen: request.operation}}}'),
      ],
    });
    expect(at(world.send('POST', DEPLOYMENTS, deployment()), 'metadata', 'labels', 'seen')).toBe('CREATE');
    expect(
      at(world.send('PUT', `${DEPLOYMENTS}/x`, deployment({ replicas: 2 })), 'metadata', 'labels', 'seen'),
    ).toBe('UPDATE');
  });
});

describe('a bound policy refuses', () => {
  it.each<[string, Json, string]>([
    [
      'what it can not evaluate',
      apply('Object{spec: Object.spec{replicas: object.nope}}'),
      "expression 'Object{spec: Object.spec{replicas: object.nope}}' resulted in error: no such key: nope",
    ],
    [
      'a type at another place',
      apply('Object{spec: Object.metadata{replicas: 1}}'),
      'type mismatch: unexpected type name "Object.metadata", expected "Object.spec", which matches field name path from root Object type',
    ],
    ['what leaves no object', apply('Object{spec: Object.spec{replicas: "many"}}'), '…'],
  ])('%s', (_name, mutation, expected) => {
    const answer = bound({ mutations: [mutation] }).send('POST', DEPLOYMENTS, deployment());
    expect(answer.code).toBe(422);
    const text = String(at(answer, 'message'));
    const prefix = `deployments.apps "x" is forbidden: policy 'p' with binding 'p' denied request: `;
    expect(text.slice(0, prefix.length)).toBe(prefix);
    if (expected !== '…') expect(text.slice(prefix.length)).toBe(expected);
  });

  it.each<[string, Json, string]>([
    ['without mutations', {}, 'spec.mutations: Required value: mutations must contain at least one item'],
    [
      'of the wrong type',
      { mutations: [apply('1')] },
      'spec.mutations[0].applyConfiguration.expression: Invalid value: "1": must evaluate to Object',
    ],
    [
      'with a field that patches do not have',
      { mutations: [patch('[JSONPatch{nope: 1}]')] },
      `spec.mutations[0].jsonPatch.expression: Invalid value: "[JSONPatch{nope: 1}]": compilation failed: ERROR: <input>:1:12: undefined field 'nope'\n | [JSONPatch{nope: 1}]\n | ...........^`,
    ],
    [
      'of a type that there is not',
      { mutations: [apply('Nope{a: 1}')] },
      `spec.mutations[0].applyConfiguration.expression: Invalid value: "Nope{a: 1}": compilation failed: ERROR: <input>:1:1: undeclared reference to 'Nope' (in container '')\n | Nope{a: 1}\n | ^`,
    ],
  ])('to be made %s', (_name, spec, expected) => {
    const answer = restCluster().send('POST', `${ADMISSION}/mutatingadmissionpolicies`, {
      metadata: { name: 'q' },
      spec: { matchConstraints: { resourceRules: [RULE] }, ...spec },
    });
    expect(at(answer, 'message')).toBe(
      `MutatingAdmissionPolicy.admissionregistration.k8s.io "q" is invalid: ${expected}`,
    );
  });
});
