import type { Micros } from '../time.ts';
import { rfc3339 } from '../time.ts';
import { DeltaWriter } from './delta-writer.ts';
import type { BlockSeal, LogHeader, Snapshot } from './format.ts';
import { blockLine, headerLine, impliedObject, NO_HASH } from './format.ts';
import type { Hasher, NewHasher } from './hash.ts';
import { newPureHasher } from './hash.ts';
import { quote, scalarText } from './json-data.ts';
import type { EventRecord, LogRecord } from './record.ts';

/** A block is sealed at this many lines … */
const BLOCK_LINES = 4096;
/** … or this many characters, whichever is first: a reader holds one block in memory. */
const BLOCK_CHARACTERS = 1_048_576;
/** Lines are joined, hashed and handed on in pieces of about this size; a string built with `+` holds its pieces. */
const PIECE_CHARACTERS = 65_536;

const KEYFRAME_EVERY = 50_000;
/**
 * Records between keyframes are at least this many times the objects: an object in a keyframe takes some 1,300
 * bytes, a record some 550, so that keyframes add no more than a third to a log.
 */
const RECORDS_PER_OBJECT = 8;

const ACTOR_TEXTS_MAX = 8192;

export interface EncoderOptions {
  /** Takes the text as it comes: whole lines, in order. */
  readonly write: (text: string) => void;
  readonly newHasher?: NewHasher;
  /** Lines in a block at most. */
  readonly blockLines?: number;
  readonly blockCharacters?: number;
  /**
   * The state after the record that was appended last, for keyframes; without it the log has none. The records'
   * maker has folded an event before it appends it here.
   */
  readonly snapshot?: () => Snapshot;
  /** Records between two keyframes at least. */
  readonly keyframeEvery?: number;
  /** Called for each block as it is sealed: `replay --verify` compares these. */
  readonly onBlock?: (seal: BlockSeal) => void;
}

/** What a closed log comes to. */
export interface LogSeal {
  readonly records: number;
  readonly blocks: number;
  readonly lastRv: number;
  /** The last block's hash: by the chain, the whole log's. */
  readonly sha256: string;
}

/** Turns records into the text of a log (see `format.ts`). The bytes depend on the records' content alone. */
export class LogEncoder {
  readonly #options: EncoderOptions;
  readonly #start: Micros;
  readonly #newHasher: NewHasher;
  readonly #blockLines: number;
  readonly #blockCharacters: number;
  readonly #keyframeEvery: number;
  readonly #deltas = new DeltaWriter();
  readonly #actorTexts = new Map<string, string>();

  #hasher: Hasher;
  #pieces: string[] = [];
  #pieceCharacters = 0;
  #linesInBlock = 0;
  #charactersInBlock = 0;
  #block = 0;
  #prev = NO_HASH;
  #firstInBlock: number | undefined;

  #records = 0;
  #lastRv = 0;
  #lastEventRv = 0;
  #lastT: Micros;
  #objects = 0;
  #recordsSinceKeyframe = 0;
  #isClosed = false;

  constructor(header: LogHeader, options: EncoderOptions) {
    this.#options = options;
    this.#start = header.start;
    this.#lastT = header.start;
    this.#newHasher = options.newHasher ?? newPureHasher;
    this.#blockLines = options.blockLines ?? BLOCK_LINES;
    this.#blockCharacters = options.blockCharacters ?? BLOCK_CHARACTERS;
    this.#keyframeEvery = options.keyframeEvery ?? KEYFRAME_EVERY;
    this.#hasher = this.#newHasher();
    this.#hasher.update(NO_HASH);
    this.#line(headerLine(header));
  }

