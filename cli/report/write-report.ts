import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeWholeFile } from '../../files/whole-file.ts';
import type { ReportExtras } from '../../sim/report/report-extras.ts';
import { warnOfTornTail } from '../log-view.ts';
import { VERSION } from '../version.ts';
import { embeddedLog } from './embedded-log.ts';
import { judgeLog } from './judge-log.ts';

/** What has to be in the page as it was built. */
const POLICY = 'http-equiv="Content-Security-Policy"';
const TITLE = '<title>wavetank report</title>';
const DATA = '<!--wavetank:data-->';

export interface WriteReportOptions {
  /** The scenario's name unless given. */
  readonly title?: string;
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
  const { base64, leftOut } = await embeddedLog(logFile);
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
