/**
 * Sets of completion indexes, as a Job's status writes them: `1,3-5,7`
 * (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/, `completedIndexes`).
 */
export interface IndexRange {
  readonly first: number;
  readonly last: number;
}

/** In ascending order, with gaps between them. */
export type Indexes = readonly IndexRange[];

/** What a status says; indexes that the Job no longer has are left out. */
export function parseIndexes(text: string | undefined, completions: number): Indexes {
  if (text === undefined || text === '') return [];
  const ranges: IndexRange[] = [];
  for (const part of text.split(',')) {
    const [low = '', high = low] = part.split('-');
    const first = Number(low);
    const last = Math.min(Number(high), completions - 1);
    if (first <= last) ranges.push({ first, last });
  }
  return merged(ranges);
}

/** Three and more in a row are written as a range. */
export function indexesText(indexes: Indexes): string {
  return indexes
    .map(({ first, last }) => {
      if (first === last) return String(first);
      return `${first}${last === first + 1 ? ',' : '-'}${last}`;
    })
    .join(',');
}

export function countIndexes(indexes: Indexes): number {
  return indexes.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

export function hasIndex(indexes: Indexes, index: number): boolean {
  return indexes.some(({ first, last }) => first <= index && index <= last);
}

function merged(ranges: IndexRange[]): Indexes {
  ranges.sort((a, b) => a.first - b.first);
  const result: IndexRange[] = [];
  for (const range of ranges) {
    const before = result.at(-1);
    if (before !== undefined && before.last + 1 >= range.first) {
      result[result.length - 1] = { first: before.first, last: Math.max(before.last, range.last) };
    } else result.push(range);
  }
  return result;
}

export function withIndexes(indexes: Indexes, added: readonly number[]): Indexes {
  if (added.length === 0) return indexes;
  return merged([...indexes, ...added.map((index) => ({ first: index, last: index }))]);
}

/** The indexes of both. */
export function union(a: Indexes, b: Indexes): Indexes {
  return b.length === 0 ? a : merged([...a, ...b]);
}

/** How many of `wanted` are among `indexes`. */
export function countCommon(indexes: Indexes, wanted: Indexes): number {
  let sum = 0;
  for (const a of indexes) {
    for (const b of wanted) sum += Math.max(0, Math.min(a.last, b.last) - Math.max(a.first, b.first) + 1);
  }
  return sum;
}

/** The first `count` indexes below `completions` that are not among `taken`. */
export function firstFree(taken: Indexes, count: number, completions: number): readonly number[] {
  const free: number[] = [];
  let candidate = 0;
  for (const { first, last } of [...taken, { first: completions, last: completions }]) {
    for (; candidate < Math.min(first, completions) && free.length < count; candidate += 1)
      free.push(candidate);
    candidate = Math.max(candidate, last + 1);
  }
  return free;
}
