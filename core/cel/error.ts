/** Failures of one evaluation, with the words of cel-go (`common/types`). */
export class CelError extends Error {
  override readonly name: string = 'CelError';
}

/** Evaluation went over its budget: nothing may absorb it, neither `||` nor a macro. */
export class CostExceeded extends CelError {
  override readonly name = 'CostExceeded';

  constructor() {
    super('operation cancelled: actual cost limit exceeded');
  }
}

/** What is wrong with an expression before it runs, at an offset of its text. */
export interface Issue {
  readonly offset: number;
  readonly text: string;
}

/** As cel-go shows issues (`common.Errors.ToDisplayString`): each with its line of the source and a mark under it. */
export function showIssues(source: string, issues: readonly Issue[]): string {
  return issues
    .map(({ offset, text }) => {
      const before = source.slice(0, offset);
      const line = before.split('\n').length;
      const start = before.lastIndexOf('\n') + 1;
      const column = [...source.slice(start, offset)].length;
      const end = source.indexOf('\n', start);
      const shown = source.slice(start, end < 0 ? undefined : end).replaceAll('\t', ' ');
      return `ERROR: <input>:${line}:${column + 1}: ${text}\n | ${shown}\n | ${'.'.repeat(column)}^`;
    })
    .join('\n');
}
