import { beforeEach, describe, expect, test } from 'vitest';
import type { EventRequest } from '../../controllers/controller.ts';
import type { Command, Result } from '../../core/api/command.ts';
import type { KubeObject } from '../../core/api/object.ts';
import { notFound } from '../../core/api/status.ts';
import { EVENT } from '../../core/kinds/registry.ts';
import type { Event } from '../../core/schema/types.generated.ts';
import { DEFAULT_START, MINUTE, type Micros, SECOND } from '../../core/time.ts';
import { EventRecorder } from './event-recorder.ts';

/** The Events as a server keeps them: by name. */
let stored: Map<string, Event>;
let recorder: EventRecorder;
let now: Micros;

function write(command: Command, _cause: unknown, done?: (result: Result) => void): void {
  if (command.verb === 'create') {
    const name = command.object.metadata.name ?? '';
    expect(stored.has(name)).toBe(false);
    stored.set(name, command.object as Event);
    done?.({ ok: true, object: command.object as KubeObject, rv: 1 });
    return;
  }
  if (command.verb !== 'patch') throw new Error(`an Event is never written with ${command.verb}`);
  const known = stored.get(command.name);
  if (known === undefined) {
    done?.({ ok: false, status: notFound(EVENT, command.name) });
    return;
  }
  const next = command.change(known as unknown as KubeObject) as unknown as Event;
  stored.set(command.name, next);
  done?.({ ok: true, object: next as unknown as KubeObject, rv: 1 });
}

function record(message: string, more: Partial<EventRequest> = {}, podName = 'web'): void {
  const regarding = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: podName, namespace: 'shop', uid: podName, resourceVersion: '1', creationTimestamp: '' },
  };
  recorder.record(
    { verb: 'event', regarding, eventType: 'Warning', reason: 'BackOff', message, ...more },
    { rv: 1 },
    now,
  );
}

/** `count × message` of the Events that are stored, in the order of their first time. */
function told(): readonly string[] {
  return [...stored.values()].map(
    ({ count, series, message }) => `${series?.count ?? count ?? '-'} × ${message}`,
  );
}

beforeEach(() => {
  stored = new Map();
  recorder = new EventRecorder('kubelet', 'node-1', write);
  now = DEFAULT_START;
});

describe('v1 Events', () => {
  test('a repeat is counted in the Event that there is', () => {
    record('a');
    now += 5 * SECOND;
    record('a');
    record('b');
    expect(told()).toEqual(['2 × a', '1 × b']);
    expect([...stored.values()][0]).toMatchObject({
      metadata: { namespace: 'shop', name: expect.stringMatching(/^web\.[0-9a-f]{16}$/) },
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:05Z',
      source: { component: 'kubelet', host: 'node-1' },
      involvedObject: { kind: 'Pod', name: 'web', namespace: 'shop', uid: 'web' },
    });
  });

  test('another reason, type, container or object is another Event', () => {
    record('a');
    record('a', { reason: 'Failed' });
    record('a', { eventType: 'Normal' });
    record('a', { fieldPath: 'spec.containers{c}' });
    record('a', {}, 'other');
    expect(told()).toEqual(Array(5).fill('1 × a'));
  });

  test('from ten similar ones on they are told as one', () => {
    for (let n = 1; n <= 12; n += 1) record(`try ${n}`);
    expect(told()).toEqual([
      ...Array.from({ length: 9 }, (_, n) => `1 × try ${n + 1}`),
      '3 × (combined from similar events): try 12',
    ]);
  });

  test('similar ones that are more than ten minutes apart are not', () => {
    for (let n = 1; n <= 12; n += 1) {
      record(`try ${n}`);
      now += 11 * MINUTE;
    }
    expect(told()).toHaveLength(12);
  });

  test('an object that floods is heard 25 times, then once in five minutes; what was dropped is counted', () => {
    for (let n = 0; n < 100; n += 1) record('a');
    expect(told()).toEqual(['25 × a']);
    now += 5 * MINUTE;
    record('a');
    expect(told()).toEqual(['101 × a']);
    // Another object has its own measure.
    record('a', {}, 'other');
    expect(told()).toHaveLength(2);
  });

  test('an Event that is gone, or was never written, is written whole with its count', () => {
    record('a');
    stored.clear();
    record('a');
    expect(told()).toEqual(['2 × a']);
    for (let n = 0; n < 30; n += 1) record('b');
    stored.clear();
    record('c');
    now += 10 * MINUTE;
    record('c');
    expect(told()).toEqual(['2 × c']);
  });

  test('a crash forgets the counts', () => {
    record('a');
    recorder.forget();
    record('a');
    expect(told()).toEqual(['1 × a', '1 × a']);
  });

  test('names are never the same, even at one moment', () => {
    for (let n = 0; n < 5; n += 1) record(`${n}`);
    expect(stored.size).toBe(5);
  });
});

describe('Events of events.k8s.io/v1', () => {
  const action = { action: 'Scheduling' };

  test('a repeat begins a series, which is written once; after six quiet minutes another Event begins', () => {
    record('a', action);
    record('a', action);
    record('a', action);
    expect(told()).toEqual(['2 × a']);
    now += 7 * MINUTE;
    record('a', action);
    expect(told()).toEqual(['2 × a', '- × a']);
  });
});
