import { expect, test } from 'vitest';
import { FragmentationMeasure, fragmentsAfter, leastFragmenting, type TaskShape } from './fragmentation.ts';

function shape(
  milliCpu: number,
  gpus: number,
  gpuMilli: number,
  popularity = 1,
  models: readonly string[] = [],
): TaskShape {
  return { milliCpu, memory: 0, gpus, gpuMilli, models, popularity };
}

const free = { milliCpu: 8000, memory: Number.POSITIVE_INFINITY, model: 'T4' };

// F(node) is Σ popularity × F(node, task): each case has one task, so that it is F(node, task).
test.each<readonly [string, TaskShape, readonly number[], number]>([
  ['a shared task counts what is too little for it', shape(1000, 1, 500), [1000, 500, 499, 0], 499],
  ['a whole GPU wants whole ones', shape(1000, 1, 1000), [1000, 500, 499, 0], 999],
  ['several want as many', shape(1000, 2, 1000), [1000, 500, 499, 0], 1999],
  ['two whole ones fit two', shape(1000, 2, 1000), [1000, 1000, 400], 400],
  ['too few CPUs make all a fragment', shape(9000, 1, 500), [1000, 500], 1500],
  ['all CPUs are enough', shape(8000, 1, 500), [1000, 500], 0],
  ['a task without GPUs can use none of them', shape(1000, 0, 0), [1000, 500], 1500],
  ['another model', shape(1000, 1, 500, 1, ['V100']), [1000], 1000],
  ['one of its models', shape(1000, 1, 500, 1, ['V100', 'T4']), [1000], 0],
  ['nothing is free', shape(9000, 1, 500), [0, 0], 0],
])('%s', (_what, task, gpus, expected) => {
  expect(new FragmentationMeasure([task]).fragments({ ...free, gpus })).toBe(expected);
});

test('tasks count by their popularity', () => {
  const measure = new FragmentationMeasure([
    shape(1000, 1, 500, 3),
    shape(9000, 1, 500, 2),
    shape(4000, 1, 500, 4),
    shape(1000, 0, 0, 5),
    shape(1000, 1, 1000, 0),
  ]);
  expect(measure.totalPopularity).toBe(14);
  // To 7 of 14 a GPU of 300 is a fragment; to the other 7 both are.
  expect(measure.fragments({ ...free, gpus: [700, 300] })).toBe(7 * 300 + 7 * 1000);
});

test('a task goes to the GPU where it leaves the fewest fragments, the first of several', () => {
  const measure = new FragmentationMeasure([shape(1000, 1, 500, 1), shape(1000, 1, 1000, 1)]);
  // On the whole one: 500 + 600 left, both too little for a whole one: 1100. On the second: 1000 and 100, 100 + 100.
  expect(leastFragmenting(measure, free, [1000, 600], 500)).toEqual({ gpu: 1, fragments: 200 });
  expect(leastFragmenting(measure, free, [400, 600, 600], 500)?.gpu).toBe(1);
  expect(leastFragmenting(measure, free, [400], 500)).toBeUndefined();
  expect(fragmentsAfter(measure, free, [1000, 600], { count: 1, milli: 1000 })).toBe(600);
  expect(fragmentsAfter(measure, free, [600, 600], { count: 1, milli: 1000 })).toBe(Number.POSITIVE_INFINITY);
  expect(fragmentsAfter(measure, free, [1000, 600], undefined)).toBe(600);
});
