import type { Places } from './places.ts';

/** Sizes in pixels of everything on the map, for a width. */
export interface MapLayout {
  readonly cell: number;
  readonly cellGap: number;
  readonly padding: number;
  /** Cells in a row of a node. */
  readonly columns: number;
  readonly nodeWidth: number;
  readonly nodeHeight: number;
  readonly nodeGap: number;
  /** Room for a node's name; none where nodes are too small for it. */
  readonly titleHeight: number;
  readonly zoneTitleHeight: number;
  readonly nodesPerRow: number;
  readonly zones: readonly { readonly zone: string; readonly left: number; readonly top: number }[];
  readonly height: number;
}

/** Sizes of a cell, and what is left free around it: the smaller, the closer. */
const CELLS = [
  ...[16, 13, 11, 9].map((cell) => ({ cell, cellGap: 2, padding: 6, nodeGap: 8 })),
  ...[7, 6, 5].map((cell) => ({ cell, cellGap: 2, padding: 5, nodeGap: 4 })),
  { cell: 4, cellGap: 1, padding: 3, nodeGap: 3 },
  { cell: 3, cellGap: 1, padding: 2, nodeGap: 2 },
  { cell: 2, cellGap: 1, padding: 1, nodeGap: 2 },
] as const;
type CellSize = (typeof CELLS)[number];

const ZONE_TITLE = 22;
const ZONE_GAP = 8;
const COLUMN_GAP = 14;
/** Names are left out where a node is narrower. */
const NAME_PIXELS_MIN = 64;
const NODE_CELLS_MIN = 4;

/** A node of this many places is about twice as wide as it is high. */
function columnsOf(places: number): number {
  let columns = NODE_CELLS_MIN;
  while (columns * columns < places * 2) columns++;
  return columns;
}

function layoutWith(
  places: Places,
  mapWidth: number,
  size: CellSize,
  sideBySide: boolean,
): MapLayout | undefined {
  const { zoneSizes } = places;
  const { cell, cellGap, padding, nodeGap } = size;
  const width = sideBySide
    ? (mapWidth - (zoneSizes.length - 1) * COLUMN_GAP) / Math.max(zoneSizes.length, 1)
    : mapWidth;
  const slots = Math.max(places.podsPerNodeMax, NODE_CELLS_MIN);
  const step = cell + cellGap;
  const inner = (columns: number): number => columns * step - cellGap + 2 * padding;
  let columns = columnsOf(slots);
  while (columns > NODE_CELLS_MIN && inner(columns) > width) columns--;
  if (sideBySide && inner(columns) > width) return undefined;
  const nodeWidth = Math.min(width, Math.max(inner(columns), cell >= 9 ? 118 : 0));
  // The room that a name asks for is used for cells.
  columns = Math.max(columns, Math.floor((nodeWidth - 2 * padding + cellGap) / step));
  const titleHeight = nodeWidth >= NAME_PIXELS_MIN && cell >= 6 ? 16 : 0;
  const nodeHeight = Math.ceil(slots / columns) * step - cellGap + 2 * padding + titleHeight;
  const nodesPerRow = Math.max(1, Math.floor((width + nodeGap) / (nodeWidth + nodeGap)));
  let top = 0;
  let left = 0;
  let height = 0;
  const zones = zoneSizes.map(({ zone, size }) => {
    const rows = Math.max(1, Math.ceil(size / nodesPerRow));
    const placed = { zone, left, top };
    const zoneHeight = ZONE_TITLE + rows * (nodeHeight + nodeGap) - nodeGap;
    height = Math.max(height, top + zoneHeight);
    if (sideBySide) left += width + COLUMN_GAP;
    else top += zoneHeight + ZONE_GAP;
    return placed;
  });
  return {
    cell,
    cellGap,
    padding,
    columns,
    nodeWidth,
    nodeHeight,
    nodeGap,
    titleHeight,
    zoneTitleHeight: ZONE_TITLE,
    nodesPerRow,
    zones,
    height: height + 1,
  };
}

/** The largest cells with which the map is no higher than wanted; the smallest where none are small enough. */
export function mapLayout(places: Places, width: number, heightWanted: number): MapLayout {
  let smallest: MapLayout | undefined;
  for (const size of CELLS) {
    const candidates = [layoutWith(places, width, size, false), layoutWith(places, width, size, true)];
    const layout = candidates
      .filter((candidate) => candidate !== undefined)
      .reduce((best, other) => (other.height < best.height ? other : best));
    if (layout.height <= heightWanted) return layout;
    smallest = layout;
  }
  if (smallest === undefined) throw new Error('there is no size of a cell');
  return smallest;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export function nodeBox(layout: MapLayout, zone: string, number: number): Box | undefined {
  const found = layout.zones.find((candidate) => candidate.zone === zone);
  if (found === undefined) return undefined;
  const { nodeWidth, nodeHeight, nodeGap, nodesPerRow, zoneTitleHeight } = layout;
  const column = number % nodesPerRow;
  const row = Math.floor(number / nodesPerRow);
  return {
    left: found.left + column * (nodeWidth + nodeGap),
    top: found.top + zoneTitleHeight + row * (nodeHeight + nodeGap),
    width: nodeWidth,
    height: nodeHeight,
  };
}

export function podBox(layout: MapLayout, node: Box, number: number): Box {
  const { cell, cellGap, padding, columns, titleHeight } = layout;
  const step = cell + cellGap;
  return {
    left: node.left + padding + (number % columns) * step,
    top: node.top + padding + titleHeight + Math.floor(number / columns) * step,
    width: cell,
    height: cell,
  };
}
