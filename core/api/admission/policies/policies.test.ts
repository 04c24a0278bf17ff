import { describe, expect, it } from 'vitest';
import { CONFIG_MAP } from '../../../kinds/registry.ts';
import { at, type RestCluster, restCluster } from '../../../rest/testing/rest-cluster.ts';
import { newObject } from '../../testing/cluster.ts';

const ADMISSION = '/apis/admissionregistration.k8s.io/v1';
const MAPS = '/api/v1/namespaces/default/configmaps';

type Json = Readonly<Record<string, unknown>>;

const RULE: Json = { apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['configmaps'] };

function create(world: RestCluster, kind: 'policies' | 'policybindings', name: string, spec: Json): void {
  const answer = world.send('POST', `${ADMISSION}/validatingadmission${kind}`, { metadata: { name }, spec });
  expect([answer.code, at(answer, 'message')]).toEqual([201, undefined]);
}

/** A cluster with one policy and one binding of it. */
function bound(spec: Json, binding: Json = {}): RestCluster {
  const world = restCluster();
  create(world, 'policies', 'p', { matchConstraints: { resourceRules: [RULE] }, ...spec });
  create(world, 'policybindings', 'b', { policyName: 'p', validationActions: ['Deny'], ...binding });
  return world;
}

function map(name: string, more: Json = {}): Json {
  return { metadata: { name, ...more }, data: { size: '3' } };
}

const DENIED = "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: ";

/** What is answered to a ConfigMap, without the words that all denials have. */
function outcome(world: RestCluster, name = 'x', more: Json = {}): string {
  const answer = world.send('POST', MAPS, map(name, more));
  if (answer.code === 201) return 'created';
  const text = String(at(answer, 'message'));
  const start = text.indexOf(DENIED);
  return `${answer.code} ${at(answer, 'reason')}: ${start < 0 ? text : text.slice(start + DENIED.length)}`;
}

function validations(...list: readonly Json[]): Json {
  return { validations: list };
}

