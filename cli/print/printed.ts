/** What a command says: results for stdout, notices and errors for stderr, and whether it failed. */
export interface Printed {
  readonly out: string;
  readonly err: string;
  readonly failed: boolean;
}

export function printed(out: string, err = ''): Printed {
  return { out, err, failed: false };
}

/** A failure in kubectl's form: `error: …`. */
export function printedError(message: string): Printed {
  return { out: '', err: `error: ${message}\n`, failed: true };
}
