import type { ResumePoint, TornTail } from '../../core/log/block-reader.ts';
import { isBlockLine, parseHeader } from '../../core/log/block-reader.ts';
import type { DecoderOptions, LiveObject, LogSummary, Moment } from '../../core/log/decoder.ts';
import { LogDecoder } from '../../core/log/decoder.ts';
import type { BlockSeal, LogHeader } from '../../core/log/format.ts';
import { LogError } from '../../core/log/log-error.ts';
import type { LogRecord } from '../../core/log/record.ts';
import type { Micros } from '../../core/time.ts';
import { newNodeHasher } from './node-hasher.ts';
import { eachLine } from './text-source.ts';

export interface ReadOptions {
  /** Read up to this moment; to the end where it is absent. */
  readonly at?: Moment;
  readonly onRecord?: (record: LogRecord) => void;
  readonly onBlock?: (seal: BlockSeal) => void;
}

/** What reading came to. */
export interface LogReading {
  readonly header: LogHeader;
  /** The last record that was read, and its time: at the moment asked for or before it. */
  readonly rv: number;
  readonly t: Micros;
  /** The state then: by kind in the registry's order, then by key. */
  readonly objects: readonly LiveObject[];
  /** Absent where reading stopped before the log's end. */
  readonly summary: LogSummary | undefined;
}

export interface LogRecords {
  readonly header: LogHeader;
  readonly records: readonly LogRecord[];
  readonly tornTail: TornTail | undefined;
}

/** Run `work`, and name the file in its `LogError`s. */
function inLog<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof LogError ? error.inFile(file) : error;
  }
}

function read(
  file: string,
  options: DecoderOptions,
): { decoder: LogDecoder; summary: LogSummary | undefined } {
  return inLog(file, () => {
    const decoder = new LogDecoder({ ...options, newHasher: newNodeHasher });
    let linesToSkip = options.resume === undefined ? 0 : options.resume.line - 1;
    const incomplete = eachLine(file, (line) => {
      if (linesToSkip > 0) linesToSkip--;
      else decoder.feed(line);
      return !decoder.isPast;
    });
    const summary = decoder.isPast ? undefined : decoder.finish(incomplete.text, incomplete.bytes);
    return { decoder, summary };
  });
}

function reading(decoder: LogDecoder, summary: LogSummary | undefined): LogReading {
  const { header, lastRv, lastT } = decoder;
  if (header === undefined) throw new Error('a log without a header was accepted');
  return { header, rv: lastRv, t: lastT ?? header.start, objects: decoder.objects(), summary };
}

/** Read a log from its start, record by record. A file of any size takes the memory of its state and one block. */
export function readLog(file: string, options: ReadOptions = {}): LogReading {
  const { at, ...callbacks } = options;
  const { decoder, summary } = read(file, { ...callbacks, ...(at === undefined ? {} : { until: at }) });
  return reading(decoder, summary);
}

/** All records of a log, in memory. */
export function readRecords(file: string): LogRecords {
  const records: LogRecord[] = [];
  const { header, summary } = readLog(file, { onRecord: (record) => void records.push(record) });
  return { header, records, tornTail: summary?.tornTail };
}

/** The state at a moment, from the nearest keyframe. */
export function readStateAt(file: string, at: Moment): LogReading {
  const resume = nearestKeyframe(file, at);
  const { decoder, summary } = read(file, { until: at, ...(resume === undefined ? {} : { resume }) });
  return reading(decoder, summary);
}

/** Hold every block to its hash, without reading records. The log's hash is the summary's. */
export function verifyChain(file: string, onBlock?: (seal: BlockSeal) => void): LogSummary {
  const { summary } = read(file, { hashesOnly: true, ...(onBlock === undefined ? {} : { onBlock }) });
  if (summary === undefined) throw new Error('a log that is read to its end has a summary');
  return summary;
}

const KEYFRAME = /^\{"keyframe":(\d+),"t":(\d+),"objects":(\d+)\}$/;

/** The last keyframe at or before a moment whose lines all lie in whole blocks. */
function nearestKeyframe(file: string, at: Moment): ResumePoint | undefined {
  let header: LogHeader | undefined;
  let nearest: ResumePoint | undefined;
  let candidate: ResumePoint | undefined;
  let objectsToCome = 0;
  let lineNumber = 0;
  inLog(file, () =>
    eachLine(file, (line) => {
      lineNumber++;
      header ??= parseHeader(line);
      if (isBlockLine(line)) {
        if (objectsToCome <= 0 && candidate !== undefined) nearest = candidate;
        return true;
      }
      objectsToCome--;
      const match = KEYFRAME.exec(line);
      if (match === null) return true;
      const rv = Number(match[1]);
      if ('rv' in at ? rv > at.rv : header.start + Number(match[2]) > at.t) return false;
      candidate = { header, line: lineNumber, rv };
      objectsToCome = Number(match[3]);
      return true;
    }),
  );
  return nearest;
}
