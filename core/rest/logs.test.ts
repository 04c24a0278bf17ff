import { describe, expect, test } from 'vitest';
import type { Pod } from '../schema/types.generated.ts';
import { DEFAULT_START, MINUTE, SECOND } from '../time.ts';
import { formatLines, logsOf, selectLines } from './logs.ts';

const NOW = DEFAULT_START + 3 * MINUTE + 5 * SECOND;

function pod(status: object, spec: object = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default' },
    spec: { nodeName: 'n', containers: [{ name: 'c', image: 'web:1' }], ...spec },
    status: { containerStatuses: [{ name: 'c', ...status }] },
  } as unknown as Pod;
}

const RUNNING = { state: { running: { startedAt: '2026-01-01T00:00:05Z' } } };
const CRASHED = {
  exitCode: 137,
  reason: 'OOMKilled',
  startedAt: '2026-01-01T00:00:05Z',
  finishedAt: '2026-01-01T00:01:30Z',
};

function text(of: Pod, query: Readonly<Record<string, string>> = {}): string {
  const logs = logsOf(of, query, NOW);
  return logs.ok ? formatLines(selectLines(logs.lines, query, NOW), query) : logs.status.message;
}

describe('logs', () => {
  test('tell the life of a container that runs', () => {
    expect(text(pod(RUNNING))).toBe('c started, image web:1\nc up 1m\nc up 2m\nc up 3m\n');
  });

  test('tell how it ended, and what was before', () => {
    const restarted = pod({ ...RUNNING, lastState: { terminated: CRASHED } });
    expect(text(restarted, { previous: 'true' })).toBe(
      'c started, image web:1\nc up 1m\nc ended with exit code 137 (OOMKilled)\n',
    );
    // In back-off the run before is what there is.
    const waiting = pod({
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: CRASHED },
    });
    expect(text(waiting)).toContain('ended with exit code 137');
  });

  test.each([
    ['tailLines', '1', 'c up 3m\n'],
    ['tailLines', '0', ''],
    ['sinceSeconds', '70', 'c up 2m\nc up 3m\n'],
    ['sinceTime', '2026-01-01T00:03:00Z', 'c up 3m\n'],
    ['limitBytes', '9', 'c started'],
    ['timestamps', 'true', '2026-01-01T00:00:05.000000Z c started, image web:1\n'],
  ])('%s=%s', (name, value, expected) => {
    expect(text(pod(RUNNING), { [name]: value }).startsWith(expected)).toBe(true);
    if (name !== 'timestamps' && expected !== '')
      expect(text(pod(RUNNING), { [name]: value })).toBe(expected);
  });

  test.each([
    ['a container that is not there', pod(RUNNING), { container: 'x' }, 'container x is not valid for pod p'],
    [
      'one of several',
      pod(RUNNING, { containers: [{ name: 'c' }, { name: 'd' }] }),
      {},
      'a container name must be specified for pod p, choose one of: [c d]',
    ],
    [
      'a pod without a node',
      pod(RUNNING, { nodeName: undefined }),
      {},
      'pod p does not have a host assigned',
    ],
    [
      'a container that waits',
      pod({ state: { waiting: { reason: 'ContainerCreating' } } }),
      {},
      'container "c" in pod "p" is waiting to start: ContainerCreating',
    ],
    [
      'an image that is not there',
      pod({ state: { waiting: { reason: 'ErrImagePull' } } }),
      {},
      'container "c" in pod "p" is waiting to start: trying and failing to pull image',
    ],
    [
      'a run before the first',
      pod(RUNNING),
      { previous: 'true' },
      'previous terminated container "c" in pod "p" not found',
    ],
  ])('%s is refused', (_name, of, query, message) => {
    expect(text(of, query)).toBe(message);
  });
});
