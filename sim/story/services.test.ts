import { describe, expect, test } from 'vitest';
import type { SampleRecord } from '../../core/log/record.ts';
import { SECOND } from '../../core/time.ts';
import { Story } from './story.ts';

/** Samples of the Service `web`, in requests a second. */
function told(samples: readonly (readonly [seconds: number, measure: string, value: number])[]) {
  const story = new Story();
  samples.forEach(([seconds, measure, value], index) => {
    const record: SampleRecord = {
      type: 'sample',
      rv: index + 1,
      t: seconds * SECOND,
      cause: 0,
      series: `service/default/web/${measure}`,
      value: value * 1000,
    };
    story.observe(record);
  });
  return story.moments().moments.map(({ t, text }) => `${t / SECOND} ${text}`);
}

describe('a Service in the story', () => {
  test('fails, gets worse, and is well again', () => {
    expect(
      told([
        [1, 'requests', 100],
        [60, 'errors', 10],
        [70, 'errors', 40],
        [80, 'errors', 20],
        [90, 'errors', 0],
        // Once more, and too soon for a second outage.
        [110, 'errors', 30],
        [120, 'errors', 0],
        [150, 'requests', 101],
      ]),
    ).toEqual([
      '60 service/web fails 40 % of its requests',
      '120 service/web answers its requests again, after 1m',
    ]);
  });

  test('is not told of while it starts, nor for a moment, nor for a few', () => {
    expect(
      told([
        [1, 'requests', 100],
        [1, 'errors', 100],
        [9, 'errors', 0],
        [60, 'errors', 50],
        [60.5, 'errors', 0],
        [70, 'errors', 0.5],
        [90, 'requests', 101],
      ]),
    ).toEqual([]);
  });
});
