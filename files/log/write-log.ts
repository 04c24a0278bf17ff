import fs from 'node:fs';
import type { EncoderOptions, LogSeal } from '../../core/log/encoder.ts';
import { LogEncoder } from '../../core/log/encoder.ts';
import type { LogHeader } from '../../core/log/format.ts';
import type { LogRecord } from '../../core/log/record.ts';
import { withFile } from '../file-error.ts';
import { discardOutput, openOutput, writeFully } from '../whole-file.ts';
import { gzipMember } from './gzip-members.ts';
import { newNodeHasher } from './node-hasher.ts';

/** Text is written, and compressed, in pieces of about this many characters. */
const PIECE_CHARACTERS = 262_144;

export type LogWriterOptions = Pick<
  EncoderOptions,
  'snapshot' | 'keyframeEvery' | 'onBlock' | 'blockLines' | 'blockCharacters'
>;

/** A log that is being written. */
export interface LogWriter {
  /** Take in the next record: a `RecordSink`. */
  readonly append: (record: LogRecord) => void;
  /** Write a keyframe now. */
  keyframe(): void;
  /** Finish the log and put it in its place. Nothing is there before. */
  close(): LogSeal;
  /** Give up: nothing is left behind. */
  abort(): void;
}

/**
 * Open a log for writing at `file`; compressed when its name ends in `.gz`. Everything is written in the call that
 * brings it, so that a log never grows in memory. A failure is a `FileError`, and leaves nothing behind.
 */
export function openLogWriter(file: string, header: LogHeader, options: LogWriterOptions = {}): LogWriter {
  const output = withFile(file, 'write', () => openOutput(file));
  const isCompressed = file.endsWith('.gz');
  let pieces: string[] = [];
  let characters = 0;
  let isOpen = true;

  function discard(): void {
    if (!isOpen) return;
    isOpen = false;
    discardOutput(output);
  }

  function attempt<T>(work: () => T): T {
    if (!isOpen) throw new Error(`the log ${file} was closed or given up`);
    try {
      return withFile(file, 'write', work);
    } catch (error) {
      discard();
      throw error;
    }
  }

  function flush(): void {
    if (characters === 0) return;
    const text = Buffer.from(pieces.join(''), 'utf8');
    pieces = [];
    characters = 0;
    writeFully(output.fd, isCompressed ? gzipMember(text) : text);
  }

  const encoder = new LogEncoder(header, {
    ...options,
    newHasher: newNodeHasher,
    write: (text) => {
      pieces.push(text);
      characters += text.length;
      if (characters >= PIECE_CHARACTERS) attempt(flush);
    },
  });

  return {
    append: (record) => encoder.append(record),
    keyframe: () => encoder.keyframe(),
    close: () => {
      const seal = attempt(() => {
        const sealed = encoder.close();
        flush();
        // On the disk before the name says so.
        if (output.unfinished !== undefined) fs.fsyncSync(output.fd);
        return sealed;
      });
      attempt(() => {
        if (output.unfinished !== undefined) fs.renameSync(output.unfinished, output.target);
      });
      isOpen = false;
      fs.closeSync(output.fd);
      return seal;
    },
    abort: discard,
  };
}
