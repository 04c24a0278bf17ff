import { jsonPatch } from '../../core/api/patching/json-patch.ts';
import { schemaOfKind } from '../../core/api/patching/schema-path.ts';
import { PatchError, strategicMergePatch } from '../../core/api/patching/strategic-merge-patch.ts';
import { isJsonObject } from '../../core/schema/decoding.ts';
import { cleanObject, type Fields } from './clean-object.ts';
import { mergeDiff } from './merge-diff.ts';

export type Patched =
  /** As a JSON merge patch; absent where it changes nothing that people write. */
  | { readonly ok: true; readonly patch: Fields | undefined; readonly after: Fields }
  | { readonly ok: false; readonly problem: string };

function hasList(value: unknown): boolean {
  if (Array.isArray(value)) return true;
  return isJsonObject(value) && Object.values(value).some(hasList);
}

function isDirective(field: string): boolean {
  return field.startsWith('$');
}

function hasDirective(value: unknown): boolean {
  return (
    isJsonObject(value) &&
    Object.keys(value).some((field) => isDirective(field) || hasDirective(value[field]))
  );
}

/** Lists of a patch as the answer has them: how a patch treats a list, the log does not say. */
function withListsOf(patch: Fields, answer: Fields): Fields {
  const result: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(patch)) {
    if (isDirective(field)) continue;
    const answered = answer[field];
    if (Array.isArray(value)) result[field] = answered ?? null;
    else if (isJsonObject(value) && isJsonObject(answered)) result[field] = withListsOf(value, answered);
    else result[field] = value;
  }
  return result;
}

/** Only what people write: no status, no annotations of tools. */
function ownPart(patch: Fields): Fields | undefined {
  const { apiVersion: _, kind: __, ...cleaned } = cleanObject(patch);
  // A removal is a null, which an object has none of.
  const metadata = isJsonObject(patch.metadata) ? patch.metadata : {};
  const removed = Object.entries(metadata).filter(
    ([name, value]) => value === null && name !== 'creationTimestamp',
  );
  const own: Fields = {
    ...(isJsonObject(cleaned.metadata) ? cleaned.metadata : {}),
    ...Object.fromEntries(removed),
  };
  const { name: _name, namespace: _namespace, ...rest } = own;
  const { metadata: _metadata, ...others } = cleaned;
  const result = {
    ...others,
    ...(patch.spec === undefined ? {} : { spec: patch.spec }),
    ...(Object.keys(rest).length === 0 ? {} : { metadata: rest }),
  };
  return Object.keys(result).length === 0 ? undefined : result;
}

/**
 * What a patch of an audit log comes to. The log holds its body and not its type: a list of operations is a JSON patch;
 * an object is a merge patch or a strategic one, which differ in their lists alone. The lists are taken from the
 * answer, or else found by patching the object as it is known.
 */
export function patchedBy(body: unknown, known: Fields | undefined, answer: Fields | undefined): Patched {
  const before = known === undefined ? undefined : cleanObject(known);
  if (Array.isArray(body)) {
    if (before === undefined || known === undefined) {
      return answer === undefined
        ? { ok: false, problem: 'patches of objects that are not known from a dump' }
        : { ok: true, patch: ownPart(answer), after: answer };
    }
    const result = jsonPatch(known, body);
    const after = answer ?? (result.ok && isJsonObject(result.value) ? result.value : undefined);
    if (after === undefined) return { ok: false, problem: 'JSON patches that do not fit the object' };
    return { ok: true, patch: mergeDiff(before, cleanObject(after)), after };
  }
  if (!isJsonObject(body)) return { ok: false, problem: 'requests without a body (level Metadata)' };
  if (!hasList(body) && !hasDirective(body)) {
    return { ok: true, patch: ownPart(body), after: answer ?? merged(known ?? {}, body) };
  }
  if (answer !== undefined) return { ok: true, patch: ownPart(withListsOf(body, answer)), after: answer };
  if (known === undefined || before === undefined) {
    return { ok: false, problem: 'patches of lists of objects that are not known from a dump' };
  }
  try {
    const after = merged(known, body);
    return { ok: true, patch: mergeDiff(before, cleanObject(after)), after };
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    return { ok: false, problem: 'patches that contradict themselves' };
  }
}

function merged(known: Fields, body: Fields): Fields {
  return strategicMergePatch(known, body, schemaOfKind(`${known.apiVersion}`, `${known.kind}`));
}
