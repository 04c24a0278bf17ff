import { describe, expect, test } from 'vitest';
import { decode, decodeObject } from './decode.ts';
import { decodingFailureMessage, strictDecodingMessage } from './problem.ts';

function deployment(template: object): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { selector: { matchLabels: { app: 'web' } }, template },
  };
}

describe('one canonical form', () => {
  test('fields in the order of the schema, keys of maps sorted, null and undefined absent', () => {
    const { value, problems } = decodeObject({
      spec: { containers: [{ name: 'c', image: 'i', env: null }], nodeName: undefined, dnsPolicy: 'Default' },
      metadata: { name: 'p', labels: { b: '2', a: '1' }, creationTimestamp: null },
      kind: 'Pod',
      apiVersion: 'v1',
    });
    expect(problems).toEqual([]);
    expect(JSON.stringify(value)).toBe(
      '{"apiVersion":"v1","kind":"Pod","metadata":{"labels":{"a":"1","b":"2"},"name":"p"},' +
        '"spec":{"containers":[{"image":"i","name":"c"}],"dnsPolicy":"Default"}}',
    );
  });

  test('the document is not touched and shares nothing with the value', () => {
    const raw = deployment({ spec: { containers: [{ name: 'c' }] } });
    const before = structuredClone(raw);
    const { value } = decodeObject(raw);
    expect(raw).toEqual(before);
    expect((value as { spec?: unknown }).spec).not.toBe((raw as { spec?: unknown }).spec);
  });

  test('quantities are canonical, and may come as numbers', () => {
    const { value, problems } = decode('ResourceRequirements', {
      limits: { memory: '1024Mi', cpu: 1 },
      requests: { cpu: 0.25 },
    });
    expect(problems).toEqual([]);
    expect(value).toEqual({ limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '250m' } });
  });

  test('a port may be a number or a name', () => {
    expect(decode('ServicePort', { port: 80, targetPort: 'http' })).toEqual({
      value: { port: 80, targetPort: 'http' },
      problems: [],
    });
    expect(decode('ServicePort', { port: 80, targetPort: 8080 }).value).toEqual({
      port: 80,
      targetPort: 8080,
    });
  });

  test('a null in a list or a map becomes what Go leaves there', () => {
    const { value, problems } = decode('PodSpec', { containers: [null], nodeSelector: { disk: null } });
    expect(problems).toEqual([]);
    expect(value).toEqual({ containers: [{}], nodeSelector: { disk: '' } });
  });

  test('of metadata, a document that has none gets an empty one', () => {
    expect(decodeObject({ apiVersion: 'v1', kind: 'ConfigMap' }).value).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {},
    });
  });
});

describe('unknown fields', () => {
  test('are dropped and reported with the field that was meant', () => {
    const { value, problems } = decodeObject(
      deployment({ spec: { containers: [{ name: 'c', imagee: 'x' }] } }),
    );
    expect(problems).toEqual([
      {
        path: 'spec.template.spec.containers[0].imagee',
        kind: 'unknownField',
        message: 'unknown field "spec.template.spec.containers[0].imagee"',
        didYouMean: 'image',
      },
    ]);
    expect(JSON.stringify(value)).not.toContain('imagee');
    expect(strictDecodingMessage(problems)).toBe(
      'strict decoding error: unknown field "spec.template.spec.containers[0].imagee"',
    );
    expect(decodingFailureMessage('apps/v1', 'Deployment', problems)).toBe(
      'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: ' +
        'unknown field "spec.template.spec.containers[0].imagee"',
    );
  });

  test('case matters', () => {
    const { problems } = decode('PodSpec', { Containers: [] }, 'spec');
    expect(problems).toMatchObject([{ path: 'spec.Containers', didYouMean: 'containers' }]);
  });

  test('several are joined in one message', () => {
    const { problems } = decode('Container', { name: 'c', foo: 1, bar: 2 });
    expect(strictDecodingMessage(problems)).toBe(
      'strict decoding error: unknown field "foo", unknown field "bar"',
    );
  });
});

