import { expect, test } from 'vitest';
import { DEFAULT_START, HOUR, MINUTE, SECOND } from '../core/time.ts';
import { formatVirtualTime, parseMoment } from './time.ts';

test.each([
  ['5m30s', { type: 'time', t: DEFAULT_START + 330 * SECOND }],
  ['90', { type: 'time', t: DEFAULT_START + 90 * SECOND }],
  ['2026-01-01T00:05:30Z', { type: 'time', t: DEFAULT_START + 330 * SECOND }],
  ['2026-01-01T01:05:30+01:00', { type: 'time', t: DEFAULT_START + 330 * SECOND }],
  ['rv:1234', { type: 'rv', rv: 1234 }],
])('%s is a moment', (text, moment) => {
  expect(parseMoment(text, DEFAULT_START)).toEqual({ ok: true, moment });
});

test.each(['', 'soon', 'rv:x', '-5m', '2025-12-31T23:59:59Z'])('%j is none', (text) => {
  expect(parseMoment(text, DEFAULT_START)).toMatchObject({ ok: false, error: expect.any(String) });
});

test.each([
  [0, '0s'],
  [42_250_000, '42.250s'],
  [5 * MINUTE, '5m0s'],
  [5 * MINUTE + 30_250_000, '5m30.250s'],
  [HOUR + 2 * MINUTE + 30_000_125, '1h2m30.000125s'],
  [-SECOND, '-1s'],
])('%i µs since the start is %s', (span, text) => {
  expect(formatVirtualTime(span)).toBe(text);
});
