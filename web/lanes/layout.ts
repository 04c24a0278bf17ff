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
  /** Where the label stands: within the bar, or to its right in so many pixels. */
  readonly beside: number;
}

export interface LaneLayout {
  readonly rows: number;
  readonly placed: readonly PlacedItem[];
}

const MARK_PIXELS = 8;
const ROWS_MAX = 3;
/** A little more than the mean width of a character at the lanes' size. */
const CHARACTER_PIXELS = 6.4;
const LABEL_PIXELS_MAX = 260;
/** Less of a label says nothing. */
const LABEL_PIXELS_MIN = 56;
const GAP = 6;
/** Items in a lane at most, before close ones are put together. */
const ITEMS_MAX = 250;

function labelPixels(label: string): number {
  return Math.min(label.length * CHARACTER_PIXELS + 8, LABEL_PIXELS_MAX);
}

interface Group {
  readonly items: readonly LaneItem[];
  readonly left: number;
  readonly width: number;
  readonly text: string;
}

/** Items that begin and end within a few pixels of one another, as one each. */
function together(items: readonly LaneItem[], toPixels: (t: Micros) => number): readonly LaneItem[][] {
  const near = items.length > ITEMS_MAX ? MARK_PIXELS : 2;
  const groups: LaneItem[][] = [];
  for (const item of items) {
    const last = groups.at(-1);
    const first = last?.[0];
    const isClose = (a: Micros, b: Micros): boolean => Math.abs(toPixels(a) - toPixels(b)) <= near;
    if (
      last !== undefined &&
      first !== undefined &&
      first.tone === item.tone &&
      isClose(first.from, item.from) &&
      isClose(first.to, item.to)
    ) {
      last.push(item);
    } else groups.push([item]);
  }
  return groups;
}

/** The first row in which there is room for the bar and its label, else for the bar, else the one that is free first. */
function rowFor(group: Group, rows: readonly { readonly bar: number; readonly label: number }[]): number {
  const roomy = rows.findIndex(({ label }) => label + GAP <= group.left);
  if (roomy >= 0) return roomy;
  if (rows.length < ROWS_MAX) return rows.length;
  const free = rows.findIndex(({ bar }) => bar <= group.left);
  if (free >= 0) return free;
  return rows.reduce((best, { bar }, row) => (bar < (rows[best]?.bar ?? bar) ? row : best), 0);
}

/**
 * Put the items of a lane into a few rows. Bars come first: a label is as long as what is free up to the next bar of
 * its row, and left out where that is too little.
 */
export function layoutLane(
  items: readonly LaneItem[],
  range: { readonly from: Micros; readonly to: Micros },
  pixels: number,
): LaneLayout {
  const scale = pixels / (range.to - range.from);
  const toPixels = (t: Micros): number => (t - range.from) * scale;
  const visible = items.filter(({ from, to }) => to >= range.from && from <= range.to);
  const groups = together(visible, toPixels).map((members): Group => {
    const first = members[0] as LaneItem;
    const left = Math.max(0, toPixels(first.from));
    const right = Math.min(pixels, Math.max(...members.map(({ to }) => toPixels(to))));
    const text = members.length === 1 ? first.label : `${members.length} × ${first.label} …`;
    return { items: members, left, width: Math.max(MARK_PIXELS, right - left), text };
  });
  const rows: { bar: number; label: number }[] = [];
  const placed = groups.map((group) => {
    const row = rowFor(group, rows);
    const end = group.left + group.width;
    const isWide = group.width >= labelPixels(group.text);
    rows[row] = { bar: end, label: isWide ? end : end + labelPixels(group.text) };
    return { ...group, row };
  });
  return {
    rows: Math.max(1, rows.length),
    placed: placed.map(({ items: members, left, width, text, row }, index) => {
      const next = placed.slice(index + 1).find((other) => other.row === row);
      const end = left + width;
      const room = (next?.left ?? pixels) - end - GAP;
      const needed = labelPixels(text);
      const isInside = width >= needed || (width >= room && width >= LABEL_PIXELS_MIN);
      const isShown = isInside || room >= Math.min(LABEL_PIXELS_MIN, needed);
      const beside = isInside ? 0 : Math.min(room, LABEL_PIXELS_MAX);
      return { items: members, row, left, width, label: isShown ? text : '', beside };
    }),
  };
}
