import { describe, expect, test } from 'vitest';
import { DEFAULT_START, MINUTE, SECOND } from '../../core/time.ts';
import { ExpectationChecker } from './expectations.ts';
import type { Expectation } from './scenario.ts';
import { TestCluster, type TestObject } from './testing/test-cluster.ts';

function web(available: number, ready = available): TestObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: { replicas: 3 },
    status: { availableReplicas: available, readyReplicas: ready },
  };
}

const other: TestObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'other', namespace: 'default' },
};

type Step = readonly [at: number, available: number | 'gone' | 'other'];

/** Runs the steps (`at` in seconds) for ten minutes, and says what the expectation came to. */
function check(expectation: Expectation, steps: readonly Step[], end = 10 * MINUTE) {
  const cluster = new TestCluster();
  const checker = new ExpectationChecker([expectation], DEFAULT_START);
  for (const [seconds, change] of steps) {
    const at = DEFAULT_START + seconds * SECOND;
    const record =
      change === 'gone'
        ? cluster.remove(web(0), at)
        : change === 'other'
          ? cluster.put(other, at)
          : cluster.put(web(change), at);
    checker.observe(record, cluster.state, at);
  }
  const [result] = checker.finish(cluster.state, DEFAULT_START + end);
  return result;
}

function always(expression: string, times: { from?: number; until?: number } = {}): Expectation {
  return { type: 'always', name: 'a', expression, ...times };
}

function eventually(expression: string, times: { after?: number; within?: number } = {}): Expectation {
  return { type: 'eventually', name: 'e', expression, after: 0, ...times };
}

const TWO = 'available(deployment/web) >= 2';

describe('always', () => {
  test('begins with the first moment at which it holds', () => {
    expect(
      check(always(TWO), [
        [1, 0],
        [2, 1],
        [3, 2],
        [90, 3],
      ]),
    ).toEqual({
      name: 'a',
      ok: true,
      message: 'held from 3s to 10m',
    });
  });

  test('fails at the first moment at which it does not, once', () => {
    expect(
      check(always(TWO), [
        [1, 2],
        [100, 1],
        [110, 3],
        [120, 0],
      ]),
    ).toEqual({
      name: 'a',
      ok: false,
      message: 'available(deployment/web) was 1, expected >= 2, first at 1m40s after event 2',
      failedAt: DEFAULT_START + 100 * SECOND,
      rv: 2,
    });
  });

  test('that never held has failed', () => {
    expect(
      check(always(TWO), [
        [1, 0],
        [2, 1],
      ])?.message,
    ).toBe(`${TWO} was never true: available(deployment/web) was 1 at the end`);
    expect(check(always(TWO), [])?.message).toBe(
      `${TWO} was never true: available(deployment/web) was unknown (no such object) at the end`,
    );
  });

  test('fails when the object goes away', () => {
    expect(
      check(always(TWO), [
        [1, 2],
        [5, 'gone'],
      ])?.message,
    ).toBe(
      'available(deployment/web) was unknown (no such object), expected >= 2, first at 5s after event 2',
    );
  });

  test('from: what came before does not count, what holds at that moment does', () => {
    expect(
      check(always(TWO, { from: 10 * SECOND }), [
        [1, 0],
        [9, 2],
        [20, 2],
      ])?.ok,
    ).toBe(true);
    expect(
      check(always(TWO, { from: 10 * SECOND }), [
        [1, 0],
        [20, 2],
      ]),
    ).toMatchObject({
      ok: false,
      message: 'available(deployment/web) was 0, expected >= 2, first at 10s after event 1',
      failedAt: DEFAULT_START + 10 * SECOND,
    });
    expect(check(always(TWO, { from: 10 * SECOND }), [[1, 0]])?.ok).toBe(false);
    expect(check(always(TWO, { from: 10 * SECOND }), [[10, 2]])?.ok).toBe(true);
  });

  test('until: what comes then does not count', () => {
    expect(
      check(always(TWO, { until: 60 * SECOND }), [
        [1, 2],
        [60, 0],
      ]),
    ).toMatchObject({
      ok: true,
      message: 'held from 1s to 1m',
    });
    expect(
      check(always(TWO, { until: 60 * SECOND }), [
        [1, 2],
        [59, 0],
      ])?.ok,
    ).toBe(false);
    expect(
      check(always(TWO, { until: 60 * SECOND }), [
        [1, 0],
        [70, 2],
      ])?.ok,
    ).toBe(false);
  });

  test('a window that the run does not reach has failed', () => {
    expect(check(always(TWO, { from: 20 * MINUTE }), [[1, 2]])).toMatchObject({
      ok: false,
      message: 'not looked at: the run ended at 10m, before 20m',
    });
  });

  test('shows every part of a longer expression', () => {
    expect(
      check(always('ready(deployment/web) == desired(deployment/web)'), [
        [1, 3],
        [4, 2],
      ])?.message,
    ).toBe(
      'ready(deployment/web) == desired(deployment/web) did not hold: ready(deployment/web) was 2, desired(deployment/web) was 3, first at 4s after event 2',
    );
  });
});

