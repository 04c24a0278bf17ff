import { parseRfc3339 } from '../time.ts';
import type { BlockSeal, LogHeader } from './format.ts';
import { blockLine, LOG_FORMAT, NO_HASH } from './format.ts';
import type { NewHasher } from './hash.ts';
import { isDataObject, own } from './json-data.ts';
import { LogError } from './log-error.ts';

/** More text than this without a block line is no log of ours, and would fill the memory. */
const PENDING_CHARACTERS_MAX = 268_435_456;

const BLOCK_PREFIX = '{"block":';
/** How the lines of a block begin: records, keyframes and their objects, the header. */
const BLOCK_CONTENT = /^\{"(?:rv|keyframe|k|wavetank)":/;
const RECORD = /^\{"rv":(\d+)/;

/** Lines that belong together: their hash was as the block says. */
export interface Block {
  readonly seal: BlockSeal;
  readonly lines: readonly string[];
  /** The number of the first of them in the file, from 1. */
  readonly firstLine: number;
}

/** What lies after the last whole block of a log that was never closed. */
export interface TornTail {
  readonly droppedLines: number;
  readonly droppedBytes: number;
  /** The last record that is kept. */
  readonly lastRv: number;
}

/** Where to start instead of at the first line: at a block that begins with a keyframe. */
export interface ResumePoint {
  readonly header: LogHeader;
  /** The number of the keyframe's line, and of its record. */
  readonly line: number;
  readonly rv: number;
}

export function isBlockLine(line: string): boolean {
  return line.startsWith(BLOCK_PREFIX);
}

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isDataObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The header that a log's first line is, or a LogError that says what the line is instead. */
export function parseHeader(line: string): LogHeader {
  const fields = parsed(line);
  if (fields === undefined || own(fields, 'wavetank') !== 'log') {
    throw new LogError(
      1,
      `this is not a wavetank log: the first line should be a header like {"wavetank":"log","format":${LOG_FORMAT},…}. Name a file that \`wavetank run --out FILE\` has written`,
    );
  }
  const { wavetank: _, format, version, start, ...rest } = fields;
  if (format !== LOG_FORMAT) {
    const writer = typeof version === 'string' ? `, ${version}` : '';
    throw new LogError(
      1,
      `this log has format ${JSON.stringify(format)}; this wavetank reads format ${LOG_FORMAT}: read it with the version that wrote it${writer}, or run its scenario again`,
    );
  }
  const startTime = typeof start === 'string' ? parseRfc3339(start) : undefined;
  if (typeof version !== 'string' || startTime === undefined) {
    throw new LogError(
      1,
      'the header has no "version", or no "start" like "2026-01-01T00:00:00Z": the line was changed, restore the file or run its scenario again',
    );
  }
  return { ...rest, version, start: startTime };
}

/** UTF-8's bytes of a text; a lone surrogate counts as the three of its replacement. */
function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) as number;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}

/**
 * Gathers lines into blocks and holds each block to its hash and to the chain. Only whole blocks come out, so
 * that nothing of a torn or changed one is taken for true.
 */
export class BlockReader {
  readonly #newHasher: NewHasher;
  readonly #onBlock: (block: Block) => void;
  #header: LogHeader | undefined;
  #lines: string[] = [];
  #characters = 0;
  #line: number;
  /** Number and hash of the next block; unknown where reading starts within a log. */
  #next: { readonly block: number; readonly prev: string } | undefined;
  #last: BlockSeal | undefined;
  #lastRv = 0;

  constructor(newHasher: NewHasher, onBlock: (block: Block) => void, resume?: ResumePoint) {
    this.#newHasher = newHasher;
    this.#onBlock = onBlock;
    this.#header = resume?.header;
    this.#line = resume === undefined ? 0 : resume.line - 1;
    this.#lastRv = resume === undefined ? 0 : resume.rv;
    this.#next = resume === undefined ? { block: 0, prev: NO_HASH } : undefined;
  }

  /** Known after the first line. */
  get header(): LogHeader | undefined {
    return this.#header;
  }

  /** The seal of the last whole block. */
  get last(): BlockSeal | undefined {
    return this.#last;
  }

  get lastRv(): number {
    return this.#lastRv;
  }

  /** Take in the next line, without its line feed. */
  feed(line: string): void {
    this.#line++;
    this.#header ??= parseHeader(line);
    if (this.#last?.end === true) {
      throw new LogError(
        this.#line,
        'the log ended with the block before: remove this line and what follows',
      );
    }
    if (isBlockLine(line)) {
      this.#seal(line);
      return;
    }
    this.#lines.push(line);
    this.#characters += line.length;
    if (this.#characters > PENDING_CHARACTERS_MAX) {
      throw new LogError(
        this.#line,
        `no block line within ${PENDING_CHARACTERS_MAX} characters: this file was not written by wavetank, or its block lines were removed`,
      );
    }
  }

