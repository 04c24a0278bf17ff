import type { KubeObject } from '../api/object.ts';
import type { Status } from '../api/status.ts';
import { expired } from '../api/status.ts';
import type { KindRef } from '../kinds/kind-ref.ts';
import type { EventRecord, LogRecord } from './record.ts';

/** What a watch over the API gives, as `metav1.WatchEvent` names it. */
export type HistoryEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly rv: number; readonly object: KubeObject }
  | { readonly type: 'BOOKMARK'; readonly rv: number }
  | { readonly type: 'ERROR'; readonly rv: number; readonly status: Status };

export interface WatchFilter {
  readonly kind?: KindRef;
  readonly namespace?: string;
}

/**
 * The records of a run in memory, in the order of their numbers. Readers hold cursors: an index, not a queue, so
 * that a slow one costs nothing until it reads.
 */
export class History {
  #records: LogRecord[] = [];
  /** How many records were compacted away: the position of a record is its index plus this. */
  #offset = 0;
  /** The highest number that compaction has removed, so that reading on from it is still whole. */
  #compactedRv = 0;
  #lastRv = 0;

  get lastRv(): number {
    return this.#lastRv;
  }

  /** Reading from this number on misses nothing; from an older one it would. */
  get oldestRv(): number {
    return this.#compactedRv;
  }

  /** How many records are held. */
  get size(): number {
    return this.#records.length;
  }

  append(record: LogRecord): void {
    if (record.rv <= this.#lastRv) {
      throw new Error(`record ${record.rv} comes after record ${this.#lastRv}: numbers of records rise`);
    }
    this.#records.push(record);
    this.#lastRv = record.rv;
  }

  at(rv: number): LogRecord | undefined {
    const record = this.#records[this.#indexAfter(rv - 1)];
    return record?.rv === rv ? record : undefined;
  }

  /** A cursor over the records after `rv`, or `Expired` where some of them are gone. */
  since(rv: number): HistoryCursor | Status {
    if (rv < this.#compactedRv) return tooOld(rv, this.#compactedRv);
    return new HistoryCursor(this, rv, this.#offset + this.#indexAfter(rv));
  }

  /** A watch of what happens after `rv`, as a list at `rv` is followed by one. */
  watch(rv: number, filter: WatchFilter = {}): HistoryWatch | Status {
    const cursor = this.since(rv);
    return cursor instanceof HistoryCursor ? new HistoryWatch(cursor, filter) : cursor;
  }

  /** Forget the records before `rv`. */
  compact(rv: number): void {
    const gone = this.#indexAfter(rv - 1);
    const compactedRv = Math.min(rv - 1, this.#lastRv);
    if (compactedRv > this.#compactedRv) this.#compactedRv = compactedRv;
    if (gone === 0) return;
    this.#records = this.#records.slice(gone);
    this.#offset += gone;
  }

  /** The record at a position, which counts from the very first; `undefined` past the end. */
  atPosition(position: number): LogRecord | undefined {
    return this.#records[position - this.#offset];
  }

  isGone(position: number): boolean {
    return position < this.#offset;
  }

  /** The index of the first record after `rv`. */
  #indexAfter(rv: number): number {
    const records = this.#records;
    const first = records[0];
    if (first === undefined || rv < first.rv) return 0;
    if (rv >= this.#lastRv) return records.length;
    // Nearly every number is taken, so that the place is mostly where it would be without gaps.
    const guess = rv - first.rv;
    if (records[guess]?.rv === rv) return guess + 1;
    let low = 0;
    let high = Math.min(guess, records.length);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (records[middle]!.rv <= rv) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** As the API server's watch cache says it: the version asked for, and the oldest that would do. */
function tooOld(rv: number, oldest: number): Status {
  return expired(`too old resource version: ${rv} (${oldest})`);
}

/** A place in a history. */
export class HistoryCursor {
  readonly #history: History;
  readonly #fromRv: number;
  #position: number;
  #rv: number;

  constructor(history: History, rv: number, position: number) {
    this.#history = history;
    this.#fromRv = rv;
    this.#position = position;
    this.#rv = rv;
  }

  /** Everything up to this number has been read. */
  get rv(): number {
    return this.#rv;
  }

  /** The next record; `undefined` when there is none yet; `Expired` when compaction has overtaken the reader. */
  next(): LogRecord | Status | undefined {
    if (this.#history.isGone(this.#position)) return tooOld(this.#rv, this.#history.oldestRv);
    for (;;) {
      const record = this.#history.atPosition(this.#position);
      if (record === undefined) return undefined;
      this.#position++;
      // A cursor may start at a number that is yet to come.
      if (record.rv <= this.#fromRv) continue;
      this.#rv = record.rv;
      return record;
    }
  }
}

function watchEvent(event: EventRecord): HistoryEvent {
  const { rv, verb, previous, next } = event;
  if (next !== undefined) return { type: verb === 'create' ? 'ADDED' : 'MODIFIED', rv, object: next };
  if (previous === undefined) throw new Error(`event ${rv} has no object`);
  // A deleted object is the last one stored, at the version of its deletion (etcd3 watcher, `transform`).
  const metadata = { ...previous.metadata, resourceVersion: String(rv) };
  return { type: 'DELETED', rv, object: { ...previous, metadata } };
}

/** A watch: the events after a version that pass its filter. The caller pulls. */
export class HistoryWatch implements Iterable<HistoryEvent> {
  readonly #cursor: HistoryCursor;
  readonly #filter: WatchFilter;
  #hasFailed = false;

  constructor(cursor: HistoryCursor, filter: WatchFilter) {
    this.#cursor = cursor;
    this.#filter = filter;
  }

  /** The next event; `undefined` when there is none yet. After an ERROR nothing comes. */
  next(): HistoryEvent | undefined {
    if (this.#hasFailed) return undefined;
    for (;;) {
      const record = this.#cursor.next();
      if (record === undefined) return undefined;
      if ('status' in record) {
        this.#hasFailed = true;
        return { type: 'ERROR', rv: this.#cursor.rv, status: record };
      }
      if (record.type === 'event' && this.#passes(record)) return watchEvent(record);
    }
  }

  /** What a bookmark says now: everything up to this number was given, or did not pass the filter. */
  bookmark(): HistoryEvent {
    return { type: 'BOOKMARK', rv: this.#cursor.rv };
  }

  /** All events that there are now. */
  *[Symbol.iterator](): Generator<HistoryEvent> {
    for (let event = this.next(); event !== undefined; event = this.next()) yield event;
  }

  #passes(event: EventRecord): boolean {
    const { kind, namespace } = this.#filter;
    if (kind !== undefined && event.kind.index !== kind.index) return false;
    return namespace === undefined || event.key.startsWith(`${namespace}/`);
  }
}
