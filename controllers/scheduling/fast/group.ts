import type { SlotSet } from './slot-set.ts';

export const NO_NUMBERS: readonly number[] = [];

/**
 * Nodes with the same raw static scores: whatever normalising makes of these, it is the same for all of them. For
 * pods that are spread, also with the same domains.
 */
export interface Group {
  readonly raws: readonly number[];
  /** Their place among the distinct ones. */
  readonly rawsAt: number;
  /** The values of the labels that the index was made for. */
  readonly domains: readonly (string | undefined)[];
  /** What the pods on each of its nodes come to, where that is told apart: `hostNumbers`. */
  readonly numbers: readonly number[];
  /** All of its feasible nodes; absent where no labels matter. */
  readonly slots: SlotSet | undefined;
  readonly buckets: (SlotSet | undefined)[];
  /** Of the feasible nodes in it. */
  size: number;
  /** The highest load score that a node of the group has, in units, or −1. */
  best: number;
  /** Weighted sum of the normalised static scores, while `ClassIndex.#normalised` holds. */
  staticTotal: number;
}
