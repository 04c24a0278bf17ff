import { expect, test } from 'vitest';
import type { LogRecord } from '../../core/log/record.ts';
import { State } from '../../core/store/state.ts';
import { MINUTE, SECOND } from '../../core/time.ts';
import { drawn } from '../arbitraries/draw.ts';
import { scenario } from '../arbitraries/scenario.ts';
import { runCase } from '../campaign/case.ts';
import { mutantControllers } from '../mutants/list.ts';
import { History } from '../testing/history.ts';
import { node } from '../testing/objects.ts';
import { InvariantChecker } from './checker.ts';
import { eventuallyStable } from './eventually-stable.ts';
import { INVARIANTS } from './list.ts';

test.each(['terminating-endpoint-ready', 'stale-cache-no-expectations'])(
  'what is found as records are appended is what is found in the whole log: %s',
  (mutant) => {
    let found = 0;
    for (let seed = 1; seed <= 6 || found === 0; seed += 1) {
      const plain = drawn(scenario, seed);
      const { cluster } = plain;
      const kubernetes = { ...cluster.kubernetes, mutants: [mutant] };
      const records: LogRecord[] = [];
      const { failures } = runCase(
        { ...plain, cluster: { ...cluster, kubernetes } },
        { controllers: mutantControllers(kubernetes), sinks: [(record) => records.push(record)] },
      );
      const state = new State();
      const checker = new InvariantChecker(INVARIANTS);
      for (const record of records) {
        if (record.type === 'event') state.apply(record);
        checker.observe(record, state);
      }
      expect(checker.finish(state, records.at(-1)?.t ?? 0)).toEqual(failures);
      found += failures.length;
    }
    expect(found).toBeGreaterThan(0);
  },
);

test('an object breaks a rule once, however often it does', () => {
  const history = new History(eventuallyStable);
  history.put('user', node('n1', {}, false));
  const { checker, state } = history;
  const later = 1e18;
  checker.finish(state, later);
  expect(checker.finish(state, later)).toHaveLength(1);
});

test('rest is asked for when the last disturbance is long ago, and never while a fault goes on', () => {
  const start = new History(eventuallyStable);
  start.stimulus({ op: 'cordon', node: 'n1' });
  const { lastDisturbance } = start.checker;
  expect(start.checker.isDue(lastDisturbance + 7 * MINUTE)).toBe(false);
  expect(start.checker.isDue(lastDisturbance + 8 * MINUTE)).toBe(true);
  start.stimulus({ op: 'fault', fault: 'node-crash', for: 30 * SECOND });
  expect(start.checker.isDue(lastDisturbance + 8 * MINUTE)).toBe(false);
  expect(start.checker.isDue(lastDisturbance + 8 * MINUTE + 30 * SECOND)).toBe(true);
  start.stimulus({ op: 'fault', fault: 'node-crash' });
  expect(start.checker.isDue(Number.MAX_SAFE_INTEGER)).toBe(false);
});
