import path from 'node:path';

/** A file that cannot be read or written: which one, why, and what to do, in a sentence for a person. */
export class FileError extends Error {
  override readonly name = 'FileError';
  readonly path: string;
  /** The system's code: `ENOENT`, `ENOSPC`. */
  readonly code: string;
  /** The sentence without the file in front: for problems, which name it in a field of their own. */
  readonly problem: string;

  constructor(file: string, code: string, problem: string, cause?: unknown) {
    super(`${file} ${problem}`, { cause });
    this.path = file;
    this.code = code;
    this.problem = problem;
  }
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

function readProblem(code: string, error: Error): string {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'does not exist: check the path';
    case 'EISDIR':
      return 'is a directory: name a file in it';
    case 'EACCES':
    case 'EPERM':
      return "cannot be read, for lack of permission: run as a user who may, or change the file's permissions";
    default:
      return `cannot be read: ${error.message}`;
  }
}

function writeProblem(file: string, code: string, error: Error): string {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `cannot be written, since there is no directory ${path.dirname(file)}: create it, or choose another path`;
    case 'EISDIR':
      return 'is a directory: name a file in it';
    case 'EACCES':
    case 'EPERM':
      return 'cannot be written, for lack of permission: choose another path, or change the permissions of its directory';
    case 'EROFS':
      return 'cannot be written, since its file system is read-only: choose another path';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'could not be written to its end, since the disk is full; nothing of it is left. Free some space, or choose another place';
    case 'EFBIG':
      return 'has grown past the largest file that is allowed here, and is removed: run for a shorter time, or choose another place';
    case 'ENAMETOOLONG':
      return 'cannot be written, since its name is too long: choose a shorter one';
    default:
      return `cannot be written: ${error.message}`;
  }
}

/** Run `work`, and make a system error of it a `FileError` about `file`. */
export function withFile<T>(file: string, doing: 'read' | 'write', work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined || error instanceof FileError || !(error instanceof Error)) throw error;
    const problem = doing === 'read' ? readProblem(code, error) : writeProblem(file, code, error);
    throw new FileError(file, code, problem, error);
  }
}
