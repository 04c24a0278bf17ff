const TERMS = 24;

/**
 * The natural logarithm of a positive integer by sums and products alone: what an engine's `Math.log` gives may
 * differ in the last bit from machine to machine, and scores are decided by it.
 */
export function naturalLog(value: number): number {
  if (!Number.isInteger(value) || value < 1) throw new Error(`no logarithm is defined here for ${value}`);
  let mantissa = value;
  let twos = 0;
  while (mantissa >= 1.5) {
    mantissa /= 2;
    twos += 1;
  }
  // ln m = 2 artanh((m − 1) / (m + 1)), with m between 3/4 and 3/2.
  const ratio = (mantissa - 1) / (mantissa + 1);
  const square = ratio * ratio;
  let sum = 0;
  for (let i = TERMS; i >= 0; i -= 1) sum = sum * square + 1 / (2 * i + 1);
  return twos * Math.LN2 + 2 * ratio * sum;
}
