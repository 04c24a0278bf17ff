import path from 'node:path';
import { EXIT } from '../exit.ts';
import { requireOtherFile } from '../output-file.ts';
import { writeReport } from '../report/write-report.ts';

export interface ReportOptions {
  readonly out?: string;
  readonly title?: string;
}

/** `shop.jsonl.gz` → `shop.html`, beside the log. */
function reportFileOf(logFile: string): string {
  const name = path
    .basename(logFile)
    .replace(/\.gz$/, '')
    .replace(/\.jsonl?$/, '');
  return path.join(path.dirname(logFile), `${name}.html`);
}

const KIBIBYTE = 1024;

function sizeText(bytes: number): string {
  const kibibytes = bytes / KIBIBYTE;
  return kibibytes < KIBIBYTE ? `${Math.ceil(kibibytes)} KiB` : `${(kibibytes / KIBIBYTE).toFixed(1)} MiB`;
}

/** `wavetank report FILE` */
export async function reportCommand(logFile: string, options: ReportOptions): Promise<number> {
  const out = options.out ?? reportFileOf(logFile);
  requireOtherFile(out, [logFile]);
  const { bytes, leftOut } = await writeReport(
    logFile,
    out,
    options.title === undefined ? {} : { title: options.title },
  );
  if (leftOut !== undefined) process.stderr.write(`warning: ${leftOut}\n`);
  process.stdout.write(`report ${out} (${sizeText(bytes)})\n`);
  return EXIT.fine;
}
