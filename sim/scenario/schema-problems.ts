import type { z } from 'zod';
import type { Path, ScenarioProblem } from './problem.ts';

export type ReadBySchema<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly ScenarioProblem[] };

/** Checks a value by a schema. All problems are reported, not the first alone. */
export function readBySchema<T>(schema: z.ZodType<T>, raw: unknown): ReadBySchema<T> {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, problems: parsed.error.issues.flatMap(problemsOf) };
}

function problemsOf(issue: z.core.$ZodIssue): readonly ScenarioProblem[] {
  const path = issue.path as Path;
  if (issue.code === 'unrecognized_keys') {
    // `strict` writes a line for each.
    const messages = issue.message.split('\n');
    return issue.keys.map((key, index) => ({
      path: [...path, key],
      atKey: true,
      message: messages[index] ?? '',
    }));
  }
  const params: unknown = issue.code === 'custom' ? issue.params : undefined;
  const offset = (params as { readonly offset?: number } | undefined)?.offset;
  return [{ path, message: issue.message, ...(offset === undefined ? {} : { offset }) }];
}
