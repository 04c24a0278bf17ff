import { expect, describe as group, test } from 'vitest';
import { parseRfc3339 } from '../../core/time.ts';
import { TestCluster, type TestObject } from '../../sim/scenario/testing/test-cluster.ts';
import { describe } from './describe.ts';
import { objects } from './testing/objects.ts';

const now = parseRfc3339('2026-11-24T12:00:00Z')!;

/** A stored object has no nulls: the API drops them as absent. */
function stored(object: TestObject): TestObject {
  return JSON.parse(JSON.stringify(object), (_key, value: unknown) => value ?? undefined) as TestObject;
}

const cluster = new TestCluster();
for (const object of objects) cluster.put(stored(object), now);

const GOLDEN: readonly (readonly [string, readonly string[]])[] = [
  ['pods', ['pods']],
  ['deployment', ['deploy', 'web']],
  ['replica-set', ['rs', 'one']],
  ['stateful-set', ['sts', 'db']],
  ['job', ['job', 'j']],
  ['cron-job', ['cj', 'nightly']],
  ['service', ['svc', 'web']],
  ['endpoint-slices', ['endpointslices']],
  ['node', ['node', 'node-1']],
  ['namespace', ['ns', 'default']],
  ['config-map', ['cm', 'cm']],
  ['secret', ['secret', 's']],
  ['service-accounts', ['sa']],
  ['autoscalers', ['hpa']],
  ['quota-and-limits', ['quota,limits']],
  ['generic', ['csidriver', 'drv']],
];

group('describe', () => {
  test.each(GOLDEN)('lays out %s as kubectl does', async (name, words) => {
    const { out, err, failed } = describe(cluster.state, now, words, {});
    expect({ err, failed }).toEqual({ err: '', failed: false });
    await expect(out).toMatchFileSnapshot(`golden/${name}.txt`);
  });

  test('takes the beginning of a name', () => {
    const { out } = describe(cluster.state, now, ['pod', 'web-'], {});
    expect(out.match(/^Name: +web-[12]$/gm)).toHaveLength(2);
  });

  test('leaves out events on request', () => {
    const { out } = describe(cluster.state, now, ['pod', 'web-1'], { showEvents: false });
    expect(out).not.toContain('Events:');
  });

  test('tells of a name that is none', () => {
    expect(describe(cluster.state, now, ['pod', 'nope'], {})).toEqual({
      out: '',
      err: 'Error from server (NotFound): pods "nope" not found\n',
      failed: true,
    });
  });

  test('tells where there is nothing', () => {
    const { err, failed } = describe(cluster.state, now, ['pods'], { namespace: 'empty' });
    expect({ err, failed }).toEqual({ err: 'No resources found in empty namespace.\n', failed: false });
  });

  test('shows no control characters to a terminal', () => {
    const evil = new TestCluster();
    const annotations = { evil: '\u001b[2J' };
    evil.put(
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'default', annotations } },
      now,
    );
    expect(describe(evil.state, now, ['cm'], {}).out).not.toContain('\u001b');
  });
});
