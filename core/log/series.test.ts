import { expect, test } from 'vitest';
import { parseSeries, type Series, seriesName } from './series.ts';

test.each<[string, Series]>([
  ['service/shop/web/latency-p99', { subject: 'service', key: 'shop/web', measure: 'latency-p99' }],
  ['node/general-1/cpu', { subject: 'node', key: 'general-1', measure: 'cpu' }],
  ['cluster/cost', { subject: 'cluster', key: '', measure: 'cost' }],
])('%s', (name, series) => {
  expect(parseSeries(name)).toEqual(series);
  expect(seriesName(series.subject, series.key, series.measure)).toBe(name);
});
