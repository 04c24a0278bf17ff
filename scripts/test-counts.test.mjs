import { expect, test } from 'vitest';
import { countTests } from './test-counts.mjs';

const file = (name, status, ...tests) => ({
  name: `/repo/${name}`,
  status,
  assertionResults: tests.map(([fullName, status]) => ({ fullName, status })),
});

test('passed, failed and skipped tests are counted over all files, and the skipped are named', () => {
  const report = {
    testResults: [
      file('core/a.test.ts', 'failed', ['adds', 'passed'], ['removes', 'failed']),
      file('core/b.test.ts', 'passed', ['reads', 'passed'], ['needs data', 'pending'], ['later', 'todo']),
    ],
  };
  expect(countTests(report, 1, '/repo')).toEqual({
    passed: 2,
    failed: 1,
    skippedNames: ['core/b.test.ts: needs data', 'core/b.test.ts: later'],
  });
});

test('a file that does not load is a failure', () => {
  expect(countTests({ testResults: [file('core/a.test.ts', 'failed')] }, 1, '/repo').failed).toBe(1);
});

test('no report is a failure', () => {
  expect(countTests(undefined, 0, '/repo').failed).toBe(1);
});

test('an error outside every test is a failure', () => {
  const report = { testResults: [file('core/a.test.ts', 'passed', ['adds', 'passed'])] };
  expect(countTests(report, 1, '/repo')).toMatchObject({ passed: 1, failed: 1 });
});
