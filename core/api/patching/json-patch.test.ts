import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { jsonPatch } from './json-patch.ts';

interface Case {
  readonly comment?: string;
  readonly doc: unknown;
  readonly patch?: unknown;
  readonly expected?: unknown;
  readonly error?: string;
  readonly disabled?: boolean;
}

const FOLDER = '../shared/data/k8s/json-patch-tests';

describe.skipIf(!existsSync(FOLDER))('the common test suite (skipped without it)', () => {
  const cases = ['spec_tests.json', 'tests.json'].flatMap((file) =>
    existsSync(FOLDER) ? (JSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8')) as Case[]) : [],
  );
  const live = cases.filter(({ patch, disabled }) => patch !== undefined && disabled !== true);
  test.each(live)('$comment $patch', ({ doc, patch, expected, error }) => {
    const before = JSON.stringify(doc);
    const result = jsonPatch(doc, patch);
    if (error === undefined) {
      expect(result.ok).toBe(true);
      if (expected !== undefined) expect(result).toEqual({ ok: true, value: expected });
    } else {
      expect(result.ok).toBe(false);
    }
    expect(JSON.stringify(doc)).toBe(before);
  });
});

test.each([
  [[{ op: 'add', path: '/__proto__/polluted', value: 1 }]],
  [[{ op: 'add', path: '/constructor/prototype/polluted', value: 1 }]],
  [[{ op: 'copy', from: '/__proto__', path: '/a' }]],
  [[{ op: 'test', path: '/toString', value: 1 }]],
])('a pointer through a prototype is refused: %j', (patch) => {
  expect(jsonPatch({}, patch).ok).toBe(false);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test.each([[{}], [[null]], [[{ op: 'spam', path: '/a' }]], [[{ op: 'add', path: 'a', value: 1 }]], ['text']])(
  'what is no patch is refused: %j',
  (patch) => {
    expect(jsonPatch({}, patch).ok).toBe(false);
  },
);
