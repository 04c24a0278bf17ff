import fs from 'node:fs';
import zlib from 'node:zlib';
import { FileError, withFile } from '../file-error.ts';
import {
  isGzip,
  isOwnMember,
  MEMBER_HEADER_BYTES,
  memberBodyBytes,
  memberText,
  partialMemberText,
} from './gzip-members.ts';

const PIECE_BYTES = 1_048_576;
/** What another program has compressed comes in one piece, and has to fit in memory. */
const FOREIGN_GZIP_BYTES_MAX = 1_073_741_824;
const LINE_FEED = 0x0a;

/** Fill `buffer` from `position` on; fewer bytes only at the end of the file. */
function readFully(fd: number, buffer: Buffer, position: number): Buffer {
  let filled = 0;
  while (filled < buffer.length) {
    const count = fs.readSync(fd, buffer, filled, buffer.length - filled, position + filled);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}

function* plainPieces(fd: number): Generator<Buffer> {
  for (let position = 0; ; ) {
    const piece = readFully(fd, Buffer.allocUnsafe(PIECE_BYTES), position);
    if (piece.length === 0) return;
    position += piece.length;
    yield piece;
  }
}

function* memberPieces(fd: number, file: string): Generator<Buffer> {
  const { size } = fs.fstatSync(fd);
  for (let position = 0; position < size; ) {
    const header = readFully(fd, Buffer.allocUnsafe(MEMBER_HEADER_BYTES), position);
    if (header.length < MEMBER_HEADER_BYTES) return;
    if (!isOwnMember(header)) throw damaged(file, position);
    const start = position + MEMBER_HEADER_BYTES;
    const bodyBytes = memberBodyBytes(header);
    const body = readFully(fd, Buffer.allocUnsafe(Math.min(bodyBytes, size - start)), start);
    if (body.length < bodyBytes) {
      yield partialMemberText(body);
      return;
    }
    const text = memberText(body);
    if (text === undefined) throw damaged(file, position);
    yield text;
    position = start + bodyBytes;
  }
}

function damaged(file: string, position: number): FileError {
  return new FileError(
    file,
    'EDAMAGED',
    `is damaged: its compressed data was changed in the part that starts at byte ${position}. Restore the file, or run its scenario again`,
  );
}

function foreignText(fd: number, file: string): Buffer {
  try {
    return zlib.gunzipSync(fs.readFileSync(fd), {
      finishFlush: zlib.constants.Z_SYNC_FLUSH,
      maxOutputLength: FOREIGN_GZIP_BYTES_MAX,
    });
  } catch (error) {
    if (error instanceof RangeError) {
      throw new FileError(
        file,
        'EFBIG',
        'is too large to be read in one piece: decompress it with gunzip and read the result',
        error,
      );
    }
    throw damaged(file, 0);
  }
}

/** The bytes of a log's text, piece by piece. Whether it is compressed is seen from its content. */
export function* textPieces(file: string): Generator<Buffer> {
  const fd = withFile(file, 'read', () => {
    // Opening a directory succeeds on some systems, and opening a pipe would wait.
    if (fs.statSync(file).isDirectory()) throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
    return fs.openSync(file, 'r');
  });
  try {
    const start = withFile(file, 'read', () => readFully(fd, Buffer.alloc(MEMBER_HEADER_BYTES), 0));
    if (!isGzip(start)) yield* guarded(file, plainPieces(fd));
    else if (isOwnMember(start)) yield* guarded(file, memberPieces(fd, file));
    else yield withFile(file, 'read', () => foreignText(fd, file));
  } finally {
    fs.closeSync(fd);
  }
}

/** System errors of reading become `FileError`s; errors of whoever takes the pieces are none of them. */
function* guarded(file: string, pieces: Generator<Buffer>): Generator<Buffer> {
  for (;;) {
    const piece = withFile(file, 'read', () => pieces.next());
    if (piece.done === true) return;
    yield piece.value;
  }
}

/** What came after the last line feed. */
export interface IncompleteLine {
  readonly text: string;
  readonly bytes: number;
}

/** Give each whole line of a file to `take`, which says whether to go on; returns what follows the last of them. */
export function eachLine(file: string, take: (line: string) => boolean): IncompleteLine {
  let rest: Buffer[] = [];
  for (const piece of textPieces(file)) {
    const end = piece.lastIndexOf(LINE_FEED);
    if (end < 0) {
      rest.push(piece);
      continue;
    }
    const whole = piece.subarray(0, end);
    const text = (rest.length === 0 ? whole : Buffer.concat([...rest, whole])).toString('utf8');
    for (const line of text.split('\n')) {
      if (!take(line)) return { text: '', bytes: 0 };
    }
    rest = end + 1 < piece.length ? [piece.subarray(end + 1)] : [];
  }
  const tail = Buffer.concat(rest);
  return { text: tail.toString('utf8'), bytes: tail.length };
}
