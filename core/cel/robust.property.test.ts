import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { type Budget, CALL_COST_MAX, compile } from './compile.ts';
import { jsonOf, toValue } from './data.ts';
import { environmentOf } from './environment.ts';
import { equals } from './equality.ts';
import { KUBERNETES_FUNCTIONS } from './kubernetes.ts';
import { parseDuration, parseTimestamp, showDuration, showTimestamp } from './time-text.ts';
import { DYN, INT, listOf, STRING } from './types.ts';

const environment = environmentOf(KUBERNETES_FUNCTIONS, { d: DYN, n: INT, s: STRING, l: listOf(INT) });
const VALUES = {
  d: toValue({ a: [1, 'x', null, { b: 1.5 }], s: 'text' }, DYN),
  n: 7n,
  s: 'héllo 😀',
  l: [3n, 1n, 2n],
};

const NAMES = ['d', 'n', 's', 'l', 'x', 'd.a', 'd.s', 'd.?z', 'd.a[3].b'];
const LITERALS = [
  '0',
  '1',
  '-1',
  '9223372036854775807',
  '2u',
  '1.5',
  '0.0',
  '""',
  '"a"',
  'b"a"',
  'true',
  'null',
  '[]',
  '{}',
  '[1, 2]',
  '{"a": 1}',
  'duration("1h")',
  'timestamp("2024-01-01T00:00:00Z")',
  'quantity("1k")',
  'ip("::1")',
  'optional.none()',
];
const OPERATORS = ['+', '-', '*', '/', '%', '==', '!=', '<', '<=', '>', '>=', '&&', '||', 'in'];
const METHODS = [
  'size',
  'sum',
  'min',
  'max',
  'isSorted',
  'sort',
  'reverse',
  'distinct',
  'flatten',
  'trim',
  'join',
  'lowerAscii',
  'getHours',
  'family',
  'asInteger',
  'hasValue',
  'value',
  'first',
];
const METHODS_OF_ONE = [
  'contains',
  'startsWith',
  'indexOf',
  'split',
  'matches',
  'find',
  'findAll',
  'charAt',
  'substring',
  'format',
  'add',
  'isLessThan',
  'or',
  'orValue',
  'join',
  'getMonth',
];
const FUNCTIONS = [
  'size',
  'int',
  'uint',
  'double',
  'string',
  'bytes',
  'bool',
  'type',
  'dyn',
  'timestamp',
  'duration',
  'quantity',
  'url',
  'ip',
  'cidr',
  'semver',
  'isURL',
  'lists.range',
  'optional.of',
  'has',
];
const MACROS = ['all', 'exists', 'exists_one', 'map', 'filter', 'sortBy', 'optMap'];

/** Expressions that parse, and mean anything or nothing. */
const expression = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 5, depthSize: 'medium' },
    fc.constantFrom(...NAMES),
    fc.constantFrom(...LITERALS),
    fc.tuple(tie('any'), fc.constantFrom(...OPERATORS), tie('any')).map(([a, op, b]) => `(${a} ${op} ${b})`),
    fc.tuple(fc.constantFrom('!', '-'), tie('any')).map(([op, a]) => `${op}(${a})`),
    fc.tuple(tie('any'), tie('any'), tie('any')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    fc.tuple(tie('any'), tie('any')).map(([a, b]) => `(${a})[${b}]`),
    fc.tuple(tie('any'), fc.constantFrom(...METHODS)).map(([a, name]) => `(${a}).${name}()`),
    fc
      .tuple(tie('any'), fc.constantFrom(...METHODS_OF_ONE), tie('any'))
      .map(([a, name, b]) => `(${a}).${name}(${b})`),
    fc.tuple(fc.constantFrom(...FUNCTIONS), tie('any')).map(([name, a]) => `${name}(${a})`),
    fc
      .tuple(tie('any'), fc.constantFrom(...MACROS), tie('any'))
      .map(([a, name, b]) => `(${a}).${name}(x, ${b})`),
    fc.tuple(tie('any'), tie('any')).map(([a, b]) => `(${a}).transformMap(x, y, ${b})`),
    fc.array(tie('any'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
  ),
})).any;

/** Neither compiling nor running may throw, and what runs stays within its budget. */
function survives(source: string): void {
  const compiled = compile(source, environment);
  if ('issues' in compiled) {
    expect(compiled.issues.length).toBeGreaterThan(0);
    for (const { offset } of compiled.issues) expect(offset).toBeLessThanOrEqual(source.length);
    expect(compiled.text).toMatch(/^ERROR: <input>:\d+:\d+: /);
    return;
  }
  const budget: Budget = { remaining: CALL_COST_MAX };
  const outcome = compiled.program.evaluate((name) => VALUES[name as keyof typeof VALUES], budget);
  expect(budget.remaining).toBeGreaterThanOrEqual(0);
  if ('value' in outcome) expect(outcome.value).not.toBe(undefined);
  else expect(outcome.error.message).not.toBe('');
}

describe('whatever is written', () => {
  test.prop([expression], { numRuns: 1500 })('as an expression is judged, and does not crash', survives);

  test.prop([fc.string({ unit: 'binary', maxLength: 60 })], { numRuns: 500 })('as text', survives);

  test.prop([fc.array(fc.constantFrom(...'()[]{}.,?:!-+*/%<>=&|"\'`\\ \nabx019uer'), { maxLength: 40 })], {
    numRuns: 1500,
  })('with signs of the grammar', (signs) => survives(signs.join('')));

  test.prop([expression], { numRuns: 300 })('runs the same way twice', (source) => {
    const once = (): unknown => {
      const compiled = compile(source, environment);
      if ('issues' in compiled) return compiled.text;
      const budget: Budget = { remaining: CALL_COST_MAX };
      const outcome = compiled.program.evaluate((name) => VALUES[name as keyof typeof VALUES], budget);
      return [
        budget.remaining,
        'value' in outcome ? JSON.stringify(jsonOf(outcome.value)) : outcome.error.message,
      ];
    };
    expect(once()).toEqual(once());
  });
});

describe('laws of values', () => {
  const json = fc.jsonValue({ maxDepth: 3 });

  test.prop([json])('data comes back as it went in', (value) => {
    const back: unknown = JSON.parse(JSON.stringify(value));
    expect(jsonOf(toValue(back, DYN))).toEqual(back);
  });

  test.prop([json, json])('equality is symmetric, and holds of a thing and itself', (a, b) => {
    const [left, right] = [toValue(a, DYN), toValue(b, DYN)];
    const charge = (): void => {};
    expect(equals(left, toValue(a, DYN), charge)).toBe(true);
    expect(equals(left, right, charge)).toBe(equals(right, left, charge));
  });

  test.prop([fc.bigInt({ min: -62_135_596_800_000_000_000n, max: 253_402_300_799_999_999_999n })])(
    'moments are read as they are written',
    (nanos) => {
      expect(parseTimestamp(showTimestamp(nanos))).toBe(nanos);
    },
  );

  test.prop([fc.bigInt({ min: -9_223_372_036_854_775_807n, max: 9_223_372_036_854_775_807n })])(
    'durations too',
    (nanos) => {
      expect(parseDuration(showDuration(nanos))).toBe(nanos);
    },
  );
});
