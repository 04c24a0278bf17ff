/** What is wrong with a log, at which of its lines, and what to do about it. */
export class LogError extends Error {
  override readonly name = 'LogError';
  /** Counted from 1. */
  readonly line: number;
  /** The sentence without the line number in front. */
  readonly problem: string;

  constructor(line: number, problem: string) {
    super(`line ${line}: ${problem}`);
    this.line = line;
    this.problem = problem;
  }
}
