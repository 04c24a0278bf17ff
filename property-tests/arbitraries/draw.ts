import fc from 'fast-check';

/** The value that a seed stands for: the same one everywhere, whatever was drawn before. */
export function drawn<T>(arbitrary: fc.Arbitrary<T>, seed: number): T {
  // `sample` with one run: the value that `fc.assert` with this seed and the path "0" would begin with.
  const [value] = fc.sample(arbitrary, { seed, numRuns: 1 });
  return value as T;
}