describe('a bound policy', () => {
  it.each<[string, Json, string]>([
    ['lets in what holds', validations({ expression: 'object.data.size == "3"' }), 'created'],
    [
      'denies with the expression',
      validations({ expression: ' object.data.size == "4" ' }),
      '422 Invalid: failed expression: object.data.size == "4"',
    ],
    ['with a message', validations({ expression: 'false', message: ' no ' }), '422 Invalid: no'],
    [
      'with a computed message and a reason',
      validations({
        expression: 'false',
        message: 'no',
        messageExpression: '"size " + object.data.size',
        reason: 'Forbidden',
      }),
      '403 Forbidden: size 3',
    ],
    [
      'with its message where computing one fails',
      validations({
        expression: 'false',
        message: 'no',
        messageExpression: 'string(object.nope)',
        reason: 'Unauthorized',
      }),
      '401 Unauthorized: no',
    ],
    [
      'with what it could not evaluate',
      validations({ expression: 'object.nope == 1' }),
      "422 Invalid: expression 'object.nope == 1' resulted in error: no such key: nope",
    ],
    [
      'unless failures are ignored',
      { ...validations({ expression: 'object.nope == 1' }), failurePolicy: 'Ignore' },
      'created',
    ],
    [
      'knows variables, each after those before it',
      {
        variables: [
          { name: 'size', expression: 'int(object.data.size)' },
          { name: 'twice', expression: 'variables.size * 2' },
          { name: 'never', expression: '1 / 0' },
        ],
        ...validations(
          { expression: 'variables.twice == 6 && variables.size == 3' },
          { expression: 'variables.never > 0' },
        ),
      },
      '422 Invalid: expression \'variables.never > 0\' resulted in error: composited variable "never" fails to evaluate: division by zero',
    ],
    [
      'knows the request and its namespace',
      validations({
        expression:
          'request.operation == "CREATE" && request.userInfo.username == "kubernetes-admin" && request.kind.kind == "ConfigMap" && request.resource.resource == "configmaps" && namespaceObject.metadata.name == "default" && oldObject == null && !request.dryRun',
      }),
      'created',
    ],
    [
      'asks what somebody may do',
      validations(
        {
          expression:
            'authorizer.requestResource.check("create").allowed() && authorizer.path("/healthz").check("get").allowed()',
        },
        {
          expression:
            '!authorizer.serviceAccount("default", "default").group("").resource("secrets").namespace("default").check("list").allowed()',
        },
      ),
      'created',
    ],
    [
      'is for what its conditions hold for',
      {
        matchConditions: [{ name: 'c', expression: 'object.metadata.name == "y"' }],
        ...validations({ expression: 'false' }),
      },
      'created',
    ],
    [
      'and denies where they fail',
      {
        matchConditions: [{ name: 'c', expression: 'object.nope == 1' }],
        ...validations({ expression: 'false' }),
      },
      "422 Invalid: expression 'object.nope == 1' resulted in error: no such key: nope",
    ],
    [
      'bounds what expressions cost',
      validations({ expression: 'lists.range(10000000).size() > 0' }),
      "422 Invalid: expression 'lists.range(10000000).size() > 0' resulted in error: operation cancelled: actual cost limit exceeded",
    ],
    [
      'leaves out what it excludes',
      {
        matchConstraints: {
          resourceRules: [RULE],
          excludeResourceRules: [{ ...RULE, resourceNames: ['x'] }],
        },
        ...validations({ expression: 'false' }),
      },
      'created',
    ],
    [
      'or does not select',
      {
        matchConstraints: { resourceRules: [RULE], objectSelector: { matchLabels: { a: 'b' } } },
        ...validations({ expression: 'false' }),
      },
      'created',
    ],
  ])('%s', (_name, spec, expected) => {
    expect(outcome(bound(spec))).toBe(expected);
  });

  it('warns, or only notes', () => {
    const spec = validations({ expression: 'false', message: 'hm' });
    const warned = bound(spec, { validationActions: ['Warn', 'Audit'] }).send('POST', MAPS, map('x'));
    expect([warned.code, warned.warnings]).toEqual([
      201,
      ["Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': hm"],
    ]);
    expect(bound(spec, { validationActions: ['Audit'] }).send('POST', MAPS, map('x')).warnings).toEqual([]);
  });

  it('sees updates and deletions', () => {
    const world = bound(
      validations({
        expression: 'request.operation == "CREATE" || oldObject.data.size != "3"',
        message: 'kept',
      }),
    );
    expect(outcome(world)).toBe('created');
    expect(at(world.send('DELETE', `${MAPS}/x`), 'message')).toBe(
      `configmaps "x" is forbidden: ${DENIED}kept`,
    );
    expect(world.send('PUT', `${MAPS}/x`, map('x', { labels: { a: 'b' } })).code).toBe(422);
  });

  it('never stands in the way of its own end', () => {
    const everything = { ...RULE, apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] };
    const world = bound({
      matchConstraints: { resourceRules: [everything] },
      ...validations({ expression: 'false' }),
    });
    expect(world.send('DELETE', `${ADMISSION}/validatingadmissionpolicybindings/b`).code).toBe(200);
    expect(outcome(world)).toBe('created');
  });

  it('is asked for components too', () => {
    const world = bound(validations({ expression: 'false', messageExpression: 'request.userInfo.username' }));
    const object = newObject(CONFIG_MAP, { name: 'x', namespace: 'default' });
    const by = (actor: string): string => {
      const context = { now: 0, actor, cause: 0 };
      const result = world.server.execute({ verb: 'create', kind: CONFIG_MAP, object }, context);
      return result.ok ? 'created' : (result.status.message.split(DENIED).at(-1) as string);
    };
    expect(
      ['replicaset-controller', 'kube-scheduler', 'kube-apiserver', 'user', 'kubelet/node-1'].map(by),
    ).toEqual([
      'system:serviceaccount:kube-system:replicaset-controller',
      'system:kube-scheduler',
      'system:apiserver',
      'kubernetes-admin',
      'system:node:node-1',
    ]);
  });
});

