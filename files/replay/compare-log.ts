import { LogEncoder } from '../../core/log/encoder.ts';
import type { LogHeader } from '../../core/log/format.ts';
import { snapshotOf } from '../../core/log/format.ts';
import type { RecordSink } from '../../core/log/record.ts';
import type { View } from '../../core/store/view.ts';
import { newNodeHasher } from '../log/node-hasher.ts';
import { textPieces } from '../log/text-source.ts';

/** The first place where a log and its re-execution part. */
export interface Divergence {
  /** Line of the file, from 1. */
  readonly line: number;
  /** What the file says there, or nothing where it ends before. */
  readonly recorded: string | undefined;
  /** What the re-execution says there, or nothing where it ends before. */
  readonly reExecuted: string | undefined;
}

const LINE_FEED = 0x0a;

/** Reads a file's bytes as they are asked for. */
class ByteReader {
  private readonly pieces: Generator<Buffer>;
  private current: Buffer = Buffer.alloc(0);
  private position = 0;

  constructor(file: string) {
    this.pieces = textPieces(file);
  }

  /** What is at hand without reading on; empty only at the end of the file. */
  available(): Buffer {
    while (this.position === this.current.length) {
      const piece = this.pieces.next();
      if (piece.done === true) return Buffer.alloc(0);
      this.current = piece.value;
      this.position = 0;
    }
    return this.current.subarray(this.position);
  }

  advance(count: number): void {
    this.position += count;
  }

  /** The rest of the line that begins with `start`; nothing at the end of the file. */
  restOfLine(start: Buffer): string | undefined {
    const parts: Buffer[] = [start];
    for (;;) {
      const rest = this.available();
      if (rest.length === 0) break;
      const end = rest.indexOf(LINE_FEED);
      parts.push(end < 0 ? rest : rest.subarray(0, end));
      this.advance(end < 0 ? rest.length : end);
      if (end >= 0) break;
    }
    const text = Buffer.concat(parts).toString('utf8');
    return text === '' ? undefined : text;
  }

  close(): void {
    this.pieces.return(undefined);
  }
}

/**
 * Holds a log that is being written by a re-execution against the file of the recorded one, line by line, without
 * keeping either in memory. The texts are equal exactly when the histories are.
 */
export class LogComparison {
  private readonly reader: ByteReader;
  private readonly encoder: LogEncoder;
  private line = 0;
  private found: Divergence | undefined;

  constructor(file: string, header: LogHeader, view: () => View) {
    this.reader = new ByteReader(file);
    this.encoder = new LogEncoder(header, {
      newHasher: newNodeHasher,
      snapshot: () => snapshotOf(view()),
      write: (text) => this.compare(text),
    });
  }

  get divergence(): Divergence | undefined {
    return this.found;
  }

  readonly sink: RecordSink = (record) => {
    if (this.found === undefined) this.encoder.append(record);
  };

  /** The re-execution is over: what is left of the file is a divergence, too. */
  finish(): { readonly divergence: Divergence | undefined; readonly sha256: string | undefined } {
    if (this.found !== undefined) return { divergence: this.found, sha256: undefined };
    const { sha256 } = this.encoder.close();
    if (this.found === undefined && this.reader.available().length > 0) {
      const recorded = this.reader.restOfLine(Buffer.alloc(0));
      this.found = { line: this.line + 1, recorded, reExecuted: undefined };
    }
    this.reader.close();
    return { divergence: this.found, sha256: this.found === undefined ? sha256 : undefined };
  }

  private compare(text: string): void {
    let produced = Buffer.from(text, 'utf8');
    while (produced.length > 0 && this.found === undefined) {
      const end = produced.indexOf(LINE_FEED);
      const line = produced.subarray(0, end + 1);
      this.compareLine(line);
      produced = produced.subarray(end + 1);
    }
  }

  private compareLine(produced: Buffer): void {
    this.line += 1;
    let offset = 0;
    while (offset < produced.length) {
      const recorded = this.reader.available().subarray(0, produced.length - offset);
      const same =
        recorded.length > 0 && recorded.equals(produced.subarray(offset, offset + recorded.length));
      if (!same) {
        this.found = {
          line: this.line,
          recorded: this.reader.restOfLine(produced.subarray(0, offset)),
          reExecuted: produced.toString('utf8').trimEnd(),
        };
        return;
      }
      this.reader.advance(recorded.length);
      offset += recorded.length;
    }
  }
}
