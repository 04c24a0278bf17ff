import { describe, expect, test } from 'vitest';
import type {
  Controller,
  Reaction,
  Reconciliation,
  Request,
  RequestResult,
} from '../../controllers/controller.ts';
import type { KubeObject } from '../../core/api/object.ts';
import { ApiServer } from '../../core/api/server.ts';
import { CONFIG_MAP, NAMESPACE } from '../../core/kinds/registry.ts';
import { Journal } from '../../core/log/journal.ts';
import type { EventRecord } from '../../core/log/record.ts';
import type { View } from '../../core/store/view.ts';
import { MILLISECOND, type Micros, SECOND } from '../../core/time.ts';
import { Kernel } from '../kernel/kernel.ts';
import { randomStream } from '../random/keyed.ts';
import { ControllerProcess, type ProcessSettings } from './process.ts';
import { WatchStream } from './watch-stream.ts';

const SETTINGS: ProcessSettings = {
  qps: 0,
  burst: 1,
  requestLatency: 3 * MILLISECOND,
  watchDelay: MILLISECOND,
  events: false,
};

type Reconcile = (view: View, key: string, memory: unknown, now: Micros) => Reconciliation<unknown>;

/** A controller of namespaces whose reducer a test gives. */
function controllerOf(reconcile: Reconcile, more: Partial<Controller> = {}): Controller {
  return {
    name: 'test-controller',
    component: 'test',
    workers: 1,
    watches: [{ kind: NAMESPACE, keys: ({ object }) => [object.metadata.name] }],
    reconcile,
    ...more,
  };
}

function world(controllers: readonly Controller[], settings: Partial<ProcessSettings> = {}) {
  const kernel = new Kernel(0);
  const journal = new Journal();
  const server = new ApiServer(journal, randomStream(1, 'api').draw);
  const stream = new WatchStream(journal);
  const records: EventRecord[] = [];
  journal.subscribe((record) => {
    if (record.type === 'event' && record.actor !== 'user') records.push(record);
  });
  journal.stimulus(0, 0, 'scenario', { op: 'scenario' });
  const process = new ControllerProcess(kernel, server, stream, 'test', controllers, {
    ...SETTINGS,
    ...settings,
  });
  const asUser = (
    kind: typeof NAMESPACE | typeof CONFIG_MAP,
    metadata: object,
    rest: object = {},
  ): KubeObject => {
    const object = { apiVersion: kind.apiVersion, kind: kind.kind, metadata, ...rest } as never;
    const result = server.execute(
      { verb: 'create', kind, object },
      { now: kernel.now, actor: 'user', cause: 1 },
    );
    if (!result.ok) throw new Error(result.status.message);
    return result.object;
  };
  return {
    kernel,
    server,
    process,
    records,
    namespace: (name: string) => asUser(NAMESPACE, { name }),
    configMap: (namespace: string, name: string) => asUser(CONFIG_MAP, { namespace, name }),
    /** `verb key @milliseconds because of cause` of what the controllers wrote. */
    story: () =>
      records.map(({ verb, key, t, cause }) => `${verb} ${key} @${t / MILLISECOND} because of ${cause}`),
  };
}

function makeMap(
  namespace: string,
  name: string,
  options: { concurrent?: boolean; tag?: string } = {},
): Request {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name } };
  return { verb: 'create', kind: CONFIG_MAP, object, ...options };
}

