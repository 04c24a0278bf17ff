import { expect, test } from 'vitest';
import { HOUR, MILLISECOND, MINUTE, SECOND } from '../../core/time.ts';
import { numberText } from '../series/number-text.ts';
import { axisMarks, shortTimeText, timeText } from './time-axis.ts';
import { yamlLines } from './yaml-lines.ts';

test('times since the start', () => {
  expect([0, SECOND, 90 * SECOND, 5 * MINUTE, HOUR, 2 * HOUR + 62 * SECOND].map(timeText)).toEqual([
    '0s',
    '1s',
    '1m30s',
    '5m',
    '1h00m',
    '2h01m02s',
  ]);
  expect(timeText(5 * MINUTE + 45 * SECOND + 14 * MILLISECOND)).toBe('5m45.014s');
  expect(shortTimeText(5 * MINUTE + 45 * SECOND + 14 * MILLISECOND)).toBe('5m45s');
  expect(shortTimeText(250 * MILLISECOND)).toBe('0.250s');
});

test('marks of an axis are round, and far enough apart', () => {
  expect(axisMarks(0, 30 * MINUTE, 0, 700).map(timeText)).toEqual([
    '0s',
    '5m',
    '10m',
    '15m',
    '20m',
    '25m',
    '30m',
  ]);
  expect(axisMarks(1000, 1000 + 6 * HOUR, 1000, 700).map((t) => timeText(t - 1000))).toContain('3h00m');
  expect(axisMarks(0, 3 * SECOND, 0, 700).length).toBeLessThan(10);
});

test('numbers in the units of the series', () => {
  expect(numberText(23, 'count')).toBe('23');
  expect(numberText(120_500, 'rate')).toBe('121/s');
  expect(numberText(1_500, 'rate')).toBe('1.5/s');
  expect(numberText(30_000_000_000, 'rate')).toBe('30M/s');
  expect(numberText(950, 'micros')).toBe('950 µs');
  expect(numberText(12_340, 'micros')).toBe('12.3 ms');
  expect(numberText(2 * SECOND, 'micros')).toBe('2 s');
  expect(numberText(2500, 'milli-cpu')).toBe('2.5');
  expect(numberText(1.5 * 1024 ** 3, 'bytes')).toBe('1.5 GiB');
  expect(numberText(4_030_000, 'money')).toBe('4.03');
});

test('an object as YAML, with what has changed', () => {
  const before = { kind: 'Pod', metadata: { name: 'web', labels: { app: 'web' } }, list: [1, { a: 'x' }] };
  const object = {
    kind: 'Pod',
    metadata: { name: 'web', labels: { app: 'web', tier: 'true' }, gone: undefined },
    list: [1, { a: 'y', b: [] }],
    empty: {},
  };
  const text = yamlLines(object, before).map(
    ({ depth, text: line, isChanged }) => `${isChanged ? '*' : ' '}${'  '.repeat(depth)}${line}`,
  );
  expect(text).toEqual([
    ' kind: Pod',
    ' metadata:',
    '   name: web',
    '   labels:',
    '     app: web',
    '*    tier: "true"',
    ' list:',
    ' - 1',
    '*- a: y',
    '*  b: []',
    '*empty: {}',
  ]);
  expect(yamlLines(object, undefined).some(({ isChanged }) => isChanged)).toBe(false);
  expect(yamlLines({ a: '<img src=x onerror=alert(1)>', b: 'two\nlines' }, undefined)).toMatchObject([
    { text: 'a: "<img src=x onerror=alert(1)>"' },
    { text: 'b: "two\\nlines"' },
  ]);
});
