import { expect, test } from 'vitest';
import { CONFIG_MAP, SECRET } from '../../core/kinds/registry.ts';
import type { LogRecord } from '../../core/log/record.ts';
import { DEFAULT_START, SECOND } from '../../core/time.ts';
import { printDivergence, printStateDifference } from './diff-text.ts';

const sides = { left: 'a.jsonl', right: 'b.jsonl' };

test('objects of one side, of the other, and what differs', () => {
  const difference = {
    onlyLeft: [{ kind: CONFIG_MAP, key: 'default/x' }],
    onlyRight: [],
    changed: [
      { kind: SECRET, left: 'd/s', right: 'd/s', changes: [{ path: 'data.k', from: 'YQ==', to: 'Yg==' }] },
      { kind: CONFIG_MAP, left: 'd/a', right: 'd/b', changes: [{ path: 'data.k', from: '1', to: '2' }] },
    ],
    same: 7,
  };
  expect(printStateDifference(difference, sides)).toBe(`only in a.jsonl:
  configmap default/x
different, a.jsonl → b.jsonl:
  secret d/s
    data.k differs
  configmap d/a → d/b
    data.k 1 → 2
7 objects are the same
`);
});

test('where two histories part, each in its own time', () => {
  const left: LogRecord = {
    type: 'stimulus',
    rv: 9,
    t: DEFAULT_START + 60 * SECOND,
    cause: 1,
    actor: 'user',
    action: { op: 'cordon', node: 'node-1' },
  };
  const starts = { left: DEFAULT_START, right: 0 };
  expect(printDivergence({ common: 8, left, right: undefined }, sides, starts)).toBe(
    `the histories agree in 8 records, then part:
  a.jsonl: rv:9 at 1m0s cordon node/node-1
  b.jsonl: the history has ended
`,
  );
  expect(printDivergence(undefined, sides, starts)).toBe('the histories are the same\n');
});
