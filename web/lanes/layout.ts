import type { Micros } from '../../core/time.ts';
import type { LaneItem } from './lane.ts';

/** An item, or several that are too close to be told apart, at its place in pixels. */
export interface PlacedItem {
  readonly items: readonly LaneItem[];
  readonly row: number;
  readonly left: number;
  readonly width: number;
  /** Empty where there is no room. */
  readonly label: string;
  /** Whether the label stands within the bar; otherwise to its right. */
  readonly isInside: boolean;
}

export interface LaneLayout {
  readonly rows: number;
  readonly placed: readonly PlacedItem[];
}

export const MARK_PIXELS = 8;
const ROWS_MAX = 4;
/** A little more than the mean width of a character at the lanes' size. */
const CHARACTER_PIXELS = 6.4;
const LABEL_PIXELS_MAX = 260;
const GAP = 6;
/** Items in a lane at most, before close ones are put together. */
const ITEMS_MAX = 250;

function labelPixels(label: string): number {
  return Math.min(label.length * CHARACTER_PIXELS + 8, LABEL_PIXELS_MAX);
}

/** Items that begin within a few pixels of one another, as one each. */
function together(items: readonly LaneItem[], toPixels: (t: Micros) => number): readonly (readonly LaneItem[])[] {
  const near = items.length > ITEMS_MAX ? MARK_PIXELS : 1;
  const groups: LaneItem[][] = [];
  let at = Number.NEGATIVE_INFINITY;
  for (const item of items) {
    const left = toPixels(item.from);
    const last = groups.at(-1);
    const isLike = last?.[0]?.tone === item.tone && Math.abs(toPixels(item.to) - toPixels(last[0].to)) <= near;
    if (last !== undefined && isLike && left - at <= near) last.push(item);
    else {
      groups.push([item]);
      at = left;
    }
  }
  return groups;
}

/** Put the items of a lane into rows, so that bars and, as far as there is room, their labels don't overlap. */
export function layoutLane(
  items: readonly LaneItem[],
  range: { readonly from: Micros; readonly to: Micros },
  pixels: number,
): LaneLayout {
  const scale = pixels / (range.to - range.from);
  const toPixels = (t: Micros): number => (t - range.from) * scale;
  const visible = items.filter(({ from, to }) => to >= range.from && from <= range.to);
  const ends: number[] = [];
  const placed: PlacedItem[] = [];
  for (const group of together(visible, toPixels)) {
    const first = group[0] as LaneItem;
    const left = Math.max(0, toPixels(first.from));
    const right = Math.min(pixels, Math.max(...group.map(({ to }) => toPixels(to))));
    const width = Math.max(MARK_PIXELS, right - left);
    const text = group.length === 1 ? first.label : `${group.length} × ${first.label} …`;
    const needed = labelPixels(text);
    const isInside = width >= Math.min(needed, 90);
    const reach = isInside ? left + width : left + width + needed;
    let row = ends.findIndex((end) => end + GAP <= left);
    if (row < 0 && ends.length < ROWS_MAX) row = ends.length;
    if (row >= 0 && reach <= pixels + 1) {
      ends[row] = reach;
      placed.push({ items: group, row, left, width, label: text, isInside });
      continue;
    }
    // At the right edge, or in the crowd: the bar alone, where it hides the least.
    if (row < 0) row = ends.indexOf(Math.min(...ends));
    ends[row] = Math.max(ends[row] ?? 0, left + width);
    placed.push({ items: group, row, left, width, label: '', isInside: true });
  }
  return { rows: Math.max(1, ends.length), placed };
}