describe('wrong types', () => {
  const messageOf = (struct: string, raw: unknown) => decode(struct, raw).problems.map((p) => p.message);

  test('are reported with what was expected and what was found, and left out of the value', () => {
    const { value, problems } = decodeObject({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: { terminationGracePeriodSeconds: 'ten', nodeName: 'n' },
    });
    expect(problems).toEqual([
      {
        path: 'spec.terminationGracePeriodSeconds',
        kind: 'wrongType',
        expected: 'integer',
        got: 'string "ten"',
        message:
          'json: cannot unmarshal string into Go struct field PodSpec.spec.terminationGracePeriodSeconds of type int64',
      },
    ]);
    expect((value as { spec?: unknown }).spec).toEqual({ nodeName: 'n' });
    expect(decodingFailureMessage('v1', 'Pod', problems)).toBe(
      'Pod in version "v1" cannot be handled as a Pod: ' +
        'json: cannot unmarshal string into Go struct field PodSpec.spec.terminationGracePeriodSeconds of type int64',
    );
  });

  test('a string is never made of a number or a boolean', () => {
    const { problems } = decodeObject(
      deployment({ spec: { containers: [{ name: 'c', env: [{ name: 'DEBUG', value: true }] }] } }),
    );
    expect(problems).toMatchObject([
      {
        path: 'spec.template.spec.containers[0].env[0].value',
        message:
          'json: cannot unmarshal bool into Go struct field EnvVar.spec.template.spec.containers.env.value of type string',
      },
    ]);
    expect(messageOf('ConfigMap', { data: { port: 80 } })).toEqual([
      'json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
    ]);
  });

  test.each([
    ['PodSpec', { containers: {} }, 'object into Go struct field PodSpec.containers of type []v1.Container'],
    ['PodSpec', { containers: ['c'] }, 'string into Go struct field PodSpec.containers of type v1.Container'],
    [
      'PodSpec',
      { nodeSelector: [] },
      'array into Go struct field PodSpec.nodeSelector of type map[string]string',
    ],
    [
      'DeploymentSpec',
      { replicas: 1.5 },
      'number 1.5 into Go struct field DeploymentSpec.replicas of type int32',
    ],
    [
      'DeploymentSpec',
      { replicas: 3_000_000_000 },
      'number 3000000000 into Go struct field DeploymentSpec.replicas of type int32',
    ],
    ['ServicePort', { targetPort: true }, 'bool into Go value of type int32'],
    ['PodSpec', 'x', 'string into Go value of type v1.PodSpec'],
  ])('%s %j', (struct, raw, message) => {
    expect(messageOf(struct, raw)).toEqual([`json: cannot unmarshal ${message}`]);
  });

  test('texts that can not be read', () => {
    expect(messageOf('ResourceRequirements', { limits: { cpu: 'lots' } })[0]).toMatch(
      /^quantities must match/,
    );
    expect(messageOf('ResourceRequirements', { limits: { cpu: true } })[0]).toMatch(/^quantities must match/);
    expect(messageOf('Secret', { data: { password: 'not base64!' } })).toEqual([
      'illegal base64 data at input byte 3',
    ]);
    expect(messageOf('ObjectMeta', { creationTimestamp: 'now' })[0]).toMatch(/^parsing time "now"/);
  });

  test('what stops the decoder is named before unknown fields', () => {
    const { problems } = decode('Container', { foo: 1, name: 2 });
    expect(decodingFailureMessage('v1', 'Pod', problems)).toMatch(/of type string$/);
  });

  test('a document that is no object, or of no kind', () => {
    expect(decodeObject([]).value).toBeUndefined();
    expect(decodeObject('text').problems).toMatchObject([
      { path: '', kind: 'wrongType', expected: 'object' },
    ]);
    expect(decodeObject({ kind: 'Pod' }).problems).toMatchObject([{ path: 'apiVersion', kind: 'missing' }]);
    expect(decodeObject({ apiVersion: 'v1', kind: 7 }).problems).toMatchObject([
      { path: 'kind', kind: 'wrongType', got: 'number 7' },
    ]);
  });
});