describe('eventually', () => {
  test('holds at one moment', () => {
    expect(
      check(eventually(TWO), [
        [1, 0],
        [5, 2],
        [6, 0],
      ]),
    ).toEqual({
      name: 'e',
      ok: true,
      message: 'true at 5s, after event 2',
    });
  });

  test('within: counted from after', () => {
    const window = { after: 60 * SECOND, within: 30 * SECOND };
    expect(
      check(eventually(TWO, window), [
        [1, 0],
        [90, 2],
      ])?.ok,
    ).toBe(true);
    expect(
      check(eventually(TWO, window), [
        [1, 0],
        [91, 2],
      ]),
    ).toEqual({
      name: 'e',
      ok: false,
      message: `${TWO} was not true by 1m30s, when available(deployment/web) was 0`,
      failedAt: DEFAULT_START + 90 * SECOND,
      rv: 1,
    });
    expect(
      check(eventually(TWO, window), [
        [1, 2],
        [59, 0],
      ])?.ok,
    ).toBe(false);
  });

  test('what has held since before counts', () => {
    expect(
      check(eventually(TWO, { after: 60 * SECOND }), [
        [1, 2],
        [90, 0],
      ])?.message,
    ).toBe('true at 1m, after event 1');
    expect(check(eventually(TWO, { after: 60 * SECOND }), [[1, 2]])?.ok).toBe(true);
  });

  test('fails at the end of the run', () => {
    expect(check(eventually(TWO, { within: 20 * MINUTE }), [[1, 0]])).toMatchObject({
      ok: false,
      message: `${TWO} was not true before the run ended at 10m: available(deployment/web) was 0 at the end`,
    });
  });

  test('follows the clock where the expression does', () => {
    const old: Expectation = eventually('age(deployment/web) > 30s');
    const cluster = new TestCluster();
    const checker = new ExpectationChecker([old], DEFAULT_START);
    const created = {
      ...web(1),
      metadata: { ...web(1).metadata, creationTimestamp: '2026-01-01T00:00:00Z' },
    };
    checker.observe(cluster.put(created, DEFAULT_START), cluster.state, DEFAULT_START);
    const later = DEFAULT_START + 31 * SECOND;
    checker.observe(cluster.put(other, later), cluster.state, later);
    expect(checker.finish(cluster.state, later)[0]?.message).toBe('true at 31s, after event 2');
  });
});

test('an expression that was never checked is a defect', () => {
  expect(() => new ExpectationChecker([always('ready(')], DEFAULT_START)).toThrow("can't be read");
});

describe('what is measured', () => {
  /** Samples of requests and errors a second of a Service, and what an expectation of them came to. */
  function measured(expectation: Expectation, samples: readonly (readonly [number, string, number])[]) {
    const cluster = new TestCluster();
    const checker = new ExpectationChecker([expectation], DEFAULT_START);
    checker.observe(cluster.put(other, DEFAULT_START), cluster.state, DEFAULT_START);
    samples.forEach(([seconds, measure, value], index) => {
      const t = DEFAULT_START + seconds * SECOND;
      const series = `service/default/web/${measure}`;
      const record = { type: 'sample', rv: 100 + index, t, cause: 1, series, value } as const;
      checker.observe(record, cluster.state, t);
    });
    return checker.finish(cluster.state, DEFAULT_START + 10 * MINUTE)[0];
  }

  const crash = [
    [60, 'requests', 120_000],
    [60, 'latency-p99', 80_000],
    [120, 'errors', 40_000],
    [165, 'errors', 0],
  ] as const;

  test('is looked at when it changes', () => {
    const result = measured(always('errorRate(service/web) < 0.1', { from: 0 }), crash);
    expect(result).toMatchObject({ ok: false, failedAt: DEFAULT_START + 120 * SECOND, rv: 102 });
    const { message } = result!;
    expect(message).toBe(
      'errorRate(service/web) was 0.3333333333333333, expected < 0.1, first at 2m after event 102',
    );
  });

  test.each([
    ['requests(service/web) == 120', true],
    ['errors(service/web) == 40', true],
    ['latency(service/web, p99) == 80ms', true],
    ['latency(service/web, p50) < 1h', false],
    ['requests(service/default/other) > 0', false],
  ])('%s is %s at some time', (expression, ok) => {
    expect(measured(eventually(expression), crash)?.ok).toBe(ok);
  });
});
