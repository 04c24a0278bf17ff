/** Something wrong with what a person wrote, and where: data, for the command line to print. */
export interface FileProblem {
  /** As the person named it; an option of the command line where it came from there (`--set spec.seed=x`). */
  readonly file: string;
  /** From 1, as editors count. */
  readonly line?: number;
  readonly column?: number;
  /** The field: `spec.cluster.nodeGroups[0].count`. */
  readonly path?: string;
  readonly message: string;
}

/** `shop.yaml:12:7: spec.cluster.nodeGroups[0].count: expected a whole number of at least 0, got "three"`. */
export function formatProblem({ file, line, column, path, message }: FileProblem): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  return [place, path, message].filter((part) => part !== undefined && part !== '').join(': ');
}

const SHOWN_MAX = 20;

/** All of them, a line each; of very many the first. */
export function formatProblems(problems: readonly FileProblem[]): string {
  const lines = problems.slice(0, SHOWN_MAX).map(formatProblem);
  if (problems.length > SHOWN_MAX) lines.push(`… and ${problems.length - SHOWN_MAX} more problems`);
  return lines.join('\n');
}
