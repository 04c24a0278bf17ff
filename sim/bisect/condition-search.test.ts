import { describe, expect, test } from 'vitest';
import { DEFAULT_START, SECOND } from '../../core/time.ts';
import { compileCondition } from '../scenario/expression/expression.ts';
import { TestCluster, type TestObject } from '../scenario/testing/test-cluster.ts';
import { ConditionSearch, type SearchOptions } from './condition-search.ts';

function deployment(available: number): TestObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: { replicas: 3 },
    status: { availableReplicas: available },
  };
}

/** The available replicas of one Deployment, a second apart; where the condition turned, as its place. */
function placeOf(
  text: string,
  available: readonly number[],
  options: Partial<SearchOptions> = {},
): number | undefined {
  const compiled = compileCondition(text);
  if (!compiled.ok) throw new Error(compiled.message);
  const search = new ConditionSearch(compiled.expression, { not: false, after: 0, ...options });
  const cluster = new TestCluster();
  for (const [place, count] of available.entries()) {
    search.observe(cluster.put(deployment(count), DEFAULT_START + place * SECOND), cluster.state);
  }
  return search.turn === undefined ? undefined : search.turn.record.rv - 1;
}

const available = 'available(deployment/web)';

describe('the search for a condition', () => {
  test.each([
    ['finds where it first holds', `${available} == 2`, [0, 1, 2, 3, 2], {}, 2],
    ['at the very first event', `${available} < 2`, [0, 1, 2], {}, 0],
    ['not where it holds again', `${available} < 3`, [0, 3, 3, 2, 3, 2], {}, 0],
    [
      'a turn after a time, though it held before',
      `${available} < 3`,
      [0, 3, 3, 2, 3, 2],
      { after: DEFAULT_START + 1 * SECOND },
      3,
    ],
    ['where it ceases to hold, having held', `${available} >= 2`, [0, 1, 2, 3, 1, 3], { not: true }, 4],
    ['nothing where it never holds', `${available} > 3`, [0, 1, 2, 3], {}, undefined],
    ['nothing where it never ceases', `${available} >= 0`, [0, 1, 2], { not: true }, undefined],
    ['what is unknown does not hold', 'available(deployment/other) >= 0', [0, 1], {}, undefined],
  ])('%s', (_name, text, counts, options, place) => {
    expect(placeOf(text, counts, options)).toBe(place);
  });

  test('is not a search by halves: a short turn between two long states is found', () => {
    const counts = [...Array<number>(200).fill(3), 2, ...Array<number>(200).fill(3)];
    expect(placeOf(`${available} == 2`, counts)).toBe(200);
  });
});
