import { expect, test } from 'vitest';
import { base64OfText } from './base64.ts';

test.each(['', 'a', 'ab', 'abc', 'grüße €', '🌊 storm'])('%j', (text) => {
  expect(base64OfText(text)).toBe(Buffer.from(text, 'utf8').toString('base64'));
});
