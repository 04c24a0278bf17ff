import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { createGzip } from 'node:zlib';
import { LogEncoder } from '../../core/log/encoder.ts';
import type { LogRecord } from '../../core/log/record.ts';
import { parseSeries } from '../../core/log/series.ts';
import { newNodeHasher } from '../../files/log/node-hasher.ts';
import { readLog } from '../../files/log/read-log.ts';
import { textPieces } from '../../files/log/text-source.ts';
import { writeWholeFile } from '../../files/whole-file.ts';
import type { ReportExtras } from '../../sim/report/report-extras.ts';
import { InputError } from '../exit.ts';
import { warnOfTornTail } from '../log-view.ts';
import { VERSION } from '../version.ts';
import { judgeLog } from './judge-log.ts';

/**
 * Compressed bytes of a log that go into a page at most. A browser holds all records in memory: this many are some
 * 500,000 events and 400 megabytes.
 */
const EMBEDDED_BYTES_MAX = 30 * 1024 * 1024;

const MEBIBYTE = 1024 * 1024;

/** What has to be in the page as it was built. */
const POLICY = 'http-equiv="Content-Security-Policy"';
const TITLE = '<title>wavetank report</title>';
const DATA = '<!--wavetank:data-->';

export interface WriteReportOptions {
  /** The scenario's name unless given. */
  readonly title?: string;
  /** For tests: a smaller bound than `EMBEDDED_BYTES_MAX`. */
  readonly embeddedBytesMax?: number;
}

export interface WrittenReport {
  readonly bytes: number;
  /** What was left out of the page, in a sentence. */
  readonly leftOut: string | undefined;
}

/** The compiled file is dist/cli/report/write-report.js; the page is built into dist/web. */
const PAGE = new URL('../../web/report.html', import.meta.url);

function emptyPage(): string {
  const page = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '';
  if (page.includes(POLICY) && page.includes(TITLE) && page.includes(DATA)) return page;
  throw new Error(`${fileURLToPath(PAGE)} is not the page of reports: npm run build makes it`);
}

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

async function embeddedLog(
  logFile: string,
  bytesMax: number,
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

/** JSON that is safe within an element: no text of it can end the element or begin a comment. */
function inertJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

function escapedHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function* pagePieces(page: string, extras: ReportExtras, base64: string): Generator<string> {
  const place = page.indexOf(DATA);
  yield page.slice(0, place).replace(TITLE, () => `<title>${escapedHtml(extras.title)}</title>`);
  // Elements of these types run nothing; Base64 and the escaped JSON can't end them.
  yield `<script type="application/json" id="wavetank-extras">${inertJson(extras)}</script>\n`;
  yield '    <script type="application/octet-stream" id="wavetank-log">';
  yield base64;
  yield '</script>';
  yield page.slice(place + DATA.length);
}

/**
 * Write a report of the run in `logFile` to `outFile`: one HTML file that holds all of it and fetches nothing. What
 * the scenario expects, and what must hold in every run, is judged from the log.
 */
export async function writeReport(
  logFile: string,
  outFile: string,
  options: WriteReportOptions = {},
): Promise<WrittenReport> {
  const page = emptyPage();
  const { summary, header, ...judgement } = judgeLog(logFile);
  warnOfTornTail(logFile, summary.tornTail);
  const { base64, leftOut } = await embeddedLog(logFile, options.embeddedBytesMax ?? EMBEDDED_BYTES_MAX);
  const name = typeof header.scenario === 'string' ? header.scenario : path.basename(logFile);
  const extras: ReportExtras = {
    title: options.title ?? name,
    version: VERSION,
    sha256: summary.sha256,
    ...judgement,
    ...(leftOut === undefined ? {} : { leftOut }),
  };
  const { bytes } = writeWholeFile(outFile, pagePieces(page, extras, base64));
  return { bytes, leftOut };
}
