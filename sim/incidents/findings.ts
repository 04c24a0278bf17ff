/** Something that an import could not use, or used in another way than it stood there; the first places are named. */
export interface Finding {
  /** `broken lines`, `kind MongoDB (mongodb.com/v1), which is not known here`. */
  readonly what: string;
  readonly count: number;
  /** `audit.jsonl:12`, `pod/web-1`. */
  readonly examples: readonly string[];
}

const EXAMPLES_MAX = 3;

/** Counts what is left out, by reason. */
export class Findings {
  private readonly found = new Map<string, { count: number; readonly examples: string[] }>();

  add(what: string, where: string): void {
    const known = this.found.get(what);
    if (known === undefined) {
      this.found.set(what, { count: 1, examples: [where] });
      return;
    }
    known.count += 1;
    if (known.examples.length < EXAMPLES_MAX) known.examples.push(where);
  }

  /** The most frequent first. */
  list(): readonly Finding[] {
    return [...this.found]
      .map(([what, { count, examples }]) => ({ what, count, examples }))
      .sort((a, b) => b.count - a.count || (a.what < b.what ? -1 : 1));
  }
}
