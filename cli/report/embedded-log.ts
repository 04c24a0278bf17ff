import path from 'node:path';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { LogEncoder } from '../../core/log/encoder.ts';
import type { LogRecord } from '../../core/log/record.ts';
import { parseSeries } from '../../core/log/series.ts';
import { newNodeHasher } from '../../files/log/node-hasher.ts';
import { readLog } from '../../files/log/read-log.ts';
import { textPieces } from '../../files/log/text-source.ts';
import { InputError } from '../exit.ts';

/**
 * Compressed bytes of a log that go into a page at most. A browser holds all records in memory: this many are some
 * 500,000 events and 400 megabytes.
 */
const EMBEDDED_BYTES_MAX = 30 * 1024 * 1024;

const MEBIBYTE = 1024 * 1024;

/** Base64 of the compressed text, or `undefined` where it is too large. */
async function compressed(pieces: Iterable<Buffer | string>, bytesMax: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const gzip = Readable.from(pieces, { objectMode: true }).compose(createGzip()) as AsyncIterable<Buffer>;
  for await (const chunk of gzip) {
    bytes += chunk.length;
    if (bytes > bytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('base64');
}

/** Whether a record may be missing without anything else looking different: nothing is ever caused by these. */
function isDispensable(record: LogRecord): boolean {
  if (record.type === 'sample') return parseSeries(record.series).subject === 'pod';
  return record.type === 'event' && record.kind.kind === 'Event';
}

/** The log without what is least missed: a log of its own, with hashes of its own. */
function thinnedLog(logFile: string): readonly string[] {
  const pieces: string[] = [];
  const { header } = readLog(logFile, { at: { rv: 1 } });
  const encoder = new LogEncoder(header, { newHasher: newNodeHasher, write: (text) => pieces.push(text) });
  readLog(logFile, {
    onRecord: (record) => {
      if (!isDispensable(record)) encoder.append(record);
    },
  });
  encoder.close();
  return pieces;
}

/** The log as it goes into the page: whole, or where that is too large without what is least missed. */
export async function embeddedLog(
  logFile: string,
  bytesMax = EMBEDDED_BYTES_MAX,
): Promise<{ readonly base64: string; readonly leftOut: string | undefined }> {
  const whole = await compressed(textPieces(logFile), bytesMax);
  if (whole !== undefined) return { base64: whole, leftOut: undefined };
  const thinned = await compressed(thinnedLog(logFile), bytesMax);
  if (thinned !== undefined) {
    const leftOut = `The log is large: Event objects and the usage of single pods are left out of this page. They are in ${path.basename(logFile)}.`;
    return { base64: thinned, leftOut };
  }
  const limit = `${Math.floor(bytesMax / MEBIBYTE)} MiB`;
  throw new InputError(
    `${logFile} is too large for one page: more than ${limit} compressed, even without Event objects and the usage of ` +
      'single pods. Run the scenario for a shorter time (run --for), or read this log with get, describe and why',
  );
}
