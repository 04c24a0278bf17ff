import { equalValues } from '../../core/api/equal.ts';
import { isJsonObject } from '../../core/schema/decoding.ts';
import type { Fields } from './clean-object.ts';

/** The JSON merge patch (RFC 7386) that makes `after` of `before`; nothing where they are the same. */
export function mergeDiff(before: Fields, after: Fields): Fields | undefined {
  const patch: Record<string, unknown> = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const from = before[name];
    const to = after[name];
    if (from === to || equalValues(from, to)) continue;
    if (to === undefined || to === null) patch[name] = null;
    else if (isJsonObject(from) && isJsonObject(to)) {
      const inner = mergeDiff(from, to);
      if (inner !== undefined) patch[name] = inner;
    } else patch[name] = to;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}
