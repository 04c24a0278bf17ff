import type { Places } from './places.ts';

/** Sizes in pixels of everything on the map, for a width. */
export interface MapLayout {
  readonly cell: number;
  /** Cells in a row of a node. */
  readonly columns: number;
  readonly nodeWidth: number;
  readonly nodeHeight: number;
  readonly nodeGap: number;
  /** Room for a node's name; none where nodes are too small for it. */
  readonly titleHeight: number;
  readonly zoneTitleHeight: number;
  readonly nodesPerRow: number;
  readonly zones: readonly { readonly zone: string; readonly top: number; readonly rows: number }[];
  readonly height: number;
}

const CELLS = [16, 13, 11, 9, 7, 6, 5, 4, 3] as const;
const CELL_GAP = 2;
const PADDING = 6;
const ZONE_TITLE = 22;
const ZONE_GAP = 8;
/** Names are left out where a node is narrower. */
const NAME_PIXELS_MIN = 64;
const NODE_CELLS_MIN = 4;

/** A node of this many places is about twice as wide as it is high. */
function columnsOf(places: number): number {
  let columns = NODE_CELLS_MIN;
  while (columns * columns < places * 2) columns++;
  return columns;
}

function layoutWith(places: Places, width: number, cell: number): MapLayout {
  const slots = Math.max(places.podsPerNodeMax, NODE_CELLS_MIN);
  const step = cell + CELL_GAP;
  const inner = (columns: number): number => columns * step - CELL_GAP + 2 * PADDING;
  let columns = columnsOf(slots);
  while (columns > NODE_CELLS_MIN && inner(columns) > width) columns--;
  const nodeWidth = Math.min(width, Math.max(inner(columns), cell >= 9 ? 118 : 0));
  // The room that a name asks for is used for cells.
  columns = Math.max(columns, Math.floor((nodeWidth - 2 * PADDING + CELL_GAP) / step));
  const titleHeight = nodeWidth >= NAME_PIXELS_MIN && cell >= 6 ? 16 : 0;
  const nodeHeight = Math.ceil(slots / columns) * step - CELL_GAP + 2 * PADDING + titleHeight;
  const nodeGap = cell >= 9 ? 8 : 4;
  const nodesPerRow = Math.max(1, Math.floor((width + nodeGap) / (nodeWidth + nodeGap)));
  let top = 0;
  const zones = places.zoneSizes.map(({ zone, size }) => {
    const rows = Math.max(1, Math.ceil(size / nodesPerRow));
    const placed = { zone, top, rows };
    top += ZONE_TITLE + rows * (nodeHeight + nodeGap) + ZONE_GAP;
    return placed;
  });
  return {
    cell,
    columns,
    nodeWidth,
    nodeHeight,
    nodeGap,
    titleHeight,
    zoneTitleHeight: ZONE_TITLE,
    nodesPerRow,
    zones,
    height: Math.max(top - ZONE_GAP, 0),
  };
}

/** The largest cells with which the map is no higher than wanted; the smallest where none are small enough. */
export function mapLayout(places: Places, width: number, heightWanted: number): MapLayout {
  for (const cell of CELLS) {
    const layout = layoutWith(places, width, cell);
    if (layout.height <= heightWanted) return layout;
  }
  return layoutWith(places, width, CELLS.at(-1) as number);
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
    left: column * (nodeWidth + nodeGap),
    top: found.top + zoneTitleHeight + row * (nodeHeight + nodeGap),
    width: nodeWidth,
    height: nodeHeight,
  };
}

export function podBox(layout: MapLayout, node: Box, number: number): Box {
  const { cell, columns, titleHeight } = layout;
  const step = cell + CELL_GAP;
  return {
    left: node.left + PADDING + (number % columns) * step,
    top: node.top + PADDING + titleHeight + Math.floor(number / columns) * step,
    width: cell,
    height: cell,
  };
}