  /** The input has ended; `incomplete` is what came after the last line feed. */
  finish(incomplete: string, incompleteBytes = utf8Bytes(incomplete)): TornTail | undefined {
    if (this.#header === undefined) {
      if (incomplete === '')
        throw new LogError(1, 'the file is empty: a wavetank log starts with a header line');
      this.#header = parseHeader(incomplete);
    }
    if (this.#last?.end === true) {
      if (incompleteBytes === 0) return undefined;
      throw new LogError(this.#line + 1, 'the log ended with the block before: remove what follows');
    }
    // What a crash leaves is whole lines and perhaps a part of one. A whole line that is no record was changed.
    const firstLine = this.#line - this.#lines.length + 1;
    this.#lines.forEach((line, index) => {
      if (!BLOCK_CONTENT.test(line) || parsed(line) === undefined)
        throw new LogError(firstLine + index, notARecord());
    });
    let droppedBytes = incompleteBytes;
    for (const line of this.#lines) droppedBytes += utf8Bytes(line) + 1;
    const droppedLines = this.#lines.length + (incompleteBytes > 0 ? 1 : 0);
    return { droppedLines, droppedBytes, lastRv: this.#lastRv };
  }

  #seal(line: string): void {
    const seal = this.#parseSeal(line);
    const lines = this.#lines;
    const firstLine = this.#line - lines.length;
    if (this.#next !== undefined && seal.block !== this.#next.block) {
      throw new LogError(
        this.#line,
        `this is block ${seal.block} where block ${this.#next.block} should be: lines were removed or moved. Restore the file, or run its scenario again`,
      );
    }
    const where = `block ${seal.block} (records ${seal.first} to ${seal.last}, lines ${firstLine} to ${this.#line})`;
    if (this.#next !== undefined && seal.prev !== this.#next.prev) {
      throw new LogError(
        this.#line,
        `${where} follows a block with the hash ${seal.prev}; the block before it has ${this.#next.prev}. ${CHANGED}`,
      );
    }
    const hasher = this.#newHasher();
    hasher.update(seal.prev);
    if (lines.length > 0) hasher.update(`${lines.join('\n')}\n`);
    const sha256 = hasher.digest();
    if (sha256 !== seal.sha256) {
      throw new LogError(
        firstLine,
        `${where} was changed: its hash is ${sha256}, its block line says ${seal.sha256}. ${CHANGED}`,
      );
    }
    this.#checkPlaces(seal, lines, where);
    this.#next = { block: seal.block + 1, prev: sha256 };
    this.#last = seal;
    this.#lastRv = seal.last;
    this.#lines = [];
    this.#characters = 0;
    this.#onBlock({ seal, lines, firstLine });
  }

  #parseSeal(line: string): BlockSeal {
    const fields = parsed(line);
    const { block, first, last, sha256, prev, end = false } = fields ?? {};
    if (
      typeof block === 'number' &&
      typeof first === 'number' &&
      typeof last === 'number' &&
      typeof sha256 === 'string' &&
      typeof prev === 'string' &&
      typeof end === 'boolean'
    ) {
      const seal = { block, first, last, sha256, prev, end };
      // The line itself is in no block: it has to be what a writer writes, to the letter.
      if (blockLine(seal) === line) return seal;
    }
    const from = recordNumber(this.#lines.find(isRecord));
    const to = recordNumber(this.#lines.findLast(isRecord));
    const range = from === undefined ? '' : ` of records ${from} to ${to}`;
    throw new LogError(this.#line, `this block line${range} was changed. ${CHANGED}`);
  }

  /** First and last record of a block line are in no hash either: they have to be those of its lines. */
  #checkPlaces(seal: BlockSeal, lines: readonly string[], where: string): void {
    const last = recordNumber(lines.findLast(isRecord)) ?? this.#lastRv;
    const first = recordNumber(lines.find(isRecord)) ?? last;
    if (seal.first !== first || seal.last !== last) {
      throw new LogError(
        this.#line,
        `${where} holds the records ${first} to ${last}: its block line was changed. ${CHANGED}`,
      );
    }
  }
}

const CHANGED = 'Restore the file, or run its scenario again';

function notARecord(): string {
  return `this is neither a record nor a block line, but a whole line: it was changed. ${CHANGED}`;
}

function isRecord(line: string): boolean {
  return RECORD.test(line);
}

function recordNumber(line: string | undefined): number | undefined {
  const digits = line === undefined ? undefined : RECORD.exec(line)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
