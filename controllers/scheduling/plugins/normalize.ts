import { MAX_NODE_SCORE } from '../framework/extension-points.ts';

/** `DefaultNormalizeScore`: the largest becomes 100 and the others in proportion; reversed, the largest becomes 0. */
export function inProportion(scores: readonly number[], reverse: boolean): readonly number[] {
  let largest = 0;
  for (const score of scores) if (score > largest) largest = score;
  if (largest === 0) return reverse ? scores.map(() => MAX_NODE_SCORE) : scores;
  return scores.map((score) => {
    const scaled = Math.floor((MAX_NODE_SCORE * score) / largest);
    return reverse ? MAX_NODE_SCORE - scaled : scaled;
  });
}
