import { describe, expect, test } from 'vitest';
import {
  compareQuantities,
  exactNanos,
  formatBytes,
  formatMilli,
  formatQuantity,
  formatWhole,
  milli,
  parseQuantity,
  whole,
} from './quantity.ts';

describe('quantities', () => {
  test.each([
    ['500m', 500, 1],
    ['1', 1000, 1],
    ['1500m', 1500, 2],
    ['0.1', 100, 1],
    ['100n', 1, 1],
    ['2Gi', 2147483648000, 2147483648],
    ['1e3', 1000000, 1000],
    ['-1500m', -1500, -2],
    [2, 2000, 2],
    [0.5, 500, 1],
  ])('%s is %i thousandths and %i whole', (text, thousandths, units) => {
    expect(milli(text)).toBe(thousandths);
    expect(whole(text)).toBe(units);
  });

  test('amounts beyond 2^53 stay exact as billionths', () => {
    expect(exactNanos('9007199254740993')).toBe(9007199254740993n * 10n ** 9n);
    expect(compareQuantities('9007199254740993', '9007199254740992')).toBe(1);
  });

  test('the format is that of the text', () => {
    expect(parseQuantity('2Gi')?.format).toBe('BinarySI');
    expect(parseQuantity('2k')?.format).toBe('DecimalSI');
    expect(parseQuantity('1e3')?.format).toBe('DecimalExponent');
    expect(parseQuantity('two')).toBeUndefined();
    expect(() => milli('two')).toThrow('"two" is no quantity');
  });

  test('canonical texts', () => {
    expect(formatQuantity('1000m')).toBe('1');
    expect(formatQuantity('1024Mi')).toBe('1Gi');
    expect(formatQuantity('0.5')).toBe('500m');
    expect([0, 250, 1000, 1_000_000].map(formatMilli)).toEqual(['0', '250m', '1', '1k']);
    expect([0, 999, 1000, 1500].map(formatWhole)).toEqual(['0', '999', '1k', '1500']);
    expect([0, 1000, 1024, 1536, 1 << 30].map(formatBytes)).toEqual(['0', '1k', '1Ki', '1536', '1Gi']);
  });
});
