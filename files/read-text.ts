import fs from 'node:fs';
import { FileError, withFile } from './file-error.ts';
import type { FileProblem } from './problem.ts';

/** The largest file that is read. What the API server takes in one request is 3 MiB; a file may hold many objects. */
const FILE_BYTES_MAX = 16 * 1_048_576;

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_048_576)} MiB`;
}

function check(file: string): string {
  const stat = fs.statSync(file);
  if (stat.size > FILE_BYTES_MAX) {
    const problem = `has ${megabytes(stat.size)}, more than the ${megabytes(FILE_BYTES_MAX)} that a file may have: split it`;
    throw new FileError(file, 'EFBIG', problem);
  }
  const bytes = fs.readFileSync(file);
  if (bytes.includes(0)) throw new FileError(file, 'EINVAL', 'is no text: it holds bytes that are zero');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new FileError(file, 'EINVAL', 'is no text in UTF-8');
  }
}

/** The text of a file that a person wrote, or what is wrong with the file. */
export function readText(file: string): { readonly text: string } | { readonly problem: FileProblem } {
  try {
    return { text: withFile(file, 'read', () => check(file)) };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return { problem: { file, message: error.problem } };
  }
}
