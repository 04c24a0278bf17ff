/** A version of an object: by which record it came, what made its writer act, and who that was. */
export interface Version<V> {
  readonly rv: number;
  readonly cause: number;
  readonly actor: string;
  readonly value: V;
}

/** Older versions are let go: what was decided by one of them is not judged. */
const KEPT_MAX = 64;

/**
 * The newest versions of what an invariant needs of one object.
 *
 * A controller decides by a cache that is late, and its request takes time. What it decided by is at least as new as
 * the record that caused its turn, and at most as new as the state: a rule about a write is broken only when it is
 * broken by every state in between.
 */
export class Versions<V> {
  private entries: Version<V>[] = [];
  private cut = 0;

  push(version: Version<V>): void {
    this.entries.push(version);
    if (this.entries.length < 2 * KEPT_MAX) return;
    const dropped = this.entries.length - KEPT_MAX;
    this.cut = (this.entries[dropped - 1] as Version<V>).rv;
    this.entries = this.entries.slice(dropped);
  }

  get last(): V | undefined {
    return this.entries.at(-1)?.value;
  }

  /**
   * What a turn of `actor` may have known, the newest last: every version since its cause, from its own last write
   * of this very turn on, which it surely knows. `undefined` where that is no longer kept.
   */
  knownTo(actor: string, cause: number): readonly Version<V>[] | undefined {
    let first = this.entries.length - 1;
    while (first > 0) {
      const entry = this.entries[first] as Version<V>;
      if (entry.rv <= cause || (entry.actor === actor && entry.cause === cause)) break;
      first -= 1;
    }
    const oldest = this.entries[first];
    if (oldest === undefined) return [];
    if (first === 0 && this.cut > cause && oldest.rv > cause) return undefined;
    return this.entries.slice(first);
  }
}

/** Versions of many objects, by uid. */
export class VersionsByUid<V> {
  private readonly all = new Map<string, Versions<V>>();

  push(uid: string, version: Version<V>): void {
    let versions = this.all.get(uid);
    if (versions === undefined) {
      versions = new Versions();
      this.all.set(uid, versions);
    }
    versions.push(version);
  }

  get(uid: string): Versions<V> | undefined {
    return this.all.get(uid);
  }

  forget(uid: string): void {
    this.all.delete(uid);
  }
}
