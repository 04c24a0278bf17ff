/**
 * The order of a merged list: the entries that the patch names in the patch's order, the others in the order that
 * they had; where the two meet, an entry that stood before another in the stored list stays before it, and else what
 * the patch names comes first (`normalizeElementOrder` and `mergeSortedSlice` of apimachinery's strategicpatch).
 */
export function byOrder(
  items: readonly unknown[],
  named: readonly unknown[],
  stored: readonly unknown[],
  key: (item: unknown) => unknown,
): readonly unknown[] {
  const orderOf = (list: readonly unknown[]): ReadonlyMap<unknown, number> =>
    new Map(list.map((item, place) => [key(item), place]));
  const patchOrder = orderOf(named);
  const storedOrder = orderOf(stored);
  const place = (order: ReadonlyMap<unknown, number>, item: unknown): number =>
    order.get(key(item)) ?? Number.POSITIVE_INFINITY;
  const ofPatch = items
    .filter((item) => patchOrder.has(key(item)))
    .toSorted((a, b) => place(patchOrder, a) - place(patchOrder, b));
  const others = items.filter((item) => !patchOrder.has(key(item)));
  const ordered: unknown[] = [];
  let i = 0;
  let j = 0;
  while (i < others.length || j < ofPatch.length) {
    const other = others[i];
    const own = ofPatch[j];
    const isOtherFirst =
      j >= ofPatch.length ||
      (i < others.length &&
        storedOrder.has(key(other)) &&
        storedOrder.has(key(own)) &&
        place(storedOrder, other) < place(storedOrder, own));
    if (isOtherFirst) {
      ordered.push(other);
      i += 1;
    } else {
      ordered.push(own);
      j += 1;
    }
  }
  return ordered;
}
