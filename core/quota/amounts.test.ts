import { expect, test } from 'vitest';
import { addQuantities, subtractQuantities } from '../quantity.ts';
import { addAmounts, exceededNames, increase } from './amounts.ts';
import { podAmounts } from './pod-amounts.ts';

test.each<[string | number, string | number, string]>([
  ['100m', '900m', '1'],
  ['1Gi', '1Gi', '2Gi'],
  ['1Gi', '1', '1073741825'],
  ['0', '1Gi', '1Gi'],
  ['1k', '1Ki', '2024'],
  ['512', '512', '1024'],
  ['1e3', '1', '1001'],
  ['1e3', '1e3', '2e3'],
  ['1n', '1n', '2n'],
  ['500Mi', '524Mi', '1Gi'],
  ['4Ei', '3Ei', '7Ei'],
  [1, '1', '2'],
])('%s + %s = %s', (a, b, sum) => {
  expect(addQuantities(a, b)).toBe(sum);
});

test('subtraction may go below zero; an increase does not', () => {
  expect(subtractQuantities('1Gi', '2Gi')).toBe('-1Gi');
  expect(increase({ cpu: '1', memory: '3Gi', pods: '1' }, { cpu: '2', memory: '1Gi' })).toEqual({
    cpu: '0',
    memory: '2Gi',
    pods: '1',
  });
});

test('sums have their names in order, and name what is too much', () => {
  const sum = addAmounts({ pods: '1', cpu: '1' }, { a: '1', cpu: '1' });
  expect(Object.entries(sum)).toEqual([
    ['a', '1'],
    ['cpu', '2'],
    ['pods', '1'],
  ]);
  expect(exceededNames(sum, { cpu: '1500m', pods: '1' })).toEqual(['cpu']);
});

test('a pod needs what its containers do at once, or its init containers one after the other', () => {
  const c = (cpu: string, more: object = {}) => ({ name: 'c', resources: { requests: { cpu } }, ...more });
  const sidecar = c('100m', { restartPolicy: 'Always' as const });
  const spec = { containers: [c('1'), c('1')], initContainers: [sidecar, c('2500m'), c('1')] };
  expect(podAmounts(spec, 'requests')).toEqual({ cpu: '2600m' });
  expect(podAmounts({ ...spec, initContainers: [sidecar] }, 'requests')).toEqual({ cpu: '2100m' });
  expect(podAmounts({ ...spec, overhead: { cpu: '1' } }, 'requests')).toEqual({ cpu: '3600m' });
  expect(podAmounts({ ...spec, resources: { requests: { cpu: '4' } } }, 'requests')).toEqual({ cpu: '4' });
  expect(podAmounts(spec, 'limits')).toEqual({});
});
