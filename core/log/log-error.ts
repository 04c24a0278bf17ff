/** What is wrong with a log, at which of its lines, and what to do about it. */
export class LogError extends Error {
  override readonly name = 'LogError';
  /** Counted from 1. */
  readonly line: number;
  /** The sentence without the place in front. */
  readonly problem: string;

  constructor(line: number, problem: string, place = `line ${line}`) {
    super(`${place}: ${problem}`);
    this.line = line;
    this.problem = problem;
  }

  /** The same, naming the file as compilers do: `run.jsonl:12`. */
  inFile(file: string): LogError {
    return new LogError(this.line, this.problem, `${file}:${this.line}`);
  }
}
