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
/** Rows that are opened for the sake of a label, and for bars that overlap. */
const ROWS_FOR_LABELS = 3;
const ROWS_MAX = 6;
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

interface Row {
  /** Where its last bar ends, and the label of that. */
  bar: number;
  label: number;
  readonly groups: Group[];
}

/** The first row in which there is room for the bar and its label, else for the bar; none where all are taken. */
function rowFor(group: Group, rows: readonly Row[]): number | undefined {
  const roomy = rows.findIndex(({ label }) => label + GAP <= group.left);
  if (roomy >= 0) return roomy;
  if (rows.length < ROWS_FOR_LABELS) return rows.length;
  const free = rows.findIndex(({ bar }) => bar <= group.left);
  if (free >= 0) return free;
  return rows.length < ROWS_MAX ? rows.length : undefined;
}

/** Two that lie on one another, as one: nothing is hidden. */
function joined(one: Group, other: Group): Group {
  const items = [...one.items, ...other.items];
  const end = Math.max(one.left + one.width, other.left + other.width);
  return { items, left: one.left, width: end - one.left, text: textOf(items) };
}

function textOf(items: readonly LaneItem[]): string {
  const { label } = items[0] as LaneItem;
  return items.length === 1 ? label : `${items.length} × ${label} …`;
}

function place(groups: readonly Group[]): readonly Row[] {
  const rows: Row[] = [];
  for (const group of groups) {
    const number = rowFor(group, rows);
    // All rows are taken: it joins the bar that ends first.
    const row =
      number === undefined
        ? rows.reduce((best, other) => (other.bar < best.bar ? other : best))
        : (rows[number] ?? { bar: 0, label: 0, groups: [] });
    const under = number === undefined ? row.groups.pop() : undefined;
    const shown = under === undefined ? group : joined(under, group);
    if (number === rows.length) rows.push(row);
    row.groups.push(shown);
    row.bar = shown.left + shown.width;
    const needed = labelPixels(shown.text);
    row.label = shown.width >= needed ? row.bar : row.bar + needed;
  }
  return rows;
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
    return { items: members, left, width: Math.max(MARK_PIXELS, right - left), text: textOf(members) };
  });
  const rows = place(groups);
  const placed = rows.flatMap(({ groups: inRow }, row) =>
    inRow.map(({ items: members, left, width, text }, index): PlacedItem => {
      const room = (inRow[index + 1]?.left ?? pixels) - (left + width) - GAP;
      const needed = labelPixels(text);
      const isInside = width >= needed || (width >= room && width >= LABEL_PIXELS_MIN);
      const isShown = isInside || room >= Math.min(LABEL_PIXELS_MIN, needed);
      const beside = isInside ? 0 : Math.min(room, LABEL_PIXELS_MAX);
      return { items: members, row, left, width, label: isShown ? text : '', beside };
    }),
  );
  return { rows: Math.max(1, rows.length), placed };
}
