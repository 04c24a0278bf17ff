import { describe, expect, test } from 'vitest';
import { DEFAULT_START, rfc3339, rfc3339Micro, SECOND } from '../../core/time.ts';
import { TestCluster, type TestObject } from '../../sim/scenario/testing/test-cluster.ts';
import { type EventsOptions, events } from './events.ts';

const now = DEFAULT_START + 60 * SECOND;

function event(name: string, fields: object, namespace = 'default'): TestObject {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: { kind: 'Pod', name: 'web-1', namespace },
    type: 'Normal',
    ...fields,
  };
}

function at(second: number): string {
  return rfc3339(DEFAULT_START + second * SECOND);
}

const cluster = new TestCluster();
const scheduled = rfc3339Micro(DEFAULT_START + 5 * SECOND);
const repeated = { firstTimestamp: at(10), lastTimestamp: at(50), count: 3, type: 'Warning' };
for (const one of [
  event('a', { reason: 'BackOff', message: 'again\n', ...repeated }),
  event('b', { reason: 'Scheduled', message: 'assigned', eventTime: scheduled }),
  event('c', {
    reason: 'Pulled',
    message: 'pulled',
    firstTimestamp: at(20),
    lastTimestamp: at(20),
    count: 1,
  }),
  event('d', { reason: 'Other', message: 'm', lastTimestamp: at(1) }, 'kube-system'),
]) {
  cluster.put(one, now);
}

function show(options: EventsOptions): ReturnType<typeof events> {
  return events(cluster.state, now, options);
}

describe('events', () => {
  test('stand in the order in which they were last seen, repeats with their count', () => {
    expect(show({}).out).toBe(
      [
        'LAST SEEN           TYPE      REASON      OBJECT      MESSAGE',
        '55s                 Normal    Scheduled   Pod/web-1   assigned',
        '40s                 Normal    Pulled      Pod/web-1   pulled',
        '10s (x3 over 50s)   Warning   BackOff     Pod/web-1   again',
        '',
      ].join('\n'),
    );
  });

  test('are chosen by object and by type', () => {
    expect(show({ for: 'pod/web-1', types: ['warning'], noHeaders: true }).out).toMatch(/^10s .*again\n$/);
    expect(show({ for: 'pod/other' }).err).toBe('No events found in default namespace.\n');
    expect(show({ allNamespaces: true }).out).toMatch(/^NAMESPACE {5}LAST SEEN/);
  });

  test.each<[EventsOptions, string]>([
    [{ types: ['Bad'] }, 'valid --types are Normal or Warning'],
    [{ for: 'pods' }, '--for must be in resource/name form'],
    [{ for: 'foo/x' }, 'resource type "foo"'],
  ])('%j is refused', (options, text) => {
    expect(show(options)).toMatchObject({ out: '', failed: true, err: expect.stringContaining(text) });
  });
});
