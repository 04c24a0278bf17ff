import { expect, test } from 'vitest';
import { CONFIG_MAP } from '../kinds/registry.ts';
import { Journal } from './journal.ts';
import type { LogRecord } from './record.ts';

function event(journal: Journal, rv: number, cause: number): void {
  journal.event(rv, 5, cause, undefined, 'test', 'delete', CONFIG_MAP, 0, 'a/b', undefined, undefined);
}

test('every record takes the next number, whatever its type, and goes to each sink in order', () => {
  const journal = new Journal();
  const heard: string[] = [];
  const first = (record: LogRecord): void => void heard.push(`first ${record.type} ${record.rv}`);
  journal.subscribe(first);
  journal.subscribe((record) => void heard.push(`second ${record.type} ${record.rv}`));
  expect([journal.lastNumber, journal.nextNumber]).toEqual([0, 1]);
  journal.stimulus(5, 0, 'user', { op: 'apply' });
  event(journal, 2, 1);
  journal.unsubscribe(first);
  journal.sample(6, 2, 'requests', 3);
  expect(heard).toEqual([
    'first stimulus 1',
    'second stimulus 1',
    'first event 2',
    'second event 2',
    'second sample 3',
  ]);
  expect([journal.lastNumber, journal.nextNumber]).toEqual([3, 4]);
});

test('an event out of turn, or with a cause that is not before it, is a defect', () => {
  const journal = new Journal();
  expect(() => event(journal, 2, 0)).toThrow('event 2 was made out of turn: the next number is 1');
  expect(() => event(journal, 1, 1)).toThrow('event 1 names 1 as its cause, which is not before it');
  expect(journal.lastNumber).toBe(0);
});