describe('the requests of a reconciliation', () => {
  test('go out one at a time: each after the answer to the one before', () => {
    const it = world([
      controllerOf((_view, key) => ({
        requests: ['a', 'b', 'c'].map((name) => makeMap(key, name)),
        memory: undefined,
      })),
    ]);
    it.namespace('n');
    it.process.start({ rv: 1 });
    it.kernel.runUntil(SECOND);
    expect(it.story()).toEqual([
      'create n/a @3 because of 1',
      'create n/b @6 because of 1',
      'create n/c @9 because of 1',
    ]);
  });

  test('that are concurrent go out together, and those after them wait for all', () => {
    const it = world([
      controllerOf((_view, key) => ({
        requests: [
          ...['a', 'b', 'c'].map((name) => makeMap(key, name, { concurrent: true })),
          makeMap(key, 'd'),
        ],
        memory: undefined,
      })),
    ]);
    it.namespace('n');
    it.process.start({ rv: 1 });
    it.kernel.runUntil(SECOND);
    expect(it.records.map(({ key, t }) => `${key} @${t / MILLISECOND}`)).toEqual([
      'n/a @3',
      'n/b @3',
      'n/c @3',
      'n/d @6',
    ]);
  });

  test('after a failure nothing more is sent, and the key comes back with back-off', () => {
    const tries: number[] = [];
    const it = world([
      controllerOf((_view, key, _memory, now) => {
        tries.push(now / MILLISECOND);
        return {
          requests: [makeMap(key, 'taken'), makeMap(key, `never-${tries.length}`)],
          memory: undefined,
        };
      }),
    ]);
    it.namespace('n');
    it.configMap('n', 'taken');
    it.process.start({ rv: 1 });
    it.kernel.runUntil(60 * MILLISECOND);
    // 3 ms for the answer, then 5, 10, 20 ms.
    expect(tries).toEqual([0, 8, 21, 44]);
    expect(it.records).toEqual([]);
  });

  test('a conflict: the stale copy is refused, and the next try has the newer one from the cache', () => {
    const it = world(
      [
        controllerOf((view, key) => {
          const map = view.get(CONFIG_MAP, key, 'c');
          if (map === undefined || map.metadata.labels?.done === 'yes')
            return { requests: [], memory: undefined };
          const object = { ...map, metadata: { ...map.metadata, labels: { done: 'yes' } } };
          return { requests: [{ verb: 'update', kind: CONFIG_MAP, object }], memory: undefined };
        }),
      ],
      { watchDelay: 10 * MILLISECOND },
    );
    it.namespace('n');
    it.configMap('n', 'c');
    it.process.start({ rv: 1 });
    // Somebody else writes while the request is under way.
    const change = (map: KubeObject): KubeObject => ({ ...map, data: { a: '1' } }) as never;
    const where = { verb: 'patch', kind: CONFIG_MAP, namespace: 'n', name: 'c', change } as const;
    it.server.execute(where, { now: it.kernel.now, actor: 'user', cause: 1 });
    it.kernel.runUntil(SECOND);
    expect(it.server.state.get(CONFIG_MAP, 'n', 'c')).toMatchObject({
      data: { a: '1' },
      metadata: { labels: { done: 'yes' } },
    });
    // Refused at 3 and at 8 + 3 ms, since the cache is ten late; then served.
    expect(it.story()).toEqual(['update n/c @24 because of 1']);
  });

  test('a deletion of what is gone is done', () => {
    const tries: number[] = [];
    const it = world([
      controllerOf((_view, key, _memory, now) => {
        tries.push(now);
        return {
          requests: [
            { verb: 'delete', kind: CONFIG_MAP, namespace: key, name: 'gone' },
            makeMap(key, 'next'),
          ],
          memory: undefined,
        };
      }),
    ]);
    it.namespace('n');
    it.process.start({ rv: 1 });
    it.kernel.runUntil(SECOND);
    expect([tries.length, it.records.length]).toEqual([1, 1]);
  });

  test('each result comes back to the reducer, which may send more, stop, and remember', () => {
    const onResult = (memory: unknown, { request, result }: RequestResult): Reaction<unknown> => {
      const seen = `${memory ?? ''}${request.tag}${result.ok ? '' : '!'} `;
      if (request.tag === 'a') return { memory: seen, requests: [makeMap('n', 'extra', { tag: 'extra' })] };
      if (request.tag === 'b') return { memory: seen, stop: true };
      return { memory: seen };
    };
    let last: unknown;
    const it = world([
      controllerOf(
        (_view, key, memory) => {
          last = memory;
          if (memory !== undefined) return { requests: [], memory };
          const requests = ['a', 'b', 'c'].map((tag) => makeMap(key, tag, { tag }));
          return { requests, memory: undefined, requeueAfter: 100 * MILLISECOND };
        },
        { onResult },
      ),
    ]);
    it.namespace('n');
    it.process.start({ rv: 1 });
    it.kernel.runUntil(SECOND);
    expect(it.records.map(({ key }) => key)).toEqual(['n/a', 'n/extra', 'n/b']);
    expect(last).toBe('a extra b ');
  });

  test('a controller that goes on for ever is stopped with its name', () => {
    const requests = Array.from({ length: 100_001 }, () => makeMap('n', 'x', { concurrent: true }));
    const it = world([controllerOf(() => ({ requests, memory: undefined }))]);
    it.namespace('n');
    it.process.start({ rv: 1 });
    expect(() => it.kernel.runUntil(SECOND)).toThrow('test-controller made more than 100000 requests for n');
  });
});

