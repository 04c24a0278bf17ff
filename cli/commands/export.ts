import type { LogRecord } from '../../core/log/record.ts';
import { readLog } from '../../files/log/read-log.ts';
import { writeWholeFile } from '../../files/whole-file.ts';
import { AuditExporter, exportDump } from '../../sim/incidents/export.ts';
import { EXIT, InputError } from '../exit.ts';
import { openLog, warnOfTornTail } from '../log-view.ts';
import { requireOtherFile } from '../output-file.ts';
import { jsonText } from '../print/json-text.ts';
import { yamlText } from '../print/yaml-text.ts';

export interface ExportOptions {
  readonly audit?: string;
  readonly dump?: string;
  readonly at?: string;
}

/** The events of a log since a moment, a line each. */
function* auditLines(log: string, after: number): Generator<string> {
  const records: LogRecord[] = [];
  const { header, summary } = readLog(log, { onRecord: (record) => void records.push(record) });
  warnOfTornTail(log, summary?.tornTail);
  const exporter = new AuditExporter(Number(header.seed ?? 0));
  for (const record of records) {
    if (record.rv <= after) continue;
    const event = exporter.event(record);
    if (event !== undefined) yield `${JSON.stringify(event)}\n`;
  }
}

/** `wavetank export LOG`: what a real cluster would have left behind. */
export function exportCommand(log: string, options: ExportOptions): number {
  const { audit, dump, at } = options;
  if (audit === undefined && dump === undefined) {
    throw new InputError(
      'export needs --audit FILE, for an audit log, or --dump FILE, for the state at a time, or both',
    );
  }
  for (const file of [audit, dump]) if (file !== undefined) requireOtherFile(file, [log], '--audit/--dump');
  if (audit !== undefined && audit === dump)
    throw new InputError('--audit and --dump name one file: give them two');
  const told: string[] = [];
  let after = 0;
  if (dump !== undefined || at !== undefined) {
    const { view } = openLog(log, at);
    if (dump !== undefined) {
      const state = exportDump(view);
      const { length } = state.items as readonly unknown[];
      writeWholeFile(dump, [/\.json$/i.test(dump) ? jsonText(state) : yamlText(state)]);
      told.push(`wrote ${dump}: ${length} objects`);
    }
    // What the dump shows is the start; the log goes on from there.
    if (at !== undefined) after = view.version;
  }
  if (audit !== undefined) {
    let count = 0;
    const counted = function* (): Generator<string> {
      for (const line of auditLines(log, after)) {
        count += 1;
        yield line;
      }
    };
    writeWholeFile(audit, counted());
    told.push(`wrote ${audit}: ${count} events`);
  }
  process.stdout.write(`${told.join('\n')}\n`);
  return EXIT.fine;
}
