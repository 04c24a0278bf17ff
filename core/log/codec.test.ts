import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../api/object.ts';
import type { Kind } from '../kinds/kind.ts';
import { CONFIG_MAP, DEPLOYMENT, NODE, POD } from '../kinds/registry.ts';
import { DEFAULT_START, rfc3339, SECOND } from '../time.ts';
import { LogDecoder } from './decoder.ts';
import type { EncoderOptions } from './encoder.ts';
import { LogEncoder } from './encoder.ts';
import type { PlacedObject } from './format.ts';
import type { LogRecord } from './record.ts';

const HEADER = { version: '0.1.0', start: DEFAULT_START, seed: 7, scenario: 'test' };

function encode(records: readonly LogRecord[], options: Partial<EncoderOptions> = {}): string {
  let text = '';
  const encoder = new LogEncoder(HEADER, {
    write: (piece) => {
      text += piece;
    },
    ...options,
  });
  for (const record of records) encoder.append(record);
  encoder.close();
  return text;
}

function decode(text: string): LogRecord[] {
  const records: LogRecord[] = [];
  const decoder = new LogDecoder({ onRecord: (record) => void records.push(record) });
  const lines = text.split('\n');
  const rest = lines.pop();
  for (const line of lines) decoder.feed(line);
  expect(decoder.finish(rest).tornTail).toBeUndefined();
  return records;
}

/** Makes the records of writes to objects, as the API server does. */
class Recorder {
  readonly records: LogRecord[] = [];
  readonly live = new Map<string, PlacedObject & { slot: number }>();
  #rv = 0;
  readonly #slots = new Map<Kind, number>();

  write(kind: Kind, key: string, fields: object | undefined, keepsVersion = false): void {
    this.#rv++;
    const place = `${kind.resource} ${key}`;
    const entry = this.live.get(place);
    const t = DEFAULT_START + this.#rv * SECOND;
    const head = {
      type: 'event',
      rv: this.#rv,
      t,
      cause: this.#rv - 1,
      reason: undefined,
      actor: 'test',
    } as const;
    if (fields === undefined) {
      if (entry === undefined) return;
      this.live.delete(place);
      const { slot, object: previous } = entry;
      this.records.push({ ...head, verb: 'delete', kind, slot, key, previous, next: undefined });
      return;
    }
    const [namespace, name] = key.includes('/') ? key.split('/') : [undefined, key];
    const given = (fields as { metadata?: object }).metadata;
    const next = {
      apiVersion: kind.apiVersion,
      kind: kind.kind,
      ...fields,
      metadata: {
        name,
        ...(namespace === undefined ? {} : { namespace }),
        uid: `uid-${this.#rv}`,
        creationTimestamp: rfc3339(t),
        ...given,
        resourceVersion: keepsVersion && entry ? entry.object.metadata.resourceVersion : String(this.#rv),
      },
    } as unknown as KubeObject;
    const previous = entry?.object;
    const slot = entry?.slot ?? this.#slots.get(kind) ?? 0;
    if (entry === undefined) this.#slots.set(kind, slot + 1);
    this.live.set(place, { kind, key, slot, object: next });
    this.records.push({ ...head, verb: entry ? 'update' : 'create', kind, slot, key, previous, next });
  }
}

const weirdKey = fc.oneof(
  fc.constantFrom(
    '@',
    '=',
    'v',
    'd',
    '__proto__',
    'constructor',
    'toString',
    'spec',
    'labels',
    'nodeName',
    '10',
    '9',
  ),
  fc.string({ unit: 'grapheme', maxLength: 4 }),
);
const { data } = fc.letrec((tie) => ({
  data: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constantFrom(null, true, false, 0, -0, 1.5, -1e300, '', 'a', '"\\\n\u2028\ud800', 'x'.repeat(80)),
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.array(tie('data'), { maxLength: 5 }),
    // The same content twice, so that shared values are met.
    fc.record({ spec: fc.record({ containers: tie('data'), nodeName: tie('data') }), labels: tie('data') }),
    fc.dictionary(weirdKey, tie('data'), { maxKeys: 5 }),
  ),
}));
const fields = fc.dictionary(weirdKey, data, { maxKeys: 4, noNullPrototype: true });
const metadata = fc.dictionary(
  fc.oneof(
    fc.constantFrom('labels', 'annotations', '@', '__proto__', 'finalizers'),
    fc.string({ maxLength: 3 }),
  ),
  data,
  { maxKeys: 4, noNullPrototype: true },
);
const KINDS_USED = [POD, NODE, CONFIG_MAP, DEPLOYMENT] as readonly Kind[];
const write = fc.record({
  kind: fc.constantFrom(...KINDS_USED),
  name: fc.constantFrom('a', 'b'),
  fields: fc.option(
    fc.tuple(fields, metadata).map(([other, meta]) => ({ ...other, metadata: meta })),
    { freq: 8 },
  ),
  keepsVersion: fc.boolean(),
  // Change the version before a little, sharing the rest, as most writes do.
  part: fc.option(fc.tuple(weirdKey, fc.option(data))),
});

