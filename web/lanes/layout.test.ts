import { describe, expect, test } from 'vitest';
import type { LaneItem } from './lane.ts';
import { layoutLane, type PlacedItem } from './layout.ts';

function item(from: number, to: number, label: string, tone: LaneItem['tone'] = 'bad'): LaneItem {
  return { from, to, rv: from, tone, label, detail: label };
}

const range = { from: 0, to: 1000 };

/** Pixels that an item covers, with its label. */
function reach({ left, width, beside, label }: PlacedItem): number {
  return left + width + (label === '' ? 0 : beside);
}

describe('a lane', () => {
  test('puts what overlaps into rows, and nothing else', () => {
    const { rows, placed } = layoutLane(
      [item(0, 400, 'first'), item(100, 300, 'second'), item(500, 900, 'third')],
      range,
      1000,
    );
    expect(rows).toBe(2);
    expect(placed.map(({ row, left, width }) => [row, left, width])).toEqual([
      [0, 0, 400],
      [0, 500, 400],
      [1, 100, 200],
    ]);
  });

  test('never lets a label run into the next bar of its row', () => {
    const items = Array.from({ length: 60 }, (_, n) => item(n * 16, n * 16, `deployment-${n} 2 → 3`));
    const { placed } = layoutLane(items, range, 1000);
    for (const one of placed) {
      const next = placed.find((other) => other.row === one.row && other.left > one.left);
      if (next !== undefined) expect(reach(one)).toBeLessThanOrEqual(next.left);
    }
  });

  test('shows what is at the same place as one, and loses nothing', () => {
    const items = Array.from({ length: 3000 }, (_, n) => item(n / 3, n / 3, `pod-${n}`));
    const { rows, placed } = layoutLane(items, range, 500);
    expect(rows).toBeLessThanOrEqual(6);
    expect(placed.length).toBeLessThan(300);
    expect(placed.flatMap((one) => one.items)).toHaveLength(3000);
  });

  test('hides no bar under another', () => {
    for (const count of [4, 9, 40]) {
      const items = Array.from({ length: count }, (_, n) =>
        item(100 + n, 500 + n * 7, `deployment-${n} 1/2`),
      );
      const { placed } = layoutLane(items, range, 1000);
      expect(placed.flatMap((one) => one.items)).toHaveLength(count);
      for (const one of placed) {
        const over = placed.filter(
          (other) =>
            other !== one &&
            other.row === one.row &&
            other.left < one.left + one.width &&
            one.left < other.left + other.width,
        );
        expect(over).toEqual([]);
      }
    }
  });

  test('shows what is in sight, cut at its edges', () => {
    const { placed } = layoutLane(
      [item(0, 1000, 'long'), item(10, 20, 'before')],
      { from: 400, to: 600 },
      100,
    );
    expect(placed).toMatchObject([{ left: 0, width: 100, label: 'long' }]);
  });
});
