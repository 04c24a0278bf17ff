import { describe, expect, test } from 'vitest';
import type { Pod, PodStatus } from '../../schema/types.generated.ts';
import { parseRfc3339, SECOND } from '../../time.ts';
import { isPodActive, isPodAvailable, isPodReady, isPodTerminating } from './status.ts';

const since = '2026-01-01T00:00:10Z';
const at = parseRfc3339(since)!;

function pod(status: PodStatus, deletionTimestamp?: string): Pod {
  const metadata = { name: 'p', uid: 'u', resourceVersion: '1', creationTimestamp: since };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: deletionTimestamp === undefined ? metadata : { ...metadata, deletionTimestamp },
    spec: { containers: [] },
    status,
  };
}

const ready = pod({
  phase: 'Running',
  conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: since }],
});
const unready = pod({ phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] });

describe('a pod', () => {
  test('is ready by its condition', () => {
    expect(isPodReady(ready)).toBe(true);
    expect(isPodReady(unready)).toBe(false);
    expect(isPodReady(pod({}))).toBe(false);
  });

  test('is available once it was ready long enough', () => {
    expect(isPodAvailable(ready, 0, at)).toBe(true);
    expect(isPodAvailable(ready, 30, at + 30 * SECOND - 1)).toBe(false);
    expect(isPodAvailable(ready, 30, at + 30 * SECOND)).toBe(true);
    expect(isPodAvailable(unready, 0, at)).toBe(false);
  });

  test('is active until it ended or is being deleted', () => {
    expect(isPodActive(ready)).toBe(true);
    expect(isPodActive(pod({ phase: 'Failed' }))).toBe(false);
    expect(isPodActive(pod({ phase: 'Running' }, since))).toBe(false);
    expect(isPodTerminating(pod({ phase: 'Running' }, since))).toBe(true);
  });
});
