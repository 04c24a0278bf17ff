/**
 * What an index knows of a node, as four integers next to each other: with many classes of pods nearly every look goes
 * to main memory, so that one place to look at is faster than four.
 */
export const ROW = 4;
/** `NO_NODE`, `FEASIBLE`, or the number of the rejection. */
export const STATUS = 0;
/** Number of the rejection by the node's own object, or 0. */
export const NODE_STATUS = 1;
export const GROUP = 2;
/** In units of the index. */
export const SCORE = 3;

export const NO_NODE = -1;
export const FEASIBLE = 0;
