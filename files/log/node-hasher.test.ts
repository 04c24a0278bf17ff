import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { NewHasher } from '../../core/log/hash.ts';
import { newPureHasher } from '../../core/log/hash.ts';
import { newNodeHasher } from './node-hasher.ts';

function hash(newHasher: NewHasher, pieces: readonly string[]): string {
  const hasher = newHasher();
  for (const piece of pieces) hasher.update(piece);
  return hasher.digest();
}

test('both hashers give SHA-256 (FIPS 180-2, B.1: "abc")', () => {
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  expect(hash(newNodeHasher, ['a', 'bc'])).toBe(abc);
  expect(hash(newPureHasher, ['a', 'bc'])).toBe(abc);
});

test('both hashers agree on any text in any pieces, lone surrogates included', () => {
  const text = fc.string({ unit: 'binary', maxLength: 200 });
  fc.assert(
    fc.property(fc.array(fc.oneof(text, fc.constant('\ud800')), { maxLength: 5 }), (pieces) => {
      expect(hash(newPureHasher, pieces)).toBe(hash(newNodeHasher, pieces));
    }),
  );
});
