import { expect, test } from 'vitest';
import { rankingOf, rankingVerdict } from './ranking.ts';
import type { MeasureReport } from './report.ts';

function measure(name: string, values: Readonly<Record<string, readonly number[]>>): MeasureReport {
  const policies = Object.entries(values).map(([policy, own]) => ({ policy, mean: 0, values: own }));
  return { measure: name, label: 'GPUs allocated', unit: '%', policies };
}

test('each pair is compared seed by seed', () => {
  const ranking = rankingOf('w', [
    measure('cpu/allocated', { a: [1], b: [2], c: [3] }),
    // Seeds differ far more than policies do.
    measure('gpu/allocated', { a: [10, 50, 90], b: [12, 53, 92], c: [12, 50, 93] }),
  ]);
  expect(ranking?.measure).toBe('gpu/allocated');
  expect(ranking?.policies.map(({ policy }) => policy)).toEqual(['b', 'c', 'a']);
  expect(ranking?.pairs.map(({ better, worse, differs }) => `${better} ${worse} ${differs}`)).toEqual([
    'b c false',
    'b a true',
    'c a false',
  ]);
  expect(ranking?.pairs[1]?.difference).toMatchObject({ low: 2, high: 3 });
  expect(rankingVerdict(ranking!)).toBe('by GPUs allocated: b ~ c ~ a');
});

test('what is always more comes before', () => {
  const ranking = rankingOf('w', [measure('cpu/allocated', { a: [1, 2], b: [5, 6], c: [3, 4] })]);
  expect(rankingVerdict(ranking!)).toBe('by GPUs allocated: b > c > a');
});

test('two policies have no ranking, and one seed no verdict', () => {
  expect(rankingOf('w', [measure('gpu/allocated', { a: [1], b: [2] })])).toBeUndefined();
  expect(rankingOf('w', [measure('nodes/mean', { a: [1], b: [2], c: [3] })])).toBeUndefined();
  const one = rankingOf('w', [measure('gpu/allocated', { a: [1], b: [2], c: [3] })]);
  expect(one?.pairs.some(({ differs }) => differs)).toBe(false);
});