  /** Take in the next record. Hot path. */
  append(record: LogRecord): void {
    if (this.#isClosed) throw new Error(`record ${record.rv} comes after the log was closed`);
    if (record.rv <= this.#lastRv) {
      throw new Error(`record ${record.rv} comes after record ${this.#lastRv}: numbers of records rise`);
    }
    this.#firstInBlock ??= record.rv;
    this.#lastRv = record.rv;
    this.#lastT = record.t;
    this.#records++;
    this.#line(this.#recordText(record));
    this.#recordsSinceKeyframe++;
    if (this.#options.snapshot !== undefined && this.#recordsSinceKeyframe >= this.#keyframeDistance()) {
      this.keyframe();
    }
  }

  /** Write the whole state now. A reader can start there. */
  keyframe(): void {
    const snapshot = this.#options.snapshot?.();
    if (snapshot === undefined)
      throw new Error('this log was opened without a snapshot to make keyframes from');
    if (snapshot.version < this.#lastEventRv) {
      throw new Error(
        `the snapshot is of version ${snapshot.version}, the last event is ${this.#lastEventRv}: fold an event before it is appended`,
      );
    }
    if (this.#linesInBlock > 0) this.#seal(false);
    this.#deltas.reset();
    const objects = [...snapshot.objects];
    const t = this.#lastT - this.#start;
    this.#line(`{"keyframe":${this.#lastRv},"t":${t},"objects":${objects.length}}`);
    for (const { kind, key, object } of objects) {
      const difference = this.#deltas.difference(impliedObject(kind, key), object);
      this.#line(`{"k":${quote(kind.resource)},"o":${quote(key)},"d":${difference}}`);
    }
    this.#recordsSinceKeyframe = 0;
  }

  /** Seal the last block. */
  close(): LogSeal {
    if (this.#isClosed) throw new Error('the log is closed already');
    this.#isClosed = true;
    this.#seal(true);
    return { records: this.#records, blocks: this.#block, lastRv: this.#lastRv, sha256: this.#prev };
  }

  #keyframeDistance(): number {
    return Math.max(this.#keyframeEvery, RECORDS_PER_OBJECT * this.#objects);
  }

  #recordText(record: LogRecord): string {
    const place = `{"rv":${record.rv},"t":${record.t - this.#start},"c":${record.cause}`;
    switch (record.type) {
      case 'event':
        return this.#eventText(record, place);
      case 'sample':
        return `${place},"m":${quote(record.series)},"x":${scalarText(record.value)}}`;
      case 'stimulus':
        // As it is, with its keys in their order: it is what is run again.
        return `${place},"a":${this.#actorText(record.actor)},"s":${JSON.stringify(record.action)}}`;
    }
  }

  #eventText(event: EventRecord, place: string): string {
    const { verb, kind, key, previous, next } = event;
    this.#lastEventRv = event.rv;
    const why = event.reason === undefined ? '' : `,"why":${quote(event.reason)}`;
    const head = `${place}${why},"a":${this.#actorText(event.actor)},"v":"${verb}","k":"${kind.resource}","o":${quote(key)}`;
    if (verb === 'delete') {
      this.#objects--;
      return `${head}}`;
    }
    if (next === undefined) throw new Error(`event ${event.rv}, a ${verb}, has no object`);
    const version = String(event.rv);
    if (verb === 'create') {
      this.#objects++;
      const implied = impliedObject(kind, key, version, rfc3339(event.t));
      return `${head},"d":${this.#deltas.difference(implied, next)}}`;
    }
    if (previous === undefined) throw new Error(`event ${event.rv}, an update, has no previous object`);
    return `${head},"d":${this.#deltas.update(previous, next, version)}}`;
  }

  #actorText(actor: string): string {
    const known = this.#actorTexts.get(actor);
    if (known !== undefined) return known;
    if (this.#actorTexts.size >= ACTOR_TEXTS_MAX) this.#actorTexts.clear();
    const text = quote(actor);
    this.#actorTexts.set(actor, text);
    return text;
  }

  #line(text: string): void {
    this.#pieces.push(text);
    this.#pieceCharacters += text.length + 1;
    this.#charactersInBlock += text.length + 1;
    this.#linesInBlock++;
    if (this.#linesInBlock >= this.#blockLines || this.#charactersInBlock >= this.#blockCharacters) {
      this.#seal(false);
    } else if (this.#pieceCharacters >= PIECE_CHARACTERS) this.#flush();
  }

  #flush(): void {
    if (this.#pieces.length === 0) return;
    const text = `${this.#pieces.join('\n')}\n`;
    this.#pieces = [];
    this.#pieceCharacters = 0;
    this.#hasher.update(text);
    this.#options.write(text);
  }

  #seal(end: boolean): void {
    this.#flush();
    const sha256 = this.#hasher.digest();
    const first = this.#firstInBlock ?? this.#lastRv;
    const seal = { block: this.#block, first, last: this.#lastRv, sha256, prev: this.#prev, end };
    this.#options.write(`${blockLine(seal)}\n`);
    this.#options.onBlock?.(seal);
    this.#block++;
    this.#prev = sha256;
    this.#firstInBlock = undefined;
    this.#linesInBlock = 0;
    this.#charactersInBlock = 0;
    this.#hasher = this.#newHasher();
    this.#hasher.update(sha256);
  }
}
