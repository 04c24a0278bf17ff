/** How many shared values have a number at a time. */
const TABLE_SIZE = 4096;
/** Below this a reference saves nothing worth a place in the table. */
const TEXT_MIN = 32;
/** Above this a value is written out each time: it bounds what the table holds. */
const TEXT_MAX = 32_768;

/** A value that is written once, and by its number from then on. */
export interface SharedEntry {
  /** Its canonical text while it is in the table: what makes two values the same. */
  text: string;
  /** Its number, or -1 when it has none. */
  number: number;
  usedLately: boolean;
}

/**
 * The numbers of shared values. A value is known by its content; its identity is only the short way to it, so
 * that a log's bytes never depend on who shares objects with whom. Full, it takes the number of a value that
 * was not used lately (the clock algorithm): what is written says which, the reader needs no rule.
 */
export class SharedTable {
  #byObject = new WeakMap<object, SharedEntry>();
  readonly #byText = new Map<string, SharedEntry>();
  #slots: SharedEntry[] = [];
  #hand = 0;

  /** The entry of an object seen before, if it has a number still. */
  known(object: object): SharedEntry | undefined {
    const entry = this.#byObject.get(object);
    if (entry === undefined || entry.number < 0) return undefined;
    entry.usedLately = true;
    return entry;
  }

  /** The text of an object seen before, where it is at hand. Not a use of it. */
  textOf(object: object): string | undefined {
    const entry = this.#byObject.get(object);
    return entry === undefined || entry.number < 0 ? undefined : entry.text;
  }

  /** The entry of an object by its text, if that has a number; remembered for the object. */
  knownText(object: object | undefined, text: string): SharedEntry | undefined {
    const entry = this.#byText.get(text);
    if (entry === undefined) return undefined;
    entry.usedLately = true;
    if (object !== undefined) this.#byObject.set(object, entry);
    return entry;
  }

  isWorthSharing(text: string): boolean {
    return text.length >= TEXT_MIN && text.length <= TEXT_MAX;
  }

  /** Give a value that has no number one. */
  add(object: object | undefined, text: string): SharedEntry {
    const number = this.#freeNumber();
    const entry: SharedEntry = { text, number, usedLately: false };
    this.#slots[number] = entry;
    this.#byText.set(text, entry);
    if (object !== undefined) this.#byObject.set(object, entry);
    return entry;
  }

  reset(): void {
    this.#byObject = new WeakMap();
    this.#byText.clear();
    this.#slots = [];
    this.#hand = 0;
  }

  #freeNumber(): number {
    if (this.#slots.length < TABLE_SIZE) return this.#slots.length;
    for (;;) {
      const number = this.#hand;
      this.#hand = (this.#hand + 1) % TABLE_SIZE;
      const entry = this.#slots[number]!;
      if (entry.usedLately) {
        entry.usedLately = false;
        continue;
      }
      this.#byText.delete(entry.text);
      entry.number = -1;
      // Objects may live much longer than their number, and hold the entry.
      entry.text = '';
      return number;
    }
  }
}
