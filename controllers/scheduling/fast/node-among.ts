import type { ClusterCache } from '../cache/cluster-cache.ts';
import type { NodeInfo } from '../cache/node-info.ts';
import { nthOf, SlotSet } from './slot-set.ts';

/** The node that a tie-break points at, in the order of names. */
export function nodeAmong(sets: readonly SlotSet[], cache: ClusterCache, tieBreak: () => number): NodeInfo {
  let count = 0;
  for (const set of sets) count += set.size;
  const k = count === 1 ? 0 : tieBreak() % count;
  const slot = cache.slotsInNameOrder || count === 1 ? nthOf(sets, k) : nthByName(sets, cache, k);
  const node = cache.atSlot(slot);
  if (node === undefined) throw new Error(`the slot ${slot} was chosen for a pod, but holds no node`);
  return node;
}

function nthByName(sets: readonly SlotSet[], cache: ClusterCache, k: number): number {
  const ranks = new SlotSet(cache.nodes.length);
  for (const set of sets) {
    set.forEach((slot) => {
      ranks.add(cache.rankOf(slot));
    });
  }
  return cache.nodes[nthOf([ranks], k)]!.slot;
}
