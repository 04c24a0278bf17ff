import { isForbiddenKey } from '../../core/schema/decoding.ts';
import { DEPTH_MAX, jsonProblem } from './json-problem.ts';

/** JSON from outside: from clients, and from those that are asked. */

const MAY_HOLD_FORBIDDEN = /__proto__|\\/;

/** A key that would make a trap of every copy of the object, here and wherever the log is read. */
function holdsForbidden(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsForbidden);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, inner]) => isForbiddenKey(key) || holdsForbidden(inner));
}

/** A name may be spelled with escapes. */
export function holdsForbiddenKey(text: string, value: unknown): boolean {
  return MAY_HOLD_FORBIDDEN.test(text) && holdsForbidden(value);
}

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

/** The engine's parser is many times as fast as a scanner that knows what to say: that one is for what is wrong. */
export function parseJson(text: string): { readonly value: unknown } | { readonly problem: string } {
  let opened = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === OPEN_BRACE || code === OPEN_BRACKET) opened += 1;
  }
  if (opened >= DEPTH_MAX) {
    const problem = jsonProblem(text);
    if (problem !== undefined) return { problem };
  }
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { problem: jsonProblem(text) ?? 'invalid JSON' };
  }
}
