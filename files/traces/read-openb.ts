import { statSync } from 'node:fs';
import path from 'node:path';
import { SECOND } from '../../core/time.ts';
import type { TraceArrival, TraceNode, TraceTask } from '../../sim/policies/workload.ts';
import { didYouMean } from '../../sim/scenario/problem.ts';
import { FileError, withFile } from '../file-error.ts';
import { type CsvRow, type CsvTable, readCsv } from './read-csv.ts';

/**
 * The openb trace of a GPU cluster (Weng et al., USENIX ATC 2023), and any other in its two tables
 * (https://github.com/hkust-adsl/kubernetes-scheduler-simulator, data/README.md).
 */
export interface Trace {
  readonly nodes: readonly TraceNode[];
  readonly tasks: readonly TraceTask[];
  /** Rows that could not be used. */
  readonly rejected: readonly RejectedRows[];
}

/** The rows of one file that could not be used: all are counted, the first are named. */
export interface RejectedRows {
  readonly file: string;
  readonly rows: number;
  readonly count: number;
  /** `pods.csv:17: cpu_milli: …`. */
  readonly examples: readonly string[];
}

const NODE_FILE = 'openb_node_list_all_node.csv';
const POD_FILE = 'openb_pod_list_default.csv';

const NODE_COLUMNS = ['sn', 'cpu_milli', 'memory_mib', 'gpu', 'model'];
const POD_COLUMNS = ['name', 'cpu_milli', 'memory_mib', 'num_gpu', 'gpu_milli'];
const TIME_COLUMNS = ['creation_time', 'deletion_time'];

const EXAMPLES_MAX = 5;
/** If more than this share of a table can't be used, it isn't what it is taken for. */
const REJECTED_SHARE_MAX = 0.1;
const GPU_MILLI = 1000;
/** No machine has more of anything (50,000 CPUs, 47 TiB); the scheduler counts such amounts exactly. */
const AMOUNT_MAX = 50_000_000;

/** The two tables in a folder, or in its `csv` or `data/csv`. */
export function findOpenb(folder: string): { readonly nodes: string; readonly pods: string } {
  const places = [folder, path.join(folder, 'csv'), path.join(folder, 'data', 'csv')];
  const place = places.find(
    (each) => statSync(path.join(each, NODE_FILE), { throwIfNoEntry: false }) !== undefined,
  );
  if (place === undefined) {
    withFile(folder, 'read', () => statSync(folder));
    throw new FileError(folder, 'ENOENT', `holds no ${NODE_FILE}, nor do its folders csv and data/csv`);
  }
  return { nodes: path.join(place, NODE_FILE), pods: path.join(place, POD_FILE) };
}

export function readOpenb(nodeFile: string, podFile: string, arrival: TraceArrival): Trace {
  const nodeTable = readCsv(nodeFile);
  const podTable = readCsv(podFile);
  requireColumns(nodeFile, nodeTable, NODE_COLUMNS, '');
  requireColumns(podFile, podTable, POD_COLUMNS, '');
  const timed = arrival === 'recorded';
  if (timed) requireColumns(podFile, podTable, TIME_COLUMNS, ', which the arrival "recorded" needs');
  const nodes = readRows(nodeFile, nodeTable, 'sn', readNode);
  const pods = readRows(podFile, podTable, 'name', (row) => readTask(row, podTable.columns, timed));
  return {
    nodes: nodes.values,
    tasks: pods.values,
    rejected: [nodes.rejected, pods.rejected].filter(({ count }) => count > 0),
  };
}

function requireColumns(file: string, { columns }: CsvTable, needed: readonly string[], why: string): void {
  const missing = needed.filter((name) => !columns.includes(name));
  const [first] = missing;
  if (first === undefined) return;
  const what = missing.length === 1 ? `the column ${first}` : `the columns ${missing.join(', ')}`;
  const others = columns.filter((name) => !needed.includes(name));
  const meant = didYouMean(first, others)
    .replace(', did you mean', '; is it')
    .replace('?', ' by another name?');
  throw new FileError(file, 'EINVAL', `lacks ${what}${why}: line 1 has ${columns.join(', ')}${meant}`);
}

/** A value, or what is wrong with the row: `cpu_milli: …`. */
type ReadRow<T> = { readonly value: T } | { readonly problem: string };

