import { describe, expect, test } from 'vitest';
import type { JSONSchemaProps } from '../../schema/types.generated.ts';
import { withDefaults } from './default.ts';
import { findByPath, parseJsonPath, withFieldAt } from './json-path.ts';
import { prune } from './prune.ts';
import { validateStructural } from './structural.ts';
import { validateValue } from './validate.ts';
import { byPriority } from './version-order.ts';

const object = (properties: Readonly<Record<string, JSONSchemaProps>>): JSONSchemaProps => ({
  type: 'object',
  properties,
});
const STRING: JSONSchemaProps = { type: 'string' };
const ANY: JSONSchemaProps = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

describe('pruning', () => {
  const cases: readonly (readonly [
    what: string,
    schema: JSONSchemaProps,
    value: unknown,
    kept: unknown,
    dropped: readonly string[],
  ])[] = [
    ['what is known stays', object({ a: STRING }), { a: 'x' }, { a: 'x' }, []],
    ['what is not known goes', object({ a: STRING }), { a: 'x', b: 1 }, { a: 'x' }, ['b']],
    ['deeper too', object({ a: object({}) }), { a: { b: { c: 1 } } }, { a: {} }, ['a.b']],
    ['kept where the schema says so', object({ a: ANY }), { a: { b: 1 } }, { a: { b: 1 } }, []],
    [
      'known parts of what is kept are pruned',
      { ...ANY, properties: { a: object({}) } },
      { a: { b: 1 }, c: 2 },
      { a: {}, c: 2 },
      ['a.b'],
    ],
    [
      'in lists',
      object({ a: { type: 'array', items: object({ b: STRING }) } }),
      { a: [{ b: 'x', c: 1 }] },
      { a: [{ b: 'x' }] },
      ['a[0].c'],
    ],
    [
      'in maps',
      object({ a: { type: 'object', additionalProperties: object({}) } }),
      { a: { k: { x: 1 } } },
      { a: { k: {} } },
      ['a.k.x'],
    ],
    [
      'an embedded object keeps what every object has',
      object({ a: { type: 'object', 'x-kubernetes-embedded-resource': true } }),
      { a: { apiVersion: 'v1', kind: 'Pod', metadata: {}, spec: {} } },
      { a: { apiVersion: 'v1', kind: 'Pod', metadata: {} } },
      ['a.spec'],
    ],
    ['names of Object.prototype are no properties', object({}), { toString: 1 }, {}, ['toString']],
  ];
  test.each(cases)('%s', (_what, schema, value, kept, dropped) => {
    const told: string[] = [];
    const pruned = prune(value, schema, '', (path) => told.push(path), false);
    expect([pruned, told]).toEqual([kept, dropped]);
    if (dropped.length === 0) expect(pruned).toBe(value);
  });
});

describe('defaulting', () => {
  const replicas: JSONSchemaProps = { type: 'integer', default: 1 };
  const cases: readonly (readonly [
    what: string,
    schema: JSONSchemaProps,
    value: unknown,
    filled: unknown,
  ])[] = [
    ['what is missing', object({ replicas }), {}, { replicas: 1 }],
    ['not what is there', object({ replicas }), { replicas: 0 }, { replicas: 0 }],
    ['null is nothing', object({ replicas }), { replicas: null }, { replicas: 1 }],
    [
      'unless it may be null',
      object({ replicas: { ...replicas, nullable: true } }),
      { replicas: null },
      { replicas: null },
    ],
    ['null without a default goes', object({ a: STRING }), { a: null }, { a: undefined }],
    ['not below what is missing', object({ a: object({ replicas }) }), {}, {}],
    ['below a default', object({ a: { ...object({ replicas }), default: {} } }), {}, { a: { replicas: 1 } }],
    [
      'in lists and maps',
      object({
        a: { type: 'array', items: object({ replicas }) },
        b: { type: 'object', additionalProperties: object({ replicas }) },
      }),
      { a: [{}], b: { k: {} } },
      { a: [{ replicas: 1 }], b: { k: { replicas: 1 } } },
    ],
  ];
  test.each(cases)('%s', (_what, schema, value, filled) => {
    expect(withDefaults(value, schema)).toEqual(filled);
    expect(withDefaults(filled, schema)).toBe(filled);
  });
});

