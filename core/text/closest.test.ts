import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { closest, editDistance } from './closest.ts';

describe('the word that was probably meant', () => {
  const fields = ['image', 'imagePullPolicy', 'name', 'ports', 'resources', 'livenessProbe', 'lifecycle'];

  test.each([
    ['imagee', 'image'],
    ['Image', 'image'],
    ['imgae', 'image'],
    ['port', 'ports'],
    ['resource', 'resources'],
    ['livenesprobe', 'livenessProbe'],
    ['imagepullpolicy', 'imagePullPolicy'],
  ])('%s -> %s', (word, meant) => {
    expect(closest(word, fields)).toBe(meant);
  });

  test.each(['x', 'replicas', 'volumeMounts', ''])('nothing is near "%s"', (word) => {
    expect(closest(word, fields)).toBeUndefined();
  });

  test('of equally near words the first in order wins, whatever the order of the candidates', () => {
    expect(closest('bat', ['hat', 'cat'])).toBe('cat');
    expect(closest('bat', ['cat', 'hat'])).toBe('cat');
  });
});

describe('edit distance', () => {
  test('counts insertions, deletions, replacements and swaps of neighbours', () => {
    expect(editDistance('kitten', 'sitting', 9)).toBe(3);
    expect(editDistance('ab', 'ba', 9)).toBe(1);
    expect(editDistance('', 'abc', 9)).toBe(3);
  });

  property.prop([fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), fc.nat(5)])(
    'is symmetric, and a limit only ever cuts it off',
    (a, b, limit) => {
      const whole = editDistance(a, b, 99);
      expect(editDistance(b, a, 99)).toBe(whole);
      expect(editDistance(a, b, limit)).toBe(Math.min(whole, limit + 1));
    },
  );
});
