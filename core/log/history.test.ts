import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../api/object.ts';
import type { Kind } from '../kinds/kind.ts';
import { CONFIG_MAP, NODE, POD } from '../kinds/registry.ts';
import type { HistoryEvent, WatchFilter } from './history.ts';
import { History, HistoryCursor, HistoryWatch } from './history.ts';
import type { EventRecord, LogRecord, Verb } from './record.ts';

function object(kind: Kind, key: string, rv: number): KubeObject {
  const [namespace, name] = key.includes('/') ? key.split('/') : [undefined, key];
  const metadata = { name, namespace, uid: key, resourceVersion: String(rv), creationTimestamp: '' };
  return { apiVersion: kind.apiVersion, kind: kind.kind, metadata } as KubeObject;
}

function event(
  rv: number,
  verb: Verb,
  kind: Kind,
  key: string,
  previous: KubeObject | undefined,
): EventRecord {
  const next = verb === 'delete' ? undefined : object(kind, key, rv);
  return {
    type: 'event',
    rv,
    t: rv,
    cause: 0,
    reason: undefined,
    actor: 'test',
    verb,
    kind,
    slot: 0,
    key,
    previous,
    next,
  };
}

function sample(rv: number): LogRecord {
  return { type: 'sample', rv, t: rv, cause: 0, series: 's', value: 1 };
}

function cursorSince(history: History, rv: number): HistoryCursor {
  const cursor = history.since(rv);
  if (cursor instanceof HistoryCursor) return cursor;
  throw new Error(cursor.message);
}

function watchFrom(history: History, rv: number, filter?: WatchFilter): HistoryWatch {
  const watch = history.watch(rv, filter);
  if (watch instanceof HistoryWatch) return watch;
  throw new Error(watch.message);
}

function restOf(cursor: HistoryCursor): (number | string)[] {
  const found: (number | string)[] = [];
  for (let record = cursor.next(); record !== undefined; record = cursor.next()) {
    if ('status' in record) return [...found, record.message];
    found.push(record.rv);
  }
  return found;
}

describe('History', () => {
  test('reads on from any number, with gaps and after compaction, as a plain filter would', () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 30 });
    fc.assert(
      fc.property(gaps, fc.nat(80), fc.nat(80), (steps, from, compactBefore) => {
        const history = new History();
        const numbers: number[] = [];
        for (const step of steps) {
          const rv = history.lastRv + step;
          history.append(sample(rv));
          numbers.push(rv);
        }
        history.compact(compactBefore);
        const kept = numbers.filter((rv) => rv >= compactBefore);
        expect(history.size).toBe(kept.length);
        for (const rv of numbers) expect(history.at(rv)?.rv).toBe(rv >= compactBefore ? rv : undefined);
        const cursor = history.since(from);
        if (cursor instanceof HistoryCursor) {
          expect(restOf(cursor)).toEqual(numbers.filter((rv) => rv > from));
        } else expect(from).toBeLessThan(Math.min(compactBefore - 1, history.lastRv));
      }),
    );
  });

  test('a reader goes on where it was when records come', () => {
    const history = new History();
    const cursor = cursorSince(history, 2);
    expect(cursor.next()).toBeUndefined();
    for (const rv of [1, 2, 3, 5]) history.append(sample(rv));
    expect(restOf(cursor)).toEqual([3, 5]);
    history.append(sample(6));
    expect(restOf(cursor)).toEqual([6]);
  });

  test('what was compacted is Expired, as the API server says it', () => {
    const history = new History();
    for (let rv = 1; rv <= 9; rv++) history.append(sample(rv));
    const late = cursorSince(history, 1);
    history.compact(6);
    const status = history.since(1);
    expect(status).toMatchObject({
      code: 410,
      reason: 'Expired',
      message: 'too old resource version: 1 (5)',
    });
    expect(restOf(cursorSince(history, 5))).toEqual([6, 7, 8, 9]);
    expect(restOf(late)).toEqual(['too old resource version: 1 (5)']);
  });

  test('numbers rise', () => {
    const history = new History();
    history.append(sample(2));
    expect(() => history.append(sample(2))).toThrow('record 2 comes after record 2: numbers of records rise');
  });
});

