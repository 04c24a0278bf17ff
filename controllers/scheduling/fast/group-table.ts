import { type Group, NO_NUMBERS } from './group.ts';
import { SlotSet } from './slot-set.ts';

/** Nodes alike by their own objects; their groups by the numbers of their pods, a number at a time. */
interface Kin {
  readonly raws: readonly number[];
  readonly rawsAt: number;
  readonly domains: readonly (string | undefined)[];
  readonly root: Branch;
}

interface Branch {
  group: number;
  children: Map<number, Branch> | undefined;
}

function branch(): Branch {
  return { group: -1, children: undefined };
}

function sameValues(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}

/** The groups of an index, found again by what their nodes have in common. */
export class GroupTable {
  readonly groups: Group[] = [];
  /** The distinct raw static scores. */
  readonly raws: (readonly number[])[] = [];
  readonly #rawsAt = new Map<string, number>();
  readonly #kin: Kin[] = [];
  readonly #kinAt = new Map<string, number>();
  #last = -1;
  readonly #capacity: number;
  readonly #keepsSlots: boolean;

  constructor(capacity: number, keepsSlots: boolean) {
    this.#capacity = capacity;
    this.#keepsSlots = keepsSlots;
  }

  /** The number of what a node's own object comes to. */
  kinFor(raws: readonly number[], domains: readonly (string | undefined)[]): number {
    // Most nodes are like the one before.
    const last = this.#kin[this.#last];
    if (last !== undefined && sameValues(last.raws, raws) && sameValues(last.domains, domains)) {
      return this.#last;
    }
    this.#last = this.#findKin(raws, domains);
    return this.#last;
  }

  #findKin(raws: readonly number[], domains: readonly (string | undefined)[]): number {
    const rawsKey = raws.join();
    const key = domains.length === 0 ? rawsKey : `${rawsKey} ${JSON.stringify(domains)}`;
    const known = this.#kinAt.get(key);
    if (known !== undefined) return known;
    let rawsAt = this.#rawsAt.get(rawsKey);
    if (rawsAt === undefined) {
      rawsAt = this.raws.length;
      this.raws.push(raws);
      this.#rawsAt.set(rawsKey, rawsAt);
    }
    const number = this.#kin.length;
    this.#kin.push({ raws, rawsAt, domains, root: branch() });
    this.#kinAt.set(key, number);
    return number;
  }

  /** Hot path: the number of the group of such nodes with these numbers. */
  groupFor(kinNumber: number, numbers: readonly number[]): number {
    const kin = this.#kin[kinNumber]!;
    let at = kin.root;
    for (let i = 0; i < numbers.length; i += 1) {
      const value = numbers[i]!;
      at.children ??= new Map();
      let next = at.children.get(value);
      if (next === undefined) {
        next = branch();
        at.children.set(value, next);
      }
      at = next;
    }
    if (at.group < 0) {
      at.group = this.groups.length;
      const { raws, rawsAt, domains } = kin;
      const slots = this.#keepsSlots ? new SlotSet(this.#capacity) : undefined;
      const own = numbers.length === 0 ? NO_NUMBERS : [...numbers];
      this.groups.push({
        raws,
        rawsAt,
        domains,
        numbers: own,
        slots,
        buckets: [],
        size: 0,
        best: -1,
        staticTotal: 0,
      });
    }
    return at.group;
  }
}
