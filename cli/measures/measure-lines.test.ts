import { expect, test } from 'vitest';
import type { Measures } from '../../sim/measures/measure.ts';
import { measureLines, percent } from './measure-lines.ts';

function table(values: Readonly<Record<string, number>>): Measures {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, unit: '' }]));
}

test('only what tells of something is shown', () => {
  expect(measureLines(table({ 'deployment/default/web/availability': 1, 'pods/lost': 0 }))).toEqual([]);
});

test('the worst come first', () => {
  const measures = table({
    'deployment/shop/a/availability': 0.9,
    'deployment/shop/a/outages': 2,
    'deployment/shop/a/recovery-max': 62.5,
    'deployment/shop/b/availability': 0.5,
    'deployment/shop/b/outages': 1,
    'deployment/shop/b/recovery-max': 600,
    'deployment/shop/c/availability': 0.99,
    'deployment/shop/d/availability': 0.999,
    'pods/lost': 5,
    'pods/lost/node': 3,
    'pods/lost/oom': 2,
    'requests/total': 12_345.4,
    'requests/error-ratio': 0.00123,
    'cluster/cost': 1.234,
    'nodes/mean': 4.25,
  });
  expect(measureLines(measures)).toEqual([
    'availability b 50.00 % (an outage of 10m0s), a 90.00 % (2 outages, longest 1m2.500s), c 99.00 %, and 1 more',
    'pods lost    5: 3 with their node, 2 out of memory',
    'requests     12,345, 0.12 % failed',
    'cost         1.23 for 4.3 nodes on average',
  ]);
});

test('almost all is not all', () => {
  expect([0, 0.5, 0.99999, 1].map(percent)).toEqual(['0 %', '50.00 %', '99.99 %', '100 %']);
});
