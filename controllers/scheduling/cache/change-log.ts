/** How many of the latest changes can be read one by one; who is further behind looks at every slot. */
const RING_SIZE = 4096;
const RING_MASK = RING_SIZE - 1;
/** From one in so many on, slots are looked at one after the other: memory is faster in its own order. */
const MANY = 8;
const FIRST_CAPACITY = 16;

/**
 * Which nodes changed, in order, so that each class of pods can bring its own order of nodes up to date by
 * looking at those alone. A sequence number stands for a moment; readers remember the one they have seen.
 */
export class ChangeLog {
  sequence = 0;
  readonly #ring = new Int32Array(RING_SIZE);
  /** Sequence number of the last change of a slot in any way, and of the node's own object. */
  #lastChange = new Float64Array(FIRST_CAPACITY);
  #lastNodeChange = new Float64Array(FIRST_CAPACITY);

  loadChanged(slot: number): void {
    this.#grow(slot);
    this.sequence += 1;
    this.#ring[this.sequence & RING_MASK] = slot;
    this.#lastChange[slot] = this.sequence;
  }

  nodeChanged(slot: number): void {
    this.loadChanged(slot);
    this.#lastNodeChange[slot] = this.sequence;
  }

  /** Whether the node's own object changed after that moment. */
  nodeChangedSince(slot: number, seen: number): boolean {
    return (this.#lastNodeChange[slot] ?? 0) > seen;
  }

  /** Calls back once for each slot that changed after that moment. */
  forEachSince(seen: number, slotCount: number, visit: (slot: number) => void): void {
    const behind = this.sequence - seen;
    if (behind > RING_SIZE || behind * MANY > slotCount) {
      for (let slot = 0; slot < slotCount; slot += 1) if ((this.#lastChange[slot] ?? 0) > seen) visit(slot);
      return;
    }
    for (let at = seen + 1; at <= this.sequence; at += 1) {
      const slot = this.#ring[at & RING_MASK]!;
      // A slot that changed again later is visited then.
      if (this.#lastChange[slot] === at) visit(slot);
    }
  }

  #grow(slot: number): void {
    if (slot < this.#lastChange.length) return;
    const capacity = Math.max(slot + 1, this.#lastChange.length * 2);
    const changes = new Float64Array(capacity);
    changes.set(this.#lastChange);
    this.#lastChange = changes;
    const nodeChanges = new Float64Array(capacity);
    nodeChanges.set(this.#lastNodeChange);
    this.#lastNodeChange = nodeChanges;
  }
}