describe('parameters', () => {
  const spec: Json = {
    paramKind: { apiVersion: 'v1', kind: 'Secret' },
    ...validations({
      expression: 'params == null || object.data.size == params.metadata.labels.size',
      messageExpression: '"not " + params.metadata.labels.size',
    }),
  };
  const secret = (name: string, size: string): Json => ({
    metadata: { name, labels: { size, kind: 'limit' } },
  });
  const SECRETS = '/api/v1/namespaces/default/secrets';

  it.each<[string, Json, readonly Json[], string]>([
    [
      'that are not there, denied',
      { paramRef: { name: 'limit', parameterNotFoundAction: 'Deny' } },
      [],
      '422 Invalid: failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction',
    ],
    ['or allowed', { paramRef: { name: 'limit', parameterNotFoundAction: 'Allow' } }, [], 'created'],
    ['none asked for', {}, [], 'created'],
    [
      'by name, in the namespace of the request',
      { paramRef: { name: 'limit', parameterNotFoundAction: 'Deny' } },
      [secret('limit', '4')],
      '422 Invalid: not 4',
    ],
    [
      'by labels, each for itself',
      {
        paramRef: {
          selector: { matchLabels: { kind: 'limit' } },
          namespace: 'default',
          parameterNotFoundAction: 'Deny',
        },
      },
      [secret('a', '3'), secret('b', '5')],
      '422 Invalid: not 5',
    ],
  ])('%s', (_name, binding, secrets, expected) => {
    const world = bound(spec, binding);
    for (const one of secrets) expect(world.send('POST', SECRETS, one).code).toBe(201);
    expect(outcome(world)).toBe(expected);
  });

  it('of a kind that nobody knows', () => {
    const world = bound(
      { ...spec, paramKind: { apiVersion: 'no.example.com/v1', kind: 'Nope' } },
      { paramRef: { name: 'x', parameterNotFoundAction: 'Deny' } },
    );
    expect(outcome(world)).toBe(
      "422 Invalid: failed to configure policy: failed to find resource referenced by paramKind: 'no.example.com/v1, Kind=Nope'",
    );
  });
});

describe('policies and bindings that are wrong', () => {
  const world = restCluster();
  const good: Json = {
    matchConstraints: { resourceRules: [RULE] },
    validations: [{ expression: 'true' }],
  };

  it.each<[string, Json, string]>([
    [
      'without constraints',
      { validations: [{ expression: 'true' }] },
      'spec.matchConstraints: Required value',
    ],
    [
      'without anything to say',
      { matchConstraints: { resourceRules: [RULE] } },
      '[spec.validations: Required value: validations or auditAnnotations must be specified, spec.auditAnnotations: Required value: validations or auditAnnotations must be specified]',
    ],
    [
      'that do not compile',
      { ...good, validations: [{ expression: 'object.x + params.y == 1' }] },
      `spec.validations[0].expression: Invalid value: "object.x + params.y == 1": compilation failed: ERROR: <input>:1:12: undeclared reference to 'params' (in container '')\n | object.x + params.y == 1\n | ...........^`,
    ],
    [
      'whose variables are no names, or come later',
      {
        ...good,
        variables: [
          { name: 'a-b', expression: '1' },
          { name: 'c', expression: 'variables.d' },
          { name: 'd', expression: '1' },
        ],
      },
      `[spec.variables[0].name: Invalid value: "a-b": name is not a valid CEL identifier, spec.variables[1].expression: Invalid value: "variables.d": compilation failed: ERROR: <input>:1:10: undefined field 'd'\n | variables.d\n | .........^]`,
    ],
    [
      'whose annotations are no text',
      { ...good, auditAnnotations: [{ key: 'k', valueExpression: '1' }] },
      'spec.auditAnnotations[0].valueExpression: Invalid value: "1": must evaluate to one of [string null_type]',
    ],
  ])('policies %s', (_name, spec, expected) => {
    const answer = world.send('POST', `${ADMISSION}/validatingadmissionpolicies`, {
      metadata: { name: 'q' },
      spec,
    });
    expect([answer.code, at(answer, 'message')]).toEqual([
      422,
      `ValidatingAdmissionPolicy.admissionregistration.k8s.io "q" is invalid: ${expected}`,
    ]);
  });

  it.each<[string, Json, string]>([
    ['without a policy', { validationActions: ['Deny'] }, 'spec.policyName: Required value'],
    ['without an action', { policyName: 'p' }, 'spec.validationActions: Required value'],
    [
      'that deny and warn',
      { policyName: 'p', validationActions: ['Deny', 'Warn'] },
      'spec.validationActions: Invalid value: ["Deny","Warn"]: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
    ],
    [
      'whose parameters are named and selected',
      {
        policyName: 'p',
        validationActions: ['Deny'],
        paramRef: { name: 'a', selector: {}, parameterNotFoundAction: 'Deny' },
      },
      '[spec.paramRef.name: Forbidden: name and selector are mutually exclusive, spec.paramRef.selector: Forbidden: name and selector are mutually exclusive]',
    ],
  ])('bindings %s', (_name, spec, expected) => {
    const answer = world.send('POST', `${ADMISSION}/validatingadmissionpolicybindings`, {
      metadata: { name: 'q' },
      spec,
    });
    expect([answer.code, at(answer, 'message')]).toEqual([
      422,
      `ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io "q" is invalid: ${expected}`,
    ]);
  });
});