function record(writes: readonly (typeof write extends fc.Arbitrary<infer W> ? W : never)[]): Recorder {
  const recorder = new Recorder();
  for (const { kind, name, fields: whole, keepsVersion, part } of writes) {
    const key = kind.namespaced ? `ns/${name}` : name;
    const before = recorder.live.get(`${kind.resource} ${key}`)?.object;
    const next =
      before === undefined || part === null ? whole : changed(before, part[0], part[1] ?? undefined);
    recorder.write(kind, key, next ?? undefined, keepsVersion);
  }
  return recorder;
}

function changed(object: KubeObject, key: string, value: unknown): object {
  const next = { ...object };
  Object.defineProperty(next, key, { value, enumerable: true, configurable: true, writable: true });
  return next;
}

describe('what goes into a log comes out of it', () => {
  test('for any data and any change of it', () => {
    fc.assert(
      fc.property(
        fc.array(write, { maxLength: 12 }),
        fc.integer({ min: 2, max: 9 }),
        (writes, blockLines) => {
          const { records } = record(writes);
          expect(decode(encode(records, { blockLines }))).toEqual(records);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('and its bytes depend on content alone: not on identity, nor on the order of keys', () => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 12 }), (writes) => {
        const text = encode(record(writes).records);
        // Decoded objects share what the written ones did not, and have their keys sorted.
        expect(encode(decode(text))).toBe(text);
      }),
      { numRuns: 200 },
    );
  });

  test('stimuli and samples', () => {
    const records: LogRecord[] = [
      {
        type: 'stimulus',
        rv: 1,
        t: DEFAULT_START,
        cause: 0,
        actor: 'scenario',
        action: { op: 'apply', '@': 1, objects: [{ z: 1, a: { '@': 4 } }] },
      },
      { type: 'sample', rv: 3, t: DEFAULT_START + 5, cause: 1, series: 'requests/web', value: 0.25 },
    ];
    const text = encode(records);
    expect(decode(text)).toEqual(records);
    expect(text).toContain(
      '{"rv":1,"t":0,"c":0,"a":"scenario","s":{"op":"apply","@":1,"objects":[{"z":1,"a":{"@":4}}]}}',
    );
    expect(text).toContain('{"rv":3,"t":5,"c":1,"m":"requests/web","x":0.25}');
  });

  test('what JSON has no form for is refused', () => {
    for (const value of [Number.NaN, 1n, [undefined]]) {
      const recorder = new Recorder();
      recorder.write(CONFIG_MAP, 'ns/a', { data: { value } });
      expect(() => encode(recorder.records)).toThrow(/JSON cannot/);
    }
  });
});

const template = {
  metadata: { labels: { app: 'web', 'pod-template-hash': '5d4f9c7b8d' } },
  spec: {
    containers: [{ name: 'web', image: 'registry.example/web:1', resources: { requests: { cpu: '100m' } } }],
    nodeName: undefined,
    restartPolicy: 'Always',
  },
};

interface PodLike extends KubeObject {
  readonly spec: { readonly containers: object; readonly nodeName?: string };
  readonly status: { readonly conditions: readonly object[] };
}

function lineOf(text: string, rv: number): string {
  return text.split('\n').find((line) => line.startsWith(`{"rv":${rv},`)) ?? '';
}

