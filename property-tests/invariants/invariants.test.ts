import { describe, expect, test } from 'vitest';
import { CLUSTER } from '../testing/examples-of-cluster.ts';
import { DEPLOYMENTS } from '../testing/examples-of-deployments.ts';
import { JOBS } from '../testing/examples-of-jobs.ts';
import { PODS } from '../testing/examples-of-pods.ts';
import { History } from '../testing/history.ts';
import { INVARIANTS } from './list.ts';

const EXAMPLES = { ...DEPLOYMENTS, ...PODS, ...CLUSTER, ...JOBS };

test('every invariant has examples', () => {
  expect(Object.keys(EXAMPLES).sort()).toEqual(INVARIANTS.map(({ name }) => name).sort());
});

describe.each(INVARIANTS)('$name', (invariant) => {
  const examples = EXAMPLES[invariant.name] ?? [];

  test('is told apart by its examples', () => {
    const broken = examples.filter(({ wrong }) => wrong !== undefined);
    expect([broken.length > 0, broken.length < examples.length]).toEqual([true, true]);
  });

  test.each(examples)('$about', ({ make, wrong, atRest }) => {
    const history = new History(invariant);
    make(history);
    const found = atRest === true ? [...history.violations, ...history.unrest] : history.violations;
    if (wrong === undefined) expect(found).toEqual([]);
    else expect(found.join('\n')).toMatch(wrong);
  });
});
