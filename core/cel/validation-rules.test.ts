import { describe, expect, it } from 'vitest';
import type { JSONSchemaProps, ValidationRule } from '../schema/types.generated.ts';
import { validateRuleSchema } from './rule-schema.ts';
import { validateRules } from './validation-rules.ts';

type Schema = JSONSchemaProps;

const INT: Schema = { type: 'integer' };
const TEXT: Schema = { type: 'string' };

function rule(text: string, more: Partial<ValidationRule> = {}): ValidationRule {
  return { rule: text, ...more };
}

function object(properties: Readonly<Record<string, Schema>>, ...rules: readonly ValidationRule[]): Schema {
  return { type: 'object', properties, 'x-kubernetes-validations': rules };
}

function resource(spec: Schema): Schema {
  return { type: 'object', properties: { spec } };
}

function errors(schema: Schema, object: unknown, old?: unknown): readonly string[] {
  return validateRules(schema, object, old).map(({ field, body }) => `${field}: ${body}`);
}

const SIZES = object(
  { min: INT, max: INT, current: INT },
  rule('self.min <= self.max'),
  rule('self.current <= self.max', {
    messageExpression: '"at most " + string(self.max) + ", not " + string(self.current)',
    fieldPath: '.current',
    reason: 'FieldValueForbidden',
  }),
);

describe('rules of custom resources', () => {
  it.each<[string, Schema, unknown, readonly string[]]>([
    ['what holds is fine', SIZES, { min: 1, max: 3, current: 2 }, []],
    [
      'what does not hold is an error each, with its message, reason and path',
      SIZES,
      { min: 4, max: 3, current: 5 },
      ['spec: Invalid value: failed rule: self.min <= self.max', 'spec.current: Forbidden: at most 3, not 5'],
    ],
    [
      'an absent field is an error of evaluation',
      SIZES,
      { min: 1 },
      [
        'spec: Invalid value: "object": no such key: max evaluating rule: self.min <= self.max',
        'spec: Invalid value: "object": no such key: current evaluating rule: self.current <= self.max',
      ],
    ],
    [
      'null counts as absent',
      object({ x: { type: 'string', nullable: true } }, rule('!has(self.x)')),
      { x: null },
      [],
    ],
    [
      'maps and lists, at their own path',
      object({
        labels: {
          type: 'object',
          additionalProperties: { ...TEXT, 'x-kubernetes-validations': [rule('self != "bad"')] },
        },
        ports: {
          type: 'array',
          items: object({ port: INT }, rule('self.port < 1000', { message: 'too high' })),
        },
      }),
      { labels: { a: 'bad', b: 'ok' }, ports: [{ port: 1 }, { port: 2000 }] },
      [
        'spec.labels[a]: Invalid value: "bad": failed rule: self != "bad"',
        'spec.ports[1]: Invalid value: too high',
      ],
    ],
    [
      'names that are words are escaped',
      object(
        { namespace: TEXT, 'a-b': TEXT, 'x.y': TEXT },
        rule('self.__namespace__ == self.a__dash__b && self.x__dot__y == "z"'),
      ),
      { namespace: 'n', 'a-b': 'n', 'x.y': 'z' },
      [],
    ],
    [
      'int-or-string is what it is',
      object(
        { port: { 'x-kubernetes-int-or-string': true } },
        rule('type(self.port) == int ? self.port < 10 : self.port.startsWith("p")'),
        rule('self.port + 1 > 0'),
      ),
      { port: 'p' },
      [
        'spec: Invalid value: "object": \'no such overload\': call arguments did not match a supported operator, function or macro signature for rule: self.port + 1 > 0',
      ],
    ],
    [
      'formats have types',
      object(
        {
          at: { type: 'string', format: 'date-time' },
          for: { type: 'string', format: 'duration' },
          raw: { type: 'string', format: 'byte' },
        },
        rule('self.at + self.__for__ == timestamp("2024-01-01T01:00:00Z") && self.raw == b"hi"'),
      ),
      { at: '2024-01-01T00:00:00Z', for: '1h', raw: 'aGk=' },
      [],
    ],
    [
      'lists that are sets compare without an order',
      object(
        { a: { type: 'array', items: TEXT, 'x-kubernetes-list-type': 'set' } },
        rule('self.a == ["y", "x"]'),
      ),
      { a: ['x', 'y'] },
      [],
    ],
    [
      'a double is one though it is whole',
      object({ ratio: { type: 'number' } }, rule('self.ratio / 2.0 == 0.5')),
      { ratio: 1 },
      [],
    ],
    [
      'the cost of one rule ends all',
      object({ x: INT }, rule('lists.range(10000000).size() > 0', { message: 'big' }), rule('false')),
      { x: 1 },
      [
        'spec: Invalid value: "object": \'operation cancelled: actual cost limit exceeded\': no further validation rules will be run due to call cost exceeds limit for rule: big',
        'spec: Invalid value: "object": validation failed due to running out of cost budget, no further validation rules will be run',
      ],
    ],
  ])('%s', (_name, spec, value, expected) => {
    expect(errors(resource(spec), { spec: value })).toEqual(expected);
  });

  it('a whole resource has a name, and rules of its own', () => {
    const schema = object(
      { spec: object({ x: INT }) },
      rule('self.metadata.name.startsWith("a") && self.kind == "T"'),
    );
    expect(errors(schema, { kind: 'T', metadata: { name: 'b' }, spec: { x: 1 } })).toEqual([
      '<nil>: Invalid value: failed rule: self.metadata.name.startsWith("a") && self.kind == "T"',
    ]);
  });

  it('transitions are judged where there is a past', () => {
    const spec = object(
      {
        x: INT,
        items: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: object(
            { name: TEXT, size: INT },
            rule('self.size >= oldSelf.size', { message: 'no shrinking' }),
          ),
        },
      },
      rule('self.x == oldSelf.x', { message: 'immutable' }),
      rule('oldSelf.hasValue() || self.x < 10', { optionalOldSelf: true, message: 'starts small' }),
    );
    const schema = resource(spec);
    const old = {
      spec: {
        x: 1,
        items: [
          { name: 'a', size: 2 },
          { name: 'b', size: 2 },
        ],
      },
    };
    expect(errors(schema, { spec: { x: 20 } })).toEqual(['spec: Invalid value: starts small']);
    expect(
      errors(
        schema,
        {
          spec: {
            x: 2,
            items: [
              { name: 'b', size: 1 },
              { name: 'c', size: 0 },
            ],
          },
        },
        old,
      ),
    ).toEqual(['spec: Invalid value: immutable', 'spec.items[0]: Invalid value: no shrinking']);
  });

  it('what does not change is not judged again', () => {
    const schema = resource(object({ x: INT, y: object({ z: INT }, rule('self.z < 5')) }));
    const old = { spec: { x: 1, y: { z: 9 } } };
    expect(errors(schema, { spec: { x: 2, y: { z: 9 } } }, old)).toEqual([]);
    expect(errors(schema, { spec: { x: 2, y: { z: 8 } } }, old)).toHaveLength(1);
  });
});

