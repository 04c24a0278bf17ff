import type { ReportExtras } from '../../sim/report/report-extras.ts';
import { type RunModel, RunReader } from '../history/run-model.ts';

/** Ids of the elements that the command line puts the data into; they run nothing. */
const LOG_ID = 'wavetank-log';
const EXTRAS_ID = 'wavetank-extras';
/** Base64 is decoded in pieces of this many characters: four stand for three bytes. */
const PIECE_CHARACTERS = 4 * 65_536;
/** The page answers at least this often while it reads. */
const BREATH_MS = 50;

function textOf(id: string): string {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`this page holds no ${id}: it was not made by \`wavetank report\``);
  return element.textContent ?? '';
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = base64.trim();
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let at = 0;
  for (let from = 0; from < text.length; from += PIECE_CHARACTERS) {
    const piece = atob(text.slice(from, from + PIECE_CHARACTERS));
    for (let index = 0; index < piece.length; index++) bytes[at++] = piece.charCodeAt(index);
  }
  return bytes;
}

function breath(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** The run that is in this page; `progress` hears of lines read. */
export async function readEmbedded(progress: (lines: number) => void): Promise<RunModel> {
  const extras = JSON.parse(textOf(EXTRAS_ID)) as ReportExtras;
  const compressed = new Blob([bytesOf(textOf(LOG_ID))]).stream();
  const reader = compressed.pipeThrough(new DecompressionStream('gzip')).getReader();
  const decoder = new TextDecoder();
  const run = new RunReader();
  let rest = '';
  let lines = 0;
  let breathedAt = performance.now();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const pieces = (rest + decoder.decode(value, { stream: true })).split('\n');
    rest = pieces.pop() ?? '';
    for (const line of pieces) run.feed(line);
    lines += pieces.length;
    if (performance.now() - breathedAt < BREATH_MS) continue;
    progress(lines);
    await breath();
    breathedAt = performance.now();
  }
  return run.finish(rest + decoder.decode(), extras);
}
