import { RE2JS } from 're2js';

/**
 * Regular expressions of RE2, in time that is linear in the text: JavaScript's own take another syntax, and some of
 * them run for years.
 */
const MEMO_LIMIT = 500;
const PATTERN_MAX = 10_000;

export type Re2 =
  | { readonly ok: true; readonly regex: RE2JS }
  | { /** As Go says it. */ readonly ok: false; readonly error: string };

const compiled = new Map<string, Re2>();

function compile(pattern: string): Re2 {
  if (pattern.length > PATTERN_MAX) return { ok: false, error: 'regular expression is too long' };
  try {
    return { ok: true, regex: RE2JS.compile(pattern) };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : 'error parsing regexp' };
  }
}

/** Compiled once, as long as not too many others come between. */
export function re2(pattern: string): Re2 {
  let found = compiled.get(pattern);
  if (found === undefined) {
    if (compiled.size >= MEMO_LIMIT) compiled.clear();
    found = compile(pattern);
    compiled.set(pattern, found);
  }
  return found;
}
