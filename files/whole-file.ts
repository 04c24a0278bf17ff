import fs from 'node:fs';
import { withFile } from './file-error.ts';

/** Where the bytes of a file go: a file next to the target that takes its place in the end, or a device as it is. */
export interface Output {
  readonly fd: number;
  /** Absent for a device or a pipe, which nothing can take the place of. */
  readonly unfinished: string | undefined;
  readonly target: string;
}

export function openOutput(file: string): Output {
  const status = fs.statSync(file, { throwIfNoEntry: false });
  if (status?.isDirectory() === true) throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
  if (status !== undefined && !status.isFile()) {
    return { fd: fs.openSync(file, 'w'), unfinished: undefined, target: file };
  }
  // Through a link, so that the link stays one.
  const target = status === undefined ? file : fs.realpathSync(file);
  if (status !== undefined) fs.accessSync(target, fs.constants.W_OK);
  const unfinished = `${target}.unfinished-${process.pid}`;
  return { fd: fs.openSync(unfinished, 'w'), unfinished, target };
}

export function writeFully(fd: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) {
    written += fs.writeSync(fd, bytes, written, bytes.length - written);
  }
}

/** Close and remove what was written: nothing is left behind. */
export function discardOutput(output: Output): void {
  fs.closeSync(output.fd);
  if (output.unfinished !== undefined) fs.rmSync(output.unfinished, { force: true });
}

/** Write a file that appears under its name only when it is complete. A failure is a `FileError`. */
export function writeWholeFile(file: string, pieces: Iterable<string>): { readonly bytes: number } {
  const output = withFile(file, 'write', () => openOutput(file));
  let bytes = 0;
  try {
    withFile(file, 'write', () => {
      for (const piece of pieces) {
        const encoded = Buffer.from(piece, 'utf8');
        writeFully(output.fd, encoded);
        bytes += encoded.length;
      }
      // On the disk before the name says so.
      if (output.unfinished !== undefined) fs.fsyncSync(output.fd);
      if (output.unfinished !== undefined) fs.renameSync(output.unfinished, output.target);
    });
  } catch (error) {
    discardOutput(output);
    throw error;
  }
  fs.closeSync(output.fd);
  return { bytes };
}
