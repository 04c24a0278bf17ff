import { isForbiddenKey, isJsonObject } from '../../schema/decoding.ts';

/** JSON merge patch (RFC 7386): null removes, objects merge, all else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return patch;
  const merged: Record<string, unknown> = isJsonObject(target) ? { ...target } : {};
  for (const field of Object.keys(patch)) {
    if (isForbiddenKey(field)) continue;
    const value = patch[field];
    merged[field] = value === null ? undefined : mergePatch(merged[field], value);
  }
  return merged;
}