function readRows<T>(
  file: string,
  { rows }: CsvTable,
  key: string,
  read: (row: CsvRow) => ReadRow<T>,
): { readonly values: readonly T[]; readonly rejected: RejectedRows } {
  const values: T[] = [];
  const examples: string[] = [];
  const lines = new Map<string, number>();
  let count = 0;
  for (const row of rows) {
    const name = row.fields[key] ?? '';
    const result = nameProblem(key, name, lines.get(name)) ?? read(row);
    if ('value' in result) {
      lines.set(name, row.line);
      values.push(result.value);
      continue;
    }
    count += 1;
    if (examples.length < EXAMPLES_MAX) examples.push(`${file}:${row.line}: ${result.problem}`);
  }
  if (values.length === 0 || count > rows.length * REJECTED_SHARE_MAX) {
    const found = count === 0 ? 'has no rows' : `has ${rows.length} rows, of which ${count} can't be used`;
    const detail = examples.map((example) => `\n${example}`).join('');
    throw new FileError(file, 'EINVAL', `${found}${detail}`);
  }
  return { values, rejected: { file, rows: rows.length, count, examples } };
}

/** RFC 1123: it becomes the name of an object. */
const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

function nameProblem(
  key: string,
  name: string,
  first: number | undefined,
): { readonly problem: string } | undefined {
  if (!NAME.test(name))
    return {
      problem: `${key}: expected a name of lower-case letters, digits, "-" and ".", got ${quoted(name)}`,
    };
  return first === undefined ? undefined : { problem: `${key}: ${name} is in line ${first} already` };
}

function quoted(text: string): string {
  return text === '' ? 'nothing' : JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

class RowError extends Error {}

/** Reads a row's fields; the first that is wrong is the row's problem. */
function reading<T>(read: () => T): ReadRow<T> {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof RowError) return { problem: error.message };
    throw error;
  }
}

function amount({ fields }: CsvRow, column: string, max = AMOUNT_MAX): number {
  const text = fields[column] ?? '';
  // Tables that went through a data frame write whole numbers as 12.0.
  const plain = text.replace(/\.0+$/, '');
  if (/^-\d/.test(plain)) throw new RowError(`${column}: can't be negative, got ${quoted(text)}`);
  if (!/^\d+$/.test(plain)) throw new RowError(`${column}: expected a whole number, got ${quoted(text)}`);
  const value = Number(plain);
  if (value > max) throw new RowError(`${column}: expected at most ${max}, got ${quoted(text)}`);
  return value;
}

/** A cell that holds nothing, as a data frame writes it. */
function isBlank(text: string | undefined): boolean {
  return text === undefined || text === '' || text.toLowerCase() === 'nan';
}

function readNode(row: CsvRow): ReadRow<TraceNode> {
  return reading(() => {
    const gpus = amount(row, 'gpu');
    const model = row.fields.model ?? '';
    const milliCpu = amount(row, 'cpu_milli');
    const memoryMi = amount(row, 'memory_mib');
    return {
      name: row.fields.sn!,
      milliCpu,
      memoryMi,
      gpus,
      model: gpus === 0 || isBlank(model) ? '' : model,
    };
  });
}

function readTask(row: CsvRow, columns: readonly string[], timed: boolean): ReadRow<TraceTask> {
  return reading(() => {
    const { fields } = row;
    const gpus = amount(row, 'num_gpu');
    const gpuMilli = gpus === 0 ? 0 : amount(row, 'gpu_milli', GPU_MILLI);
    if (gpus > 1 && gpuMilli !== GPU_MILLI)
      throw new RowError(`gpu_milli: several GPUs can't be shared: expected 1000, got "${gpuMilli}"`);
    if (gpus === 1 && gpuMilli === 0)
      throw new RowError('gpu_milli: expected more than 0 of the one GPU, got "0"');
    const milliCpu = amount(row, 'cpu_milli');
    const memoryMi = amount(row, 'memory_mib');
    const models =
      gpus === 0 || isBlank(fields.gpu_spec) ? [] : fields.gpu_spec!.split('|').filter((each) => each !== '');
    const task: TraceTask = { name: fields.name!, milliCpu, memoryMi, gpus, gpuMilli, models };
    return timed ? { ...task, ...timesOf(row, columns) } : task;
  });
}

/** A task runs from when it was scheduled until it was deleted; one that never was runs from its creation. */
function timesOf(row: CsvRow, columns: readonly string[]): Pick<TraceTask, 'created' | 'lifetime'> {
  const created = amount(row, 'creation_time');
  if (isBlank(row.fields.deletion_time)) return { created: created * SECOND };
  const deleted = amount(row, 'deletion_time');
  if (deleted < created)
    throw new RowError(`deletion_time: is ${deleted}, before the creation_time ${created}`);
  const isScheduled = columns.includes('scheduled_time') && !isBlank(row.fields.scheduled_time);
  const started = isScheduled ? amount(row, 'scheduled_time') : created;
  return { created: created * SECOND, lifetime: Math.max(1, deleted - Math.min(started, deleted)) * SECOND };
}