describe('a watch', () => {
  test('gives ADDED, MODIFIED, DELETED of its kind and namespace, and bookmarks past the rest', () => {
    const history = new History();
    const pod = object(POD, 'shop/web', 1);
    history.append(event(1, 'create', POD, 'shop/web', undefined));
    history.append(event(2, 'update', POD, 'shop/web', pod));
    history.append(event(3, 'create', POD, 'shop-2/web', undefined));
    history.append(event(4, 'create', NODE, 'shop', undefined));
    history.append(event(5, 'delete', POD, 'shop/web', pod));
    history.append(sample(6));
    const watch = watchFrom(history, 0, { kind: POD, namespace: 'shop' });
    const seen = [...watch];
    expect(seen.map(({ type, rv }) => [type, rv])).toEqual([
      ['ADDED', 1],
      ['MODIFIED', 2],
      ['DELETED', 5],
    ]);
    expect(seen[2]).toMatchObject({ object: { metadata: { name: 'web', resourceVersion: '5' } } });
    expect(watch.bookmark()).toEqual({ type: 'BOOKMARK', rv: 6 });
    expect([...watchFrom(history, 3)].map(({ rv }) => rv)).toEqual([4, 5]);
  });

  test('ends with an ERROR when compaction overtakes it', () => {
    const history = new History();
    for (let rv = 1; rv <= 4; rv++) history.append(event(rv, 'create', NODE, `n${rv}`, undefined));
    const watch = watchFrom(history, 0);
    watch.next();
    history.compact(4);
    expect(watch.next()).toMatchObject({
      type: 'ERROR',
      status: { code: 410, message: 'too old resource version: 1 (3)' },
    });
    expect(watch.next()).toBeUndefined();
  });

  test('a list and a watch from its version miss nothing and repeat nothing, however they interleave', () => {
    const step = fc.record({
      kind: fc.constantFrom<Kind[]>(POD as Kind, CONFIG_MAP as Kind, NODE as Kind),
      name: fc.constantFrom('a', 'b', 'c'),
      removes: fc.boolean(),
      /** Lists now, starting another watcher; pulls what there is for this many events. */
      lists: fc.boolean(),
      pulls: fc.nat(3),
      compacts: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const history = new History();
        const live = new Map<string, KubeObject>();
        const watchers: { watch: HistoryWatch; seen: Map<string, KubeObject>; read: number }[] = [];
        const place = (found: KubeObject) => `${found.kind} ${found.metadata.uid}`;
        const take = (seen: Map<string, KubeObject>, got: HistoryEvent) => {
          if (!('object' in got)) throw new Error(`unexpected ${got.type}`);
          const key = place(got.object);
          expect(seen.has(key)).toBe(got.type !== 'ADDED');
          if (got.type === 'DELETED') seen.delete(key);
          else seen.set(key, got.object);
        };
        for (const { kind, name, removes, lists, pulls, compacts } of steps) {
          if (lists) {
            watchers.push({
              watch: watchFrom(history, history.lastRv),
              seen: new Map(live),
              read: history.lastRv,
            });
          }
          const key = kind.namespaced ? `ns/${name}` : name;
          const previous = live.get(`${kind.kind} ${key}`);
          const verb = previous === undefined ? 'create' : removes ? 'delete' : 'update';
          const record = event(history.lastRv + 1, verb, kind, key, previous);
          history.append(record);
          if (record.next === undefined) live.delete(`${kind.kind} ${key}`);
          else live.set(place(record.next), record.next);
          for (const watcher of watchers) {
            for (let i = 0; i < pulls; i++) {
              const got = watcher.watch.next();
              if (got === undefined) break;
              take(watcher.seen, got);
              watcher.read = got.rv;
            }
          }
          // Compaction never overtakes a reader here: that is another test.
          if (compacts) history.compact(Math.min(history.lastRv, ...watchers.map(({ read }) => read)) + 1);
        }
        for (const { watch, seen } of watchers) {
          for (const got of watch) take(seen, got);
          expect(new Map([...seen].sort())).toEqual(new Map([...live].sort()));
        }
      }),
    );
  });
});
