/** More edits than this, or than a third of the word, and a suggestion would be a guess. */
const MAX_EDITS = 3;

/**
 * Edit distance with neighbouring letters swapped as one edit (optimal string alignment), or `limit + 1` once it
 * can't be within `limit`.
 */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    let smallest = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1);
      let best = Math.min(previous[j]! + 1, current[j - 1]! + 1, previous[j - 1]! + (same ? 0 : 1));
      const swapped =
        i > 1 &&
        j > 1 &&
        a.charCodeAt(i - 1) === b.charCodeAt(j - 2) &&
        a.charCodeAt(i - 2) === b.charCodeAt(j - 1);
      if (swapped) best = Math.min(best, beforePrevious[j - 2]! + 1);
      current.push(best);
      smallest = Math.min(smallest, best);
    }
    if (smallest > limit) return limit + 1;
    beforePrevious = previous;
    previous = current;
  }
  return Math.min(previous[b.length]!, limit + 1);
}

/**
 * The candidate that a person most likely meant by `word`, or `undefined` where none is near. Letters in another
 * case count as no edit; of equally near ones the first by code units wins.
 */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  const limit = Math.min(MAX_EDITS, Math.max(1, Math.floor(word.length / 3)));
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = limit;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, candidate.toLowerCase(), bestDistance);
    if (distance > bestDistance) continue;
    if (distance === bestDistance && best !== undefined && best <= candidate) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}
