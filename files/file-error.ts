import path from 'node:path';

/** A file that cannot be read or written: which one, why, and what to do, in a sentence for a person. */
export class FileError extends Error {
  override readonly name = 'FileError';
  readonly path: string;
  /** The system's code: `ENOENT`, `ENOSPC`. */
  readonly code: string;

  constructor(file: string, code: string, sentence: string, cause?: unknown) {
    super(sentence, { cause });
    this.path = file;
    this.code = code;
  }
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

function readSentence(file: string, code: string, error: Error): string {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `there is no file ${file}: check the path`;
    case 'EISDIR':
      return `${file} is a directory: name a file in it`;
    case 'EACCES':
    case 'EPERM':
      return `no permission to read ${file}: run as a user who may, or change the file's permissions`;
    default:
      return `${file} cannot be read: ${error.message}`;
  }
}

function writeSentence(file: string, code: string, error: Error): string {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `${file} cannot be written, since there is no directory ${path.dirname(file)}: create it, or choose another path`;
    case 'EISDIR':
      return `${file} is a directory: name a file in it`;
    case 'EACCES':
    case 'EPERM':
      return `no permission to write ${file}: choose another path, or change the permissions of its directory`;
    case 'EROFS':
      return `${file} cannot be written, since its file system is read-only: choose another path`;
    case 'ENOSPC':
    case 'EDQUOT':
      return `the disk is full: ${file} could not be written to its end, and what there was of it is removed. Free some space, or choose another place`;
    case 'EFBIG':
      return `${file} has grown past the largest file that is allowed here, and is removed: run for a shorter time, or choose another place`;
    case 'ENAMETOOLONG':
      return `the name of ${file} is too long: choose a shorter one`;
    default:
      return `${file} cannot be written: ${error.message}`;
  }
}

/** Run `work`, and make a system error of it a `FileError` about `file`. */
export function withFile<T>(file: string, doing: 'read' | 'write', work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined || error instanceof FileError || !(error instanceof Error)) throw error;
    const sentence = doing === 'read' ? readSentence(file, code, error) : writeSentence(file, code, error);
    throw new FileError(file, code, sentence, error);
  }
}
