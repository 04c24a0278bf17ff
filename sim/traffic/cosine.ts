/**
 * The cosine of a part of a turn by additions and multiplications alone, so that every engine has the same bits:
 * the Taylor series of sine and cosine on an eighth of a turn, and symmetry for the rest.
 */
const TURN = 6.283185307179586;
/** Terms after which the series add less than half a unit in the last place for an angle up to π/4. */
const TERMS = 9;

/** cos x for |x| ≤ π/4. */
function cosineSeries(x: number): number {
  const square = x * x;
  let sum = 1;
  for (let k = 2 * TERMS; k >= 2; k -= 2) sum = 1 - (sum * square) / (k * (k - 1));
  return sum;
}

/** sin x for |x| ≤ π/4. */
function sineSeries(x: number): number {
  const square = x * x;
  let sum = 1;
  for (let k = 2 * TERMS; k >= 2; k -= 2) sum = 1 - (sum * square) / (k * (k + 1));
  return x * sum;
}

/** cos(2π × turns). */
export function cosineOfTurns(turns: number): number {
  const part = turns - Math.floor(turns);
  // The cosine is even, and its own negative half a turn later.
  const half = part > 0.5 ? 1 - part : part;
  if (half > 0.375) return -cosineSeries((0.5 - half) * TURN);
  if (half > 0.125) return sineSeries((0.25 - half) * TURN);
  return cosineSeries(half * TURN);
}