describe('workers and queues', () => {
  test('as many keys at once as there are workers', () => {
    const controller = controllerOf((_view, key) => ({ requests: [makeMap(key, 'a')], memory: undefined }), {
      workers: 2,
    });
    const it = world([controller]);
    for (const name of ['n1', 'n2', 'n3']) it.namespace(name);
    it.process.start({ rv: 1 });
    it.kernel.runUntil(SECOND);
    expect(it.records.map(({ key, t }) => `${key} @${t / MILLISECOND}`)).toEqual([
      'n1/a @3',
      'n2/a @3',
      'n3/a @6',
    ]);
    expect(it.process.isIdle).toBe(true);
  });

  test('a timer’s turn has the cause and the reason of what set it', () => {
    const it = world([
      controllerOf((_view, key, memory) =>
        memory === undefined
          ? { requests: [], memory: 1, requeueAfter: SECOND, requeueReason: 'a second has passed' }
          : { requests: [makeMap(key, 'a')], memory },
      ),
    ]);
    it.process.start({ rv: 1 });
    it.namespace('n');
    it.kernel.runUntil(2 * SECOND);
    expect(it.records).toMatchObject([{ key: 'n/a', cause: 2, reason: 'a second has passed', t: 1_004_000 }]);
  });

  test('each controller has a client of its own; one may say that it is more generous', () => {
    const many = (name: string, more: Partial<Controller>): Controller =>
      controllerOf(
        (_view, key) => ({
          requests: Array.from({ length: 6 }, (_, n) => makeMap(key, `${name}-${n}`)),
          memory: undefined,
        }),
        { name, ...more },
      );
    const it = world([many('plain', {}), many('generous', { clientScale: { qps: 10, burst: 2 } })], {
      qps: 10,
      burst: 2,
    });
    it.namespace('n');
    it.process.start({ rv: 1 });
    it.kernel.runUntil(2 * SECOND);
    const times = (actor: string) =>
      it.records.filter((record) => record.actor === actor).map(({ t }) => t / MILLISECOND);
    expect(times('plain')).toEqual([3, 6, 103, 203, 303, 403]);
    expect(times('generous')).toEqual([3, 6, 9, 12, 15, 23]);
  });
});

describe('a crash', () => {
  const counting = (seen: string[]): Controller =>
    controllerOf((view, key, memory, now) => {
      const turn = typeof memory === 'number' ? memory + 1 : 1;
      seen.push(`${key} turn ${turn} @${now / MILLISECOND}`);
      const known = view.get(CONFIG_MAP, key, 'made') !== undefined;
      return { requests: known ? [] : [makeMap(key, 'made')], memory: turn, requeueAfter: 100 * MILLISECOND };
    });

  test('loses memory, queue and timers; after the restart everything is listed anew', () => {
    const seen: string[] = [];
    const it = world([counting(seen)]);
    it.namespace('n');
    it.process.start({ rv: 1 });
    it.kernel.runUntil(150 * MILLISECOND);
    it.process.crash();
    expect(it.process.running).toBe(false);
    it.namespace('missed');
    it.kernel.runUntil(SECOND);
    const before = seen.length;
    it.process.start({ rv: 2 });
    it.kernel.runUntil(SECOND + 50 * MILLISECOND);
    expect(seen.slice(0, before)).toEqual(['n turn 1 @0', 'n turn 2 @103']);
    expect(seen.slice(before)).toEqual(['missed turn 1 @1000', 'n turn 1 @1003']);
    expect(it.process.cache.count(NAMESPACE)).toBe(2);
  });

  test('a request under way arrives, and its answer is nobody’s', () => {
    const seen: string[] = [];
    const it = world([counting(seen)]);
    it.namespace('n');
    it.process.start({ rv: 1 });
    it.kernel.runUntil(MILLISECOND);
    it.process.crash();
    it.kernel.runUntil(2 * MILLISECOND);
    it.process.start({ rv: 2 });
    it.kernel.runUntil(50 * MILLISECOND);
    // The new life did not know of it when it sent its own: refused, and tried again after 5 ms.
    expect(it.story()).toEqual(['create n/made @3 because of 1']);
    expect(seen).toEqual(['n turn 1 @0', 'n turn 1 @2', 'n turn 2 @10']);
  });

  test('starting what runs already changes nothing', () => {
    const seen: string[] = [];
    const it = world([counting(seen)]);
    it.namespace('n');
    it.process.start({ rv: 1 });
    it.process.start({ rv: 1 });
    it.kernel.runUntil(50 * MILLISECOND);
    expect(seen).toEqual(['n turn 1 @0']);
  });
});
