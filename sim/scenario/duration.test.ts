import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../core/time.ts';
import { formatDuration, parseDuration } from './duration.ts';

describe('a duration', () => {
  test.each([
    ['90s', 90 * SECOND],
    ['5m30s', 5 * MINUTE + 30 * SECOND],
    ['2h', 2 * HOUR],
    ['1.5h', 90 * MINUTE],
    ['1.1h', 66 * MINUTE],
    ['250ms', 250_000],
    ['1d', 24 * HOUR],
    ['7us', 7],
    ['0', 0],
    ['12', 12 * SECOND],
    [12, 12 * SECOND],
    [0.5, 500_000],
  ])('%s', (value, duration) => {
    expect(parseDuration(value)).toEqual({ duration });
  });

  test.each([
    ['-5m', `a duration can't be negative, got "-5m"`],
    [-5, `a duration can't be negative, got -5`],
    ['5x', 'expected a duration such as 90s, 5m30s or 1.5h (a plain number is seconds), got "5x"'],
    ['', 'expected a duration such as 90s, 5m30s or 1.5h (a plain number is seconds), got ""'],
    ['5m 30s', 'expected a duration such as 90s, 5m30s or 1.5h (a plain number is seconds), got "5m 30s"'],
    [Number.NaN, 'expected at most 36500d, got NaN'],
    ['99999999h', 'expected at most 36500d, got 99999999h'],
  ])('refused: %s', (value, error) => {
    expect(parseDuration(value)).toEqual({ error });
  });

  test.each([
    [0, '0s'],
    [90 * SECOND, '1m30s'],
    [2 * HOUR, '2h'],
    [41 * MINUTE + 2_310_000, '41m2.31s'],
    [7, '0.000007s'],
    [-SECOND, '-1s'],
  ])('%s is written as %s', (duration, text) => {
    expect(formatDuration(duration)).toBe(text);
    if (duration >= 0) expect(parseDuration(text)).toEqual({ duration });
  });
});