describe('rules of a definition', () => {
  const at = 'spec.validation.openAPIV3Schema';
  const path = `${at}.properties[spec].x-kubernetes-validations[0]`;
  const spec = (...rules: readonly ValidationRule[]): Schema =>
    resource(object({ x: INT, s: TEXT }, ...rules));

  it.each<[string, Schema, readonly string[]]>([
    ['what compiles is fine', spec(rule('self.x > 1', { messageExpression: '"no"', fieldPath: '.x' })), []],
    ['a rule has to be there', spec(rule(' ')), [`${path}.rule: Required value: rule is not specified`]],
    [
      'an unknown field',
      spec(rule('self.y > 1')),
      [
        `${path}.rule: Invalid value: {"Rule":"self.y \\u003e 1","Message":"","MessageExpression":"","Reason":null,"FieldPath":"","OptionalOldSelf":null}: compilation failed: ERROR: <input>:1:5: undefined field 'y'\n | self.y > 1\n | ....^`,
      ],
    ],
    [
      'what is no question',
      spec(rule('self.x')),
      [
        `${path}.rule: Invalid value: {"Rule":"self.x","Message":"","MessageExpression":"","Reason":null,"FieldPath":"","OptionalOldSelf":null}: cel expression must evaluate to a bool`,
      ],
    ],
    [
      'texts and paths',
      spec(rule('self.x >\n 1', { fieldPath: '.nope', optionalOldSelf: true })),
      [
        `${path}.message: Required value: message must be specified if rule contains line breaks`,
        `${path}.fieldPath: Invalid value: ".nope": fieldPath must be a valid path: does not refer to a valid field`,
        `${path}.optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule`,
      ],
    ],
    [
      'the past of items without a key',
      resource({
        type: 'object',
        properties: {
          l: { type: 'array', items: { ...INT, 'x-kubernetes-validations': [rule('self == oldSelf')] } },
        },
      }),
      [
        `${at}.properties[spec].properties[l].items.x-kubernetes-validations[0].rule: Invalid value: "self == oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within ${at}.properties[spec].properties[l]`,
      ],
    ],
  ])('%s', (_name, schema, expected) => {
    expect(validateRuleSchema(schema, at).map(({ field, body }) => `${field}: ${body}`)).toEqual(expected);
  });
});
