import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomStream } from './keyed.ts';

/** A change of these is a change of every run there ever was: a new format version, and a line in the changelog. */
test('the draws of every version are these', () => {
  const draws = [
    [1, 'api', '1', 'name'],
    [1, 'api', '2', 'name'],
    [1, 'kubelet', '1', 'name'],
    [2, 'api', '1', 'name'],
    [1, 'api', '1', 'uid-0'],
    [0, '', '', ''],
    [2 ** 40 + 1, 'api', '1', 'name'],
  ] as const;
  expect(
    draws.map(([seed, stream, entity, purpose]) => randomStream(seed, stream).draw(entity, purpose)),
  ).toEqual([2351397082, 3279196503, 4026973138, 170176657, 721682347, 2706307293, 3550207061]);
});

const text = fc.string({ maxLength: 12 });

test('a draw is a function of seed, stream, entity and purpose, whatever was drawn before', () => {
  fc.assert(
    fc.property(fc.nat(), text, text, text, fc.array(text), (seed, stream, entity, purpose, others) => {
      const used = randomStream(seed, stream);
      for (const other of others) used.draw(other, purpose);
      expect(used.draw(entity, purpose)).toBe(randomStream(seed, stream).draw(entity, purpose));
    }),
  );
});

test('unit and below are the draw on another scale', () => {
  fc.assert(
    fc.property(fc.nat(), text, fc.integer({ min: 1, max: 1_000_000 }), (seed, entity, bound) => {
      const stream = randomStream(seed, 's');
      const draw = stream.draw(entity, 'p');
      expect(Number.isInteger(draw) && draw >= 0 && draw < 2 ** 32).toBe(true);
      expect(stream.unit(entity, 'p')).toBe(draw / 2 ** 32);
      const below = stream.below(bound, entity, 'p');
      expect(Number.isInteger(below) && below >= 0 && below < bound).toBe(true);
    }),
  );
});

/** Chi square of counts that should be equal; its mean is the number of cells less one, its deviation √(2 × that). */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

const CELLS = 64;
/** Mean and six deviations: what chance passes about never, and these draws are the same in every run. */
const CHI_SQUARE_MAX = CELLS - 1 + 6 * Math.sqrt(2 * (CELLS - 1));

/** Names as they come in a run: they differ in one place. */
const FAMILIES: readonly (readonly [string, (n: number) => number])[] = [
  ['records one after the other', (n) => randomStream(1, 'api').draw(String(n), 'name')],
  ['nodes of a group', (n) => randomStream(1, 'kubelet').draw(`node-${n}`, 'start')],
  ['purposes of one entity', (n) => randomStream(1, 'kubelet').draw('node-1', `pull@${n}`)],
  ['seeds one after the other', (n) => randomStream(n, 'api').draw('1', 'name')],
  ['streams', (n) => randomStream(1, `s${n}`).draw('1', 'name')],
];

describe.each(FAMILIES)('%s', (_name, draw) => {
  test.each([
    ['high bits', (value: number) => value >>> 26],
    ['low bits', (value: number) => value & 63],
    ['bits in the middle', (value: number) => (value >>> 13) & 63],
  ])('are uniform in their %s', (_bits, cell) => {
    const counts = new Array<number>(CELLS).fill(0);
    for (let n = 0; n < 20_000; n += 1) counts[cell(draw(n))]! += 1;
    expect(chiSquare(counts)).toBeLessThan(CHI_SQUARE_MAX);
  });

  test('say nothing of the next', () => {
    const counts = new Array<number>(CELLS).fill(0);
    for (let n = 0; n < 20_000; n += 1) counts[((draw(n) >>> 29) << 3) | (draw(n + 1) >>> 29)]! += 1;
    expect(chiSquare(counts)).toBeLessThan(CHI_SQUARE_MAX);
  });
});
