import { describe, expect, test } from 'vitest';
import { canonicalBase64 } from './base64-text.ts';
import { canonicalQuantity } from './quantity-text.ts';
import { canonicalMicroTime, canonicalTime } from './time-text.ts';

describe('quantities come back as the API server writes them', () => {
  test.each([
    ['0', '0'],
    ['00', '0'],
    ['1', '1'],
    ['100m', '100m'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['0.5', '500m'],
    ['.5', '500m'],
    ['5.', '5'],
    ['1000', '1k'],
    ['1025', '1025'],
    ['2048', '2048'],
    ['100000000', '100M'],
    ['1024Mi', '1Gi'],
    ['1048576Ki', '1Gi'],
    ['1000Ki', '1000Ki'],
    ['1.5Gi', '1536Mi'],
    ['0.5Ki', '512'],
    ['0.3Ki', '307200m'],
    ['1e3', '1e3'],
    ['12E6', '12e6'],
    ['1E', '1E'],
    ['-5m', '-5m'],
    [' 3 ', '3'],
    ['0.1m', '100u'],
    ['0.0000000001', '1n'],
    ['1e-999', '1e-9'],
    ['9223372036854775808', '9223372036854775807'],
    ['1e999', '9223372036854775807'],
    ['16Ei', '9223372036854775807'],
  ])('%s -> %s', (input, text) => {
    expect(canonicalQuantity(input)).toEqual({ text });
  });

  test('a canonical text stays as it is', () => {
    for (const input of ['1536Mi', '307200m', '100u', '1e-9', '9223372036854775807', '12e6', '-1Gi']) {
      expect(canonicalQuantity(input)).toEqual({ text: input });
    }
  });

  test.each(['', 'ten', '10x', '10 Gi', '1,5'])('"%s" is of another form', (input) => {
    expect(canonicalQuantity(input)).toEqual({
      error: "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    });
  });

  test('a wrong unit, a wrong number, an endless one', () => {
    expect(canonicalQuantity('10km')).toEqual({ error: "unable to parse quantity's suffix" });
    expect(canonicalQuantity('1.2.3')).toEqual({ error: 'unable to parse numeric part of quantity' });
    expect(canonicalQuantity('9'.repeat(100_000))).toHaveProperty('error');
    expect(canonicalQuantity(`1e${'9'.repeat(200)}`)).toEqual({ text: '9223372036854775807' });
  });
});

describe('times come back in UTC', () => {
  test.each([
    ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'],
    ['2026-01-01T00:00:00.999Z', '2026-01-01T00:00:00Z'],
    ['2026-01-01T01:30:00+01:30', '2026-01-01T00:00:00Z'],
    ['2025-12-31T19:00:00-05:00', '2026-01-01T00:00:00Z'],
    ['2024-02-29T12:00:00Z', '2024-02-29T12:00:00Z'],
  ])('%s -> %s', (input, text) => {
    expect(canonicalTime(input)).toEqual({ text });
  });

  test.each([
    ['soon', 'parsing time "soon" as "2006-01-02T15:04:05Z07:00": cannot parse "soon" as "2006"'],
    ['2026-01-01', 'parsing time "2026-01-01" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T"'],
    [
      '2026-01-01T00:00:00',
      'parsing time "2026-01-01T00:00:00" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "Z07:00"',
    ],
    ['2026-13-01T00:00:00Z', 'parsing time "2026-13-01T00:00:00Z": month out of range'],
    ['2025-02-29T00:00:00Z', 'parsing time "2025-02-29T00:00:00Z": day out of range'],
    ['2026-01-01T24:00:00Z', 'parsing time "2026-01-01T24:00:00Z": hour out of range'],
    ['2026-01-01T00:00:00Zulu', 'parsing time "2026-01-01T00:00:00Zulu": extra text: "ulu"'],
  ])('%s is none', (input, error) => {
    expect(canonicalTime(input)).toEqual({ error });
  });

  test('a time with microseconds has exactly six decimals', () => {
    expect(canonicalMicroTime('2026-01-01T01:00:00.000123+01:00')).toEqual({
      text: '2026-01-01T00:00:00.000123Z',
    });
    expect(canonicalMicroTime('2026-01-01T00:00:00Z')).toEqual({
      error:
        'parsing time "2026-01-01T00:00:00Z" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "Z" as ".000000"',
    });
  });
});

describe('base64', () => {
  test('standard, padded; line breaks are passed over', () => {
    expect(canonicalBase64('aGVs\nbG8=')).toEqual({ text: 'aGVsbG8=' });
    expect(canonicalBase64('')).toEqual({ text: '' });
  });

  test('names the first byte that is none', () => {
    expect(canonicalBase64('pass word')).toEqual({ error: 'illegal base64 data at input byte 4' });
    expect(canonicalBase64('aGVsbG8')).toEqual({ error: 'illegal base64 data at input byte 4' });
  });
});