describe('validation, in the words of the API server', () => {
  const cases: readonly (readonly [schema: JSONSchemaProps, value: unknown, errors: readonly string[]])[] = [
    [{ type: 'integer' }, 1, []],
    [{ type: 'number' }, 1.5, []],
    [{ type: 'integer' }, 'x', ['a: Invalid value: "string": a in body must be of type integer: "string"']],
    [{ type: 'integer' }, 1.5, ['a: Invalid value: "number": a in body must be of type integer: "number"']],
    [STRING, null, ['a: Invalid value: "null": a in body must be of type string: "null"']],
    [{ ...STRING, nullable: true }, null, []],
    [{ 'x-kubernetes-int-or-string': true }, '50%', []],
    [
      { 'x-kubernetes-int-or-string': true },
      true,
      ['a: Invalid value: "boolean": a in body must be of type integer,string: "boolean"'],
    ],
    [
      { type: 'integer', minimum: 1 },
      0,
      ['a: Invalid value: 0: a in body should be greater than or equal to 1'],
    ],
    [
      { type: 'integer', maximum: 3, exclusiveMaximum: true },
      3,
      ['a: Invalid value: 3: a in body should be less than 3'],
    ],
    [{ type: 'integer', multipleOf: 5 }, 7, ['a: Invalid value: 7: a in body should be a multiple of 5']],
    [{ ...STRING, minLength: 2 }, 'x', ['a: Invalid value: "x": a in body should be at least 2 chars long']],
    [{ ...STRING, maxLength: 1 }, 'xy', ['a: Too long: may not be more than 1 bytes']],
    [{ ...STRING, pattern: '^b+$' }, 'x', ['a: Invalid value: "x": a in body should match \'^b+$\'']],
    [
      { ...STRING, format: 'date-time' },
      'now',
      ['a: Invalid value: "now": a in body must be of type date-time: "now"'],
    ],
    [{ ...STRING, enum: ['x', 'y'] }, 'z', ['a: Unsupported value: "z": supported values: "x", "y"']],
    [{ ...object({ b: STRING }), required: ['b'] }, {}, ['a.b: Required value']],
    [
      { type: 'array', items: STRING, minItems: 1 },
      [],
      ['a: Invalid value: 0: a in body should have at least 1 items'],
    ],
    [
      { type: 'array', items: STRING, maxItems: 1 },
      ['x', 'y'],
      ['a: Too many: 2: must have at most 1 items'],
    ],
    [
      { type: 'array', items: STRING, 'x-kubernetes-list-type': 'set' },
      ['x', 'x'],
      ['a[1]: Duplicate value: "x"'],
    ],
    [
      {
        type: 'array',
        items: object({ name: STRING, v: STRING }),
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
      },
      [
        { name: 'x', v: '1' },
        { name: 'x', v: '2' },
      ],
      ['a[1]: Duplicate value: {"name":"x"}'],
    ],
    [
      { ...ANY, oneOf: [{ required: ['b'] }, { required: ['c'] }] },
      {},
      ['a: Invalid value: {}: "a" must validate one and only one schema (oneOf). Found none valid'],
    ],
    [
      { ...ANY, anyOf: [{ required: ['b'] }, { required: ['c'] }] },
      {},
      ['a: Invalid value: {}: "a" must validate at least one schema (anyOf)'],
    ],
    [
      { ...ANY, not: { required: ['b'] } },
      { b: 1 },
      ['a: Invalid value: {"b":1}: "a" must not validate the schema (not)'],
    ],
    [{ ...ANY, allOf: [{ required: ['b'] }] }, {}, ['a.b: Required value']],
    [{ ...STRING, pattern: '(?i)x' }, 'X', []],
    [{ ...STRING, pattern: '(?i)x' }, 'y', ['a: Invalid value: "y": a in body should match \'(?i)x\'']],
    // None that RE2 can read: its definition would be refused.
    [{ ...STRING, pattern: '(' }, 'y', []],
  ];
  test.each(cases)('%j %j', (schema, value, errors) => {
    const found = validateValue(value, schema, 'a').map(({ field, body }) => `${field}: ${body}`);
    expect(found).toEqual(errors);
  });
});