describe('a log is small', () => {
  const recorder = new Recorder();
  const pod = {
    metadata: { labels: template.metadata.labels },
    spec: template.spec,
    status: { conditions: [] },
  };
  recorder.write(POD, 'ns/web-1', pod);
  recorder.write(POD, 'ns/web-2', structuredClone(pod));
  const bound = {
    ...recorder.live.get('pods ns/web-2')!.object,
    spec: { ...template.spec, nodeName: 'node-1' },
  };
  recorder.write(POD, 'ns/web-2', bound);
  recorder.write(POD, 'ns/web-3', { ...pod, spec: { ...template.spec, nodeName: 'node-7' } });
  const condition = { type: 'Ready', status: 'False' };
  const other = { type: 'PodScheduled', status: 'True' };
  recorder.write(POD, 'ns/web-2', { ...bound, status: { conditions: [condition, other] } });
  recorder.write(POD, 'ns/web-2', {
    ...bound,
    status: { conditions: [{ ...condition, status: 'True' }, other] },
  });
  const text = encode(recorder.records);
  const [first, second, binding, third] = decode(text).map(
    (event) => 'next' in event && event.next,
  ) as PodLike[];

  test('equal specs and labels are written once, and are one object when read', () => {
    expect(lineOf(text, 1)).toContain('"labels":{"@":0,"v":{');
    expect(lineOf(text, 2)).toContain('"labels":{"@":0}');
    expect(lineOf(text, 2)).toContain('"spec":{"@":2}');
    expect(second!.spec).toBe(first!.spec);
    expect(second!.metadata.labels).toBe(first!.metadata.labels);
  });

  test('a bound pod shares all of its spec but the node', () => {
    expect(lineOf(text, 3)).toContain('"d":{"spec":{"nodeName":"node-1"}}}');
    expect(binding!.spec.containers).toBe(first!.spec.containers);
    expect(lineOf(text, 4)).toContain('"spec":{"@":2,"d":{"nodeName":"node-7"}}');
    expect(third!.spec.containers).toBe(first!.spec.containers);
  });

  test('one condition is written without the others', () => {
    expect(lineOf(text, 6)).toContain('"status":{"conditions":{"@":"[","d":{"0":{"status":"True"}}}}');
  });
});

describe('keyframes', () => {
  test('reading on from any keyframe comes to the same state and the same records', () => {
    fc.assert(
      fc.property(
        fc.array(write, { minLength: 6, maxLength: 20 }),
        fc.integer({ min: 2, max: 5 }),
        (writes, keyframeEvery) => {
          const recorder = record(writes);
          // Fold event by event, as the world does, so that a keyframe is of its own time.
          const live = new Map<string, PlacedObject>();
          let version = 0;
          let text = '';
          const encoder = new LogEncoder(HEADER, {
            write: (piece) => {
              text += piece;
            },
            blockLines: 3,
            snapshot: () => ({ version, objects: live.values() }),
          });
          for (const event of recorder.records) {
            if (event.type !== 'event') continue;
            const place = `${event.kind.resource} ${event.key}`;
            if (event.next === undefined) live.delete(place);
            else live.set(place, { kind: event.kind, key: event.key, object: event.next });
            version = event.rv;
            encoder.append(event);
            if (event.rv % keyframeEvery === 0) encoder.keyframe();
          }
          encoder.close();
          expect(decode(text)).toEqual(recorder.records);

          const lines = text.trimEnd().split('\n');
          lines.forEach((line, index) => {
            if (!line.startsWith('{"keyframe":')) return;
            const { keyframe } = JSON.parse(line);
            const records: LogRecord[] = [];
            const decoder = new LogDecoder({
              resume: { header: HEADER, line: index + 1, rv: keyframe },
              onRecord: (event) => void records.push(event),
            });
            for (const later of lines.slice(index)) decoder.feed(later);
            expect(decoder.finish().tornTail).toBeUndefined();
            const withoutSlots = (event: LogRecord) => ({ ...event, slot: 0 });
            expect(records.map(withoutSlots)).toEqual(
              recorder.records.filter((event) => event.rv > keyframe).map(withoutSlots),
            );
            const state = decoder.objects().map(({ kind, key, object }) => ({ kind, key, object }));
            const wanted = [...live.values()].sort((a, b) =>
              a.kind.index === b.kind.index ? (a.key < b.key ? -1 : 1) : a.kind.index - b.kind.index,
            );
            expect(state).toEqual(wanted.map(({ kind, key, object }) => ({ kind, key, object })));
          });
        },
      ),
      { numRuns: 100 },
    );
  });

  test('a snapshot that lacks the last event is a defect, and is told', () => {
    const recorder = new Recorder();
    recorder.write(NODE, 'a', {});
    for (let i = 0; i < 10; i++) recorder.write(NODE, 'a', { spec: { i } });
    const options = { keyframeEvery: 1, snapshot: () => ({ version: 0, objects: [] }) };
    expect(() => encode(recorder.records, options)).toThrow(/fold an event before it is appended/);
  });
});

test('values keep their meaning when more of them are shared than have numbers', () => {
  const recorder = new Recorder();
  for (let i = 0; i < 6000; i++) {
    recorder.write(CONFIG_MAP, `ns/c${i}`, { metadata: { labels: { unique: `label-of-some-length-${i}` } } });
    const again = `label-of-some-length-${(i * 7) % (i + 1)}`;
    recorder.write(CONFIG_MAP, `ns/d${i}`, { metadata: { labels: { unique: again } } });
  }
  const text = encode(recorder.records);
  expect(decode(text)).toEqual(recorder.records);
  expect(text.includes('{"@":4095,"v"')).toBe(true);
  expect(text.includes('{"@":4096')).toBe(false);
});
