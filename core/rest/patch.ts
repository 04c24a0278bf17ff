import { jsonPatch } from '../api/patching/json-patch.ts';
import { mergePatch } from '../api/patching/merge-patch.ts';
import { schemaOfKind } from '../api/patching/schema-path.ts';
import { PatchError, strategicMergePatch } from '../api/patching/strategic-merge-patch.ts';
import { badRequest, failure, type Status } from '../api/status.ts';
import { isJsonObject } from '../schema/decoding.ts';
import type { ResourcePath } from './resource-path.ts';

/** The patches that the API takes, by their media types. */
export type PatchType = 'json' | 'merge' | 'strategic';

const TYPES: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
};

export function patchTypeOf(contentType: string | undefined): PatchType | undefined {
  return contentType !== undefined && Object.hasOwn(TYPES, contentType) ? TYPES[contentType] : undefined;
}

export type Patched =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly status: Status };

/** What the API server says of a patch that reads well and can not be applied. */
const REJECTED = 'the server rejected our request due to an error in our request';

/** The stored object as JSON has it: a key that holds `undefined` is none. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

export function patched(type: PatchType, stored: unknown, patch: unknown, path: ResourcePath): Patched {
  const document = plain(stored);
  if (type === 'json') {
    const result = jsonPatch(document, patch);
    if (result.ok) return result;
    const isPatch = Array.isArray(patch);
    return { ok: false, status: isPatch ? failure('Invalid', REJECTED, {}) : badRequest(result.error) };
  }
  if (!isJsonObject(patch) || !isJsonObject(document)) {
    return { ok: false, status: badRequest('the body of the patch must be a JSON object') };
  }
  if (type === 'merge') return { ok: true, value: mergePatch(document, patch) };
  try {
    const schema = schemaOfKind(path.apiVersion, path.kind.kind);
    return { ok: true, value: strategicMergePatch(document, patch, schema) };
  } catch (error) {
    if (error instanceof PatchError) return { ok: false, status: badRequest(error.message) };
    throw error;
  }
}