describe('keys that could reach a prototype', () => {
  const hostile = (text: string): unknown => JSON.parse(text);

  test('are unknown fields of a struct', () => {
    const { value, problems } = decode(
      'PodSpec',
      hostile('{"__proto__":{"hostNetwork":true},"constructor":{}}'),
    );
    expect(problems.map((problem) => problem.path)).toEqual(['__proto__', 'constructor']);
    expect(value).toEqual({});
    expect((value as { hostNetwork?: unknown }).hostNetwork).toBeUndefined();
  });

  test('are refused in a map, or are plain keys of it', () => {
    const { value, problems } = decode(
      'ConfigMap',
      hostile('{"data":{"__proto__":"x","constructor":"y","prototype":"z"}}'),
    );
    expect(problems).toMatchObject([{ path: 'data.__proto__', kind: 'forbiddenKey' }]);
    const data = (value as { data: Record<string, string> }).data;
    expect(Object.entries(data)).toEqual([
      ['constructor', 'y'],
      ['prototype', 'z'],
    ]);
    expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
  });

  test('are refused in the JSON of a custom resource, at every depth', () => {
    const { value, problems } = decodeObject(
      hostile(
        '{"apiVersion":"x.dev/v1","kind":"X","__proto__":{"a":1},"spec":{"b":[{"__proto__":{"polluted":1}}]}}',
      ),
    );
    expect(problems.map((problem) => problem.path)).toEqual(['__proto__', 'spec.b[0].__proto__']);
    expect(value).toEqual({ apiVersion: 'x.dev/v1', kind: 'X', metadata: {}, spec: { b: [{}] } });
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('an inherited field is not a field', () => {
    expect(decodeObject(Object.create({ apiVersion: 'v1', kind: 'Pod' })).value).toBeUndefined();
  });
});

describe('what the schema leaves open', () => {
  test('a custom resource keeps its JSON, with sorted keys; its metadata is decoded', () => {
    const { value, problems } = decodeObject({
      kind: 'Certificate',
      apiVersion: 'cert-manager.io/v1',
      metadata: { name: 'c', lables: {} },
      spec: { b: [1, null, 'x'], a: { z: true, y: null } },
    });
    expect(problems).toMatchObject([{ path: 'metadata.lables', kind: 'unknownField', didYouMean: 'labels' }]);
    expect(JSON.stringify(value)).toBe(
      '{"apiVersion":"cert-manager.io/v1","kind":"Certificate","metadata":{"name":"c"},' +
        '"spec":{"a":{"y":null,"z":true},"b":[1,null,"x"]}}',
    );
  });

  test('is bounded in depth and in size', () => {
    let deep: unknown = {};
    for (let level = 0; level < 100; level++) deep = { x: deep };
    expect(decode('ControllerRevision', { data: deep }).problems).toMatchObject([{ kind: 'tooDeep' }]);

    let schema: unknown = { type: 'object' };
    for (let level = 0; level < 100; level++) schema = { properties: { x: schema } };
    expect(decode('JSONSchemaProps', schema).problems).toMatchObject([{ kind: 'tooDeep' }]);

    // What a few aliases of YAML unfold to.
    let wide: unknown = 'lol';
    for (let level = 0; level < 20; level++)
      wide = [wide, wide, wide, wide, wide, wide, wide, wide, wide, wide];
    expect(decode('ControllerRevision', { data: { wide } }).problems).toMatchObject([{ kind: 'tooLarge' }]);
  });

  test('a document with too many fields is refused whole', () => {
    const raw: Record<string, unknown> = { apiVersion: 'x.dev/v1', kind: 'X' };
    for (let index = 0; index < 1_000_000; index++) raw[index] = 0;
    const { value, problems } = decodeObject(raw);
    expect(problems.map((problem) => problem.kind)).toEqual(['tooLarge']);
    expect(value).toEqual({ apiVersion: 'x.dev/v1', kind: 'X', metadata: {} });
  });

  test('a document of nothing but unknown fields is reported in part', () => {
    const raw: Record<string, unknown> = {};
    for (let index = 0; index < 1_000; index++) raw[`f${index}`] = 0;
    expect(decode('PodSpec', raw).problems).toHaveLength(100);
  });

  test('only JSON passes', () => {
    const { problems } = decode('ControllerRevision', { data: { a: 1n, b: Number.NaN, c: new Map() } });
    expect(problems.map((problem) => [problem.path, problem.kind])).toEqual([
      ['data.a', 'wrongType'],
      ['data.b', 'wrongType'],
      ['data.c', 'wrongType'],
    ]);
  });

  test('the short forms inside a JSON schema', () => {
    const schema = {
      type: 'object',
      properties: {
        list: { type: 'array', items: { type: 'string', default: 'x' } },
        tuple: { items: [{ type: 'string' }, { type: 'integer' }] },
        open: { additionalProperties: true },
        map: { additionalProperties: { type: 'integer' } },
        bound: { dependencies: { a: ['b', 'c'], b: { type: 'string' } } },
      },
    };
    expect(decode('JSONSchemaProps', schema)).toEqual({ value: schema, problems: [] });
  });
});
