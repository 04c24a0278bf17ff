const WORD_BITS = 32;

function bitCount(word: number): number {
  let v = word - ((word >>> 1) & 0x5555_5555);
  v = (v & 0x3333_3333) + ((v >>> 2) & 0x3333_3333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}

/** A set of slots as a row of bits, with its size. */
export class SlotSet {
  size = 0;
  words: Int32Array;

  constructor(capacity: number) {
    this.words = new Int32Array(Math.ceil(capacity / WORD_BITS));
  }

  add(slot: number): void {
    this.words[slot >>> 5]! |= 1 << (slot & 31);
    this.size += 1;
  }

  remove(slot: number): void {
    this.words[slot >>> 5]! &= ~(1 << (slot & 31));
    this.size -= 1;
  }

  clear(): void {
    this.words.fill(0);
    this.size = 0;
  }

  /** Takes in a set that shares no slot with it. */
  join(other: SlotSet): void {
    for (let at = 0; at < this.words.length; at += 1) this.words[at]! |= other.words[at]!;
    this.size += other.size;
  }

  forEach(visit: (slot: number) => void): void {
    const { words } = this;
    for (let at = 0; at < words.length; at += 1) {
      let word = words[at]!;
      while (word !== 0) {
        const lowest = word & -word;
        visit(at * WORD_BITS + (31 - Math.clz32(lowest)));
        word ^= lowest;
      }
    }
  }
}

/** The slots that a set shares with another, or that it alone has, put into a third. */
export function splitInto(
  result: SlotSet,
  set: SlotSet,
  other: SlotSet,
  within: boolean,
  slotCount: number,
): void {
  const { words } = result;
  const mine = set.words;
  const theirs = other.words;
  const invert = within ? 0 : -1;
  const length = wordsFor(slotCount);
  let size = 0;
  for (let at = 0; at < length; at += 1) {
    const word = mine[at]! & (theirs[at]! ^ invert);
    words[at] = word;
    if (word !== 0) size += bitCount(word);
  }
  result.size = size;
}

/** Whether there is any such slot. */
export function splits(set: SlotSet, other: SlotSet, within: boolean, slotCount: number): boolean {
  const invert = within ? 0 : -1;
  const mine = set.words;
  const theirs = other.words;
  const length = wordsFor(slotCount);
  for (let at = 0; at < length; at += 1) {
    if ((mine[at]! & (theirs[at]! ^ invert)) !== 0) return true;
  }
  return false;
}

/** How many words hold so many slots; the rest of a set's words is empty. */
function wordsFor(slotCount: number): number {
  return (slotCount + WORD_BITS - 1) >>> 5;
}

function bitAt(word: number, k: number): number {
  let rest = word;
  for (let i = 0; i < k; i += 1) rest &= rest - 1;
  return 31 - Math.clz32(rest & -rest);
}

/** The k-th lowest slot of sets that share none. */
export function nthOf(sets: readonly SlotSet[], k: number): number {
  let rest = k;
  const first = sets[0];
  if (first === undefined) throw new Error('a slot was asked for of no sets at all');
  const length = first.words.length;
  for (let at = 0; at < length; at += 1) {
    let word = first.words[at]!;
    for (let other = 1; other < sets.length; other += 1) word |= sets[other]!.words[at]!;
    if (word === 0) continue;
    const bits = bitCount(word);
    if (rest < bits) return at * WORD_BITS + bitAt(word, rest);
    rest -= bits;
  }
  throw new Error(`slot number ${k} was asked for of sets that hold fewer`);
}
