import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { jsonText } from './json-text.ts';
import { yamlText } from './yaml-text.ts';

/** As the kubectl 1.32 wrote them, of a ConfigMap with these values. */
const WRITTEN: readonly (readonly [string, string])[] = [
  ['x', 'x'],
  ['', '""'],
  ['1', '"1"'],
  ['1.19', '"1.19"'],
  ['1e3', '"1e3"'],
  ['0x1F', '"0x1F"'],
  ['1:30', '"1:30"'],
  ['1_000', '"1_000"'],
  ['10.0.0.1', '10.0.0.1'],
  ['5s', '5s'],
  ['true', '"true"'],
  ['yes', '"yes"'],
  ['null', '"null"'],
  ['~', '"~"'],
  ['2026-01-01', '"2026-01-01"'],
  ['2026-01-01T00:00:00Z', '"2026-01-01T00:00:00Z"'],
  ['<<', '<<'],
  ['=', '='],
  ['a: b', "'a: b'"],
  ['a:', "'a:'"],
  [':a', ':a'],
  ['a #b', "'a #b'"],
  ["it's: here", "'it''s: here'"],
  ['"x"', `'"x"'`],
  [' x', "' x'"],
  ['-', "'-'"],
  ['-a', '-a'],
  ['- a', "'- a'"],
  ['*a', "'*a'"],
  ['{a}', "'{a}'"],
  ['---', "'---'"],
  ['a\tb', '"a\\tb"'],
  ['a\\b', 'a\\b'],
  ['é😀', '"é\\U0001F600"'],
  ['a\nb', '|-\n  a\n  b'],
  ['a\nb\n', '|\n  a\n  b'],
];

describe('texts in YAML', () => {
  test.each(WRITTEN)('%j is %s', (text, written) => {
    expect(yamlText({ k: text })).toBe(`k: ${written}\n`);
  });

  test.each(WRITTEN)('%j reads back as the same text', (text) => {
    expect(parse(yamlText({ k: text }), { version: '1.1', merge: false })).toEqual({ k: text });
  });

  test('long ones are folded at a space past the width', () => {
    const text = `${'word '.repeat(30)}end`;
    const lines = yamlText({ k: text }).split('\n');
    expect(lines[0]).toBe(`k: ${'word '.repeat(16).trim()}`);
    expect(lines[1]).toMatch(/^ {2}word/);
    expect(parse(yamlText({ k: text }))).toEqual({ k: text });
  });
});

test('maps are sorted, lists stand under their key, absent fields are left out', () => {
  const value = { b: [{ y: 1, x: [] }, 'two'], a: { d: {}, c: undefined }, 10: true, 9: null };
  expect(yamlText(value)).toBe('"10": true\n"9": null\na:\n  d: {}\nb:\n- x: []\n  "y": 1\n- two\n');
});

test('JSON has its keys sorted, four spaces, and no sign of HTML', () => {
  expect(jsonText({ b: '<&>', a: [1, { 10: 1, 9: 2 }], c: undefined })).toBe(
    '{\n    "a": [\n        1,\n        {\n            "10": 1,\n            "9": 2\n        }\n    ],\n    "b": "\\u003c\\u0026\\u003e"\n}\n',
  );
});
