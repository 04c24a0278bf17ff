import type { KubeObject } from '../api/object.ts';
import { customKindOf } from '../kinds/custom/custom-kind.ts';
import type { Kind } from '../kinds/kind.ts';
import { CUSTOM_RESOURCE_DEFINITION, KINDS, kindByResource } from '../kinds/registry.ts';
import type { CustomResourceDefinition } from '../schema/types.generated.ts';
import { closest } from '../text/closest.ts';
import type { Micros } from '../time.ts';
import { rfc3339 } from '../time.ts';
import type { Block, ResumePoint, TornTail } from './block-reader.ts';
import { BlockReader } from './block-reader.ts';
import { DeltaError, DeltaReader } from './delta-reader.ts';
import type { BlockSeal, LogHeader, PlacedObject } from './format.ts';
import { impliedObject } from './format.ts';
import type { NewHasher } from './hash.ts';
import { newPureHasher } from './hash.ts';
import type { DataObject } from './json-data.ts';
import { isDataObject, own } from './json-data.ts';
import { LogError } from './log-error.ts';
import type { EventRecord, LogRecord, Stimulus, Verb } from './record.ts';

/** A moment of a log: everything up to a record, or up to a time and with it. */
export type Moment = { readonly rv: number } | { readonly t: Micros };

export interface DecoderOptions {
  readonly newHasher?: NewHasher;
  readonly onRecord?: (record: LogRecord) => void;
  /** Each block as its hash was found right, before its records. */
  readonly onBlock?: (seal: BlockSeal) => void;
  /** Take nothing after this moment; `isPast` says when it was passed. */
  readonly until?: Moment;
  /** Start at a keyframe. Slots are then given anew, in the order of the keyframe. */
  readonly resume?: ResumePoint;
  /** Look at the hashes alone. */
  readonly hashesOnly?: boolean;
}

export interface LogSummary {
  readonly header: LogHeader;
  readonly records: number;
  readonly blocks: number;
  readonly lastRv: number;
  /** The hash of the last whole block: the log's, where `tornTail` is absent. */
  readonly sha256: string;
  /** Set where the log was never closed: what was cut off at the last whole block. */
  readonly tornTail?: TornTail;
}

/** An object of a state that was read, at the slot that its events carry. */
export interface LiveObject extends PlacedObject {
  readonly slot: number;
}

interface Entry {
  slot: number;
  object: KubeObject;
}

/** The objects of one kind, by key. */
interface Table {
  readonly entries: Map<string, Entry>;
  nextSlot: number;
}

const RESTORE = 'The log was written by another program, or changed with its hashes: run its scenario again';

/** Reads a log's lines (see `format.ts`) and keeps the state that they come to. */
export class LogDecoder {
  readonly #options: DecoderOptions;
  readonly #blocks: BlockReader;
  readonly #deltas = new DeltaReader();
  /** By the kind's index. */
  readonly #tables: (Table | undefined)[] = [];
  /** Custom kinds that objects were read of. */
  readonly #custom = new Map<string, Kind>();
  #line = 0;
  #records = 0;
  #blockCount = 0;
  #lastRv = 0;
  #lastT: Micros | undefined;
  #keyframeObjectsLeft = 0;
  #isResuming: boolean;
  #isPast = false;

