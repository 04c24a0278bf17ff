import { CsvError } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import { FileError } from '../file-error.ts';
import { readText } from '../read-text.ts';

/** A row of a table with the names of its columns, and its line in the file. */
export interface CsvRow {
  readonly line: number;
  readonly fields: Readonly<Record<string, string>>;
}

export interface CsvTable {
  readonly columns: readonly string[];
  readonly rows: readonly CsvRow[];
}

interface ParsedRow {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/** Reads a table whose first line names its columns. A row may be shorter or longer than that: its reader will see. */
export function readCsv(file: string): CsvTable {
  const read = readText(file);
  if ('problem' in read) throw new FileError(file, 'EINVAL', read.problem.message);
  const parsed = parsedRows(file, read.text);
  const [head, ...rest] = parsed;
  if (head === undefined)
    throw new FileError(file, 'EINVAL', 'is empty: expected a line with the names of the columns');
  const columns = head.record.map((name) => name.trim());
  const rows = rest.map(({ record, info }): CsvRow => {
    const fields = Object.fromEntries(columns.map((column, index) => [column, (record[index] ?? '').trim()]));
    return { line: info.lines, fields };
  });
  return { columns, rows };
}

function parsedRows(file: string, text: string): readonly ParsedRow[] {
  try {
    // `info` gives the last line of each record; its types don't follow from the options.
    return parse(text, {
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as ParsedRow[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new FileError(file, 'EINVAL', `can't be read as CSV: ${error.message}`);
  }
}