describe('structural schemas', () => {
  const cases: readonly (readonly [schema: JSONSchemaProps, errors: readonly string[]])[] = [
    [object({ a: STRING }), []],
    [{ ...object({}), 'x-kubernetes-preserve-unknown-fields': true }, []],
    [STRING, ['s.type: Invalid value: "string": must be object at the root']],
    [{}, ['s.type: Required value: must not be empty at the root']],
    [
      object({ a: {} }),
      ['s.properties[a].type: Required value: must not be empty for specified object fields'],
    ],
    [
      object({ a: { type: 'array', items: {} } }),
      ['s.properties[a].items.type: Required value: must not be empty for specified array items'],
    ],
    [object({ a: { type: 'array' } }), ['s.properties[a].items: Required value: must be specified']],
    [object({ a: { 'x-kubernetes-int-or-string': true } }), []],
    [
      object({ a: { ...ANY, anyOf: [{ type: 'integer' }] } }),
      ['s.properties[a].anyOf[0].type: Forbidden: must be empty to be structural'],
    ],
    [
      object({ a: { ...object({ b: STRING }), additionalProperties: STRING } }),
      [
        's.properties[a].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive',
      ],
    ],
    [
      object({ a: { type: 'array', items: STRING, 'x-kubernetes-list-type': 'map' } }),
      [
        's.properties[a].x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map',
      ],
    ],
    [
      object({ a: { type: 'integer', default: 'x' } }),
      [
        's.properties[a].default: Invalid value: "string": s.properties[a].default in body must be of type integer: "string"',
      ],
    ],
  ];
  test.each(cases)('%j', (schema, errors) => {
    expect(validateStructural(schema, 's').map(({ field, body }) => `${field}: ${body}`)).toEqual(errors);
  });
});

describe('paths of printed columns', () => {
  const widget = {
    spec: { 'a.b': 1, list: [{ n: 1 }, { n: 2 }] },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  };
  test.each([
    ['.spec.list[0].n', [1]],
    ['.spec.list[-1].n', [2]],
    ['.spec.list[*].n', [1, 2]],
    ["$.spec['a.b']", [1]],
    ['.spec.a\\.b', [1]],
    ['{.status.conditions[?(@.type=="Ready")].status}', ['True']],
    ['.status.conditions[?(@.type=="Gone")].status', []],
    ['.spec.nothing.here', []],
    ['.spec.toString', []],
  ])('%s', (path, found) => {
    expect(findByPath(widget, parseJsonPath(path) ?? [])).toEqual(found);
  });

  test('one that can not be read is none', () => {
    expect(parseJsonPath('.spec[')).toBeUndefined();
  });

  test('sets a field, and makes what leads to it', () => {
    expect(withFieldAt({ spec: { a: 1 } }, ['spec', 'size', 'n'], 3)).toEqual({
      spec: { a: 1, size: { n: 3 } },
    });
  });
});

test('versions come in the order of their stability, then of their number', () => {
  const versions = [
    'v1alpha1',
    'foo10',
    'v1',
    'v11beta2',
    'v10',
    'foo1',
    'v3beta1',
    'v2',
    'v12alpha1',
    'v10beta3',
  ];
  expect(versions.toSorted(byPriority)).toEqual([
    'v10',
    'v2',
    'v1',
    'v11beta2',
    'v10beta3',
    'v3beta1',
    'v12alpha1',
    'v1alpha1',
    'foo1',
    'foo10',
  ]);
});