  constructor(options: DecoderOptions) {
    this.#options = options;
    this.#isResuming = options.resume !== undefined;
    this.#blocks = new BlockReader(
      options.newHasher ?? newPureHasher,
      (block) => this.#takeBlock(block),
      options.resume,
    );
  }

  get header(): LogHeader | undefined {
    return this.#blocks.header;
  }

  /** Whether a record after `until` was met: what follows is not looked at. */
  get isPast(): boolean {
    return this.#isPast;
  }

  /** The last record that was taken, and its time. */
  get lastRv(): number {
    return this.#lastRv;
  }

  get lastT(): Micros | undefined {
    return this.#lastT;
  }

  /** Take in the next line, without its line feed. */
  feed(line: string): void {
    if (!this.#isPast) this.#blocks.feed(line);
  }

  /** The input has ended; `incomplete` is what came after the last line feed. */
  finish(incomplete = '', incompleteBytes?: number): LogSummary {
    const tornTail = this.#blocks.finish(incomplete, incompleteBytes);
    const { header, last, lastRv } = this.#blocks;
    if (header === undefined) throw new Error('a log without a header was accepted');
    const sha256 = last === undefined ? '' : last.sha256;
    const summary = { header, records: this.#records, blocks: this.#blockCount, lastRv, sha256 };
    return tornTail === undefined ? summary : { ...summary, tornTail };
  }

  /** The state as far as it was read: by kind in the registry's order, then by key. */
  objects(): readonly LiveObject[] {
    const custom = [...this.#custom.values()].sort((a, b) => (a.resource < b.resource ? -1 : 1));
    return [...KINDS, ...custom].flatMap((kind) => {
      const entries = [...(this.#tables[kind.index]?.entries ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
      return entries.map(([key, { slot, object }]) => ({ kind, key, slot, object }));
    });
  }

  #takeBlock(block: Block): void {
    this.#blockCount++;
    this.#options.onBlock?.(block.seal);
    if (this.#options.hashesOnly === true) return;
    this.#line = block.firstLine - 1;
    for (const line of block.lines) {
      this.#line++;
      // The header is the first line of the first block.
      if (this.#line > 1) this.#takeLine(line);
      if (this.#isPast) return;
    }
  }

  #takeLine(line: string): void {
    let fields: unknown;
    try {
      fields = JSON.parse(line);
    } catch {
      throw this.#error(`this line is not JSON. ${RESTORE}`);
    }
    if (!isDataObject(fields)) throw this.#error(`this line is not a JSON object. ${RESTORE}`);
    try {
      if (this.#keyframeObjectsLeft > 0) this.#takeKeyframeObject(fields);
      else if (fields.keyframe !== undefined) this.#takeKeyframe(fields);
      else this.#takeRecord(fields);
    } catch (error) {
      if (error instanceof DeltaError)
        throw this.#error(`the object's difference ${error.message}. ${RESTORE}`);
      throw error;
    }
  }

  #takeKeyframe(fields: DataObject): void {
    const rv = this.#number(fields, 'keyframe');
    if (!this.#isResuming && rv !== this.#lastRv) {
      throw this.#error(
        `the keyframe is of record ${rv}, the record before it is ${this.#lastRv}. ${RESTORE}`,
      );
    }
    this.#deltas.reset();
    this.#keyframeObjectsLeft = this.#number(fields, 'objects');
    this.#lastRv = rv;
    this.#lastT = this.#start + this.#number(fields, 't');
    if (this.#keyframeObjectsLeft === 0) this.#isResuming = false;
  }

  #takeKeyframeObject(fields: DataObject): void {
    const kind = this.#kind(fields);
    const key = this.#string(fields, 'o');
    // Read in any case: later lines refer to values that are defined here.
    const object = this.#deltas.apply(impliedObject(kind, key), own(fields, 'd')) as KubeObject;
    this.#keyframeObjectsLeft--;
    if (this.#isResuming) this.#create(kind, key, object);
    else if (!this.#table(kind).entries.has(key)) {
      throw this.#error(
        `the keyframe holds ${kind.resource} ${key}, which the records before do not. ${RESTORE}`,
      );
    }
    if (this.#keyframeObjectsLeft === 0) this.#isResuming = false;
  }

  #takeRecord(fields: DataObject): void {
    const rv = this.#number(fields, 'rv');
    const t = this.#start + this.#number(fields, 't');
    const cause = this.#number(fields, 'c');
    if (this.#isAfter(rv, t)) {
      this.#isPast = true;
      return;
    }
    if (rv <= this.#lastRv) {
      throw this.#error(`record ${rv} comes after record ${this.#lastRv}; numbers have to rise. ${RESTORE}`);
    }
    if (cause >= rv)
      throw this.#error(`record ${rv} names record ${cause} as its cause; a cause comes before. ${RESTORE}`);
    const record = this.#record(fields, rv, t, cause);
    this.#lastRv = rv;
    this.#lastT = t;
    this.#records++;
    this.#options.onRecord?.(record);
  }

  #isAfter(rv: number, t: Micros): boolean {
    const { until } = this.#options;
    if (until === undefined) return false;
    return 'rv' in until ? rv > until.rv : t > until.t;
  }

  #record(fields: DataObject, rv: number, t: Micros, cause: number): LogRecord {
    if (fields.m !== undefined) {
      const series = this.#string(fields, 'm');
      return { type: 'sample', rv, t, cause, series, value: this.#number(fields, 'x') };
    }
    const actor = this.#string(fields, 'a');
    const action = fields.s;
    if (action !== undefined) {
      if (!isDataObject(action)) throw this.#error(`the stimulus ${rv} is not an object. ${RESTORE}`);
      return { type: 'stimulus', rv, t, cause, actor, action: action as Stimulus };
    }
    return this.#event(fields, rv, t, cause, actor);
  }

  #event(fields: DataObject, rv: number, t: Micros, cause: number, actor: string): EventRecord {
    const kind = this.#kind(fields);
    const key = this.#string(fields, 'o');
    const verb = this.#string(fields, 'v');
    const reason = fields.why === undefined ? undefined : this.#string(fields, 'why');
    const head = { type: 'event', rv, t, cause, reason, actor, kind, key } as const;
    const difference = own(fields, 'd');
    if (verb === 'create') {
      const implied = impliedObject(kind, key, String(rv), rfc3339(t));
      const next = this.#deltas.apply(implied, difference) as KubeObject;
      return this.#eventRecord(head, verb, this.#create(kind, key, next), undefined, next);
    }
    const table = this.#table(kind).entries;
    const entry = table.get(key);
    if (entry === undefined) {
      throw this.#error(
        `record ${rv} is a ${verb} of ${kind.resource} ${key}, which does not exist then. ${RESTORE}`,
      );
    }
    const previous = entry.object;
    if (verb === 'update') {
      entry.object = this.#deltas.update(previous, difference, String(rv)) as KubeObject;
      return this.#eventRecord(head, verb, entry.slot, previous, entry.object);
    }
    if (verb !== 'delete') {
      throw this.#error(
        `the verb of record ${rv} is "${verb}"; it has to be create, update or delete. ${RESTORE}`,
      );
    }
    table.delete(key);
    return this.#eventRecord(head, verb, entry.slot, previous, undefined);
  }

  #eventRecord(
    head: Omit<EventRecord, 'verb' | 'slot' | 'previous' | 'next'>,
    verb: Verb,
    slot: number,
    previous: KubeObject | undefined,
    next: KubeObject | undefined,
  ): EventRecord {
    const { type, rv, t, cause, reason, actor, kind, key } = head;
    return { type, rv, t, cause, reason, actor, verb, kind, slot, key, previous, next };
  }

  #create(kind: Kind, key: string, object: KubeObject): number {
    const table = this.#table(kind);
    if (table.entries.has(key))
      throw this.#error(`${kind.resource} ${key} is created, but exists already. ${RESTORE}`);
    const slot = table.nextSlot;
    table.nextSlot = slot + 1;
    table.entries.set(key, { slot, object });
    return slot;
  }

  #table(kind: Kind): Table {
    const known = this.#tables[kind.index];
    if (known !== undefined) return known;
    const table: Table = { entries: new Map(), nextSlot: 0 };
    this.#tables[kind.index] = table;
    return table;
  }

  /** The kind that a definition among the objects so far makes of a resource. */
  #customKind(resource: string): Kind | undefined {
    const definition = this.#tables[CUSTOM_RESOURCE_DEFINITION.index]?.entries.get(resource)?.object;
    // A definition's name is the resource's, and its table holds nothing else.
    const kind =
      definition === undefined ? undefined : customKindOf(definition as unknown as CustomResourceDefinition);
    if (kind !== undefined) this.#custom.set(resource, kind);
    return kind;
  }

  get #start(): Micros {
    return this.#blocks.header?.start ?? 0;
  }

  #kind(fields: DataObject): Kind {
    const resource = this.#string(fields, 'k');
    const kind = kindByResource(resource) ?? this.#customKind(resource);
    if (kind !== undefined) return kind;
    const near = closest(
      resource,
      KINDS.map((known) => known.resource),
    );
    const hint = near === undefined ? '' : ` (the nearest is ${near})`;
    throw this.#error(
      `"${resource}" is no kind that this wavetank knows${hint}: read the log with the version that wrote it, ${this.header?.version}`,
    );
  }

  #number(fields: DataObject, key: string): number {
    const value = own(fields, key);
    if (typeof value === 'number') return value;
    throw this.#error(`"${key}" is ${JSON.stringify(value)}; it has to be a number. ${RESTORE}`);
  }

  #string(fields: DataObject, key: string): string {
    const value = own(fields, key);
    if (typeof value === 'string') return value;
    throw this.#error(`"${key}" is ${JSON.stringify(value)}; it has to be a string. ${RESTORE}`);
  }

  #error(problem: string): LogError {
    return new LogError(this.#line, problem);
  }
}
