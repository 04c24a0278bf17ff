import { isForbiddenKey, isJsonObject } from '../../schema/decoding.ts';
import { equalValues } from '../equal.ts';

/**
 * JSON patch (RFC 6902) on plain JSON, copying what it changes. Of the published libraries none passes the common test
 * suite whole, and a pointer through a prototype must be refused: hence our own.
 */
export type JsonPatchResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: string };

type Op = 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
const OPS: readonly string[] = ['add', 'remove', 'replace', 'move', 'copy', 'test'] satisfies Op[];

interface Operation {
  readonly op: Op;
  readonly path: readonly string[];
  readonly from: readonly string[] | undefined;
  readonly value: unknown;
}

class PatchFailure extends Error {}

function fail(message: string): never {
  throw new PatchFailure(message);
}

/** JSON pointer (RFC 6901). */
function parsePointer(pointer: unknown, name: string): readonly string[] {
  if (typeof pointer !== 'string') return fail(`${name} must be a JSON pointer`);
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) return fail(`${name} ${JSON.stringify(pointer)} must begin with a slash`);
  const tokens = pointer
    .slice(1)
    .split('/')
    .map((token) => {
      if (/~(?![01])/.test(token)) fail(`${name} ${JSON.stringify(pointer)} holds a ~ that escapes nothing`);
      return token.replaceAll('~1', '/').replaceAll('~0', '~');
    });
  for (const token of tokens)
    if (isForbiddenKey(token)) fail(`${JSON.stringify(token)} is not allowed as a key`);
  return tokens;
}

function parseOperation(raw: unknown): Operation {
  if (!isJsonObject(raw)) return fail('an operation must be an object');
  const { op, path, from, value } = raw;
  if (typeof op !== 'string' || !OPS.includes(op)) return fail(`unknown operation ${JSON.stringify(op)}`);
  const needsValue = op === 'add' || op === 'replace' || op === 'test';
  if (needsValue && value === undefined) return fail(`the operation ${op} has no value`);
  const needsFrom = op === 'move' || op === 'copy';
  return {
    op: op as Op,
    path: parsePointer(path, 'path'),
    from: needsFrom ? parsePointer(from, 'from') : undefined,
    value,
  };
}

/** A place in a list; `-` is the one after the last. */
function indexIn(list: readonly unknown[], token: string, isInsertion: boolean): number {
  const index =
    token === '-' && isInsertion ? list.length : /^(0|[1-9]\d*)$/.test(token) ? Number(token) : -1;
  const most = isInsertion ? list.length : list.length - 1;
  if (index < 0 || index > most) return fail(`there is no place ${JSON.stringify(token)} in the list`);
  return index;
}

function has(value: Readonly<Record<string, unknown>>, token: string): boolean {
  return Object.hasOwn(value, token) && value[token] !== undefined;
}

function valueAt(document: unknown, path: readonly string[]): unknown {
  let value = document;
  for (const token of path) {
    if (Array.isArray(value)) value = value[indexIn(value, token, false)];
    else if (isJsonObject(value) && has(value, token)) value = value[token];
    else fail(`there is nothing at /${path.join('/')}`);
  }
  return value;
}

type Change = (parent: unknown, token: string) => unknown;

/** The document with the parent of a place replaced by what `change` makes of it. */
function changed(document: unknown, path: readonly string[], change: Change): unknown {
  const [token, ...rest] = path;
  if (token === undefined) return fail('the whole document has no parent');
  if (rest.length === 0) return change(document, token);
  if (Array.isArray(document)) {
    const index = indexIn(document, token, false);
    return document.with(index, changed(document[index], rest, change));
  }
  if (!isJsonObject(document) || !has(document, token))
    return fail(`there is nothing at ${JSON.stringify(token)}`);
  return { ...document, [token]: changed(document[token], rest, change) };
}

function added(document: unknown, path: readonly string[], value: unknown): unknown {
  if (path.length === 0) return value;
  return changed(document, path, (parent, token) => {
    if (Array.isArray(parent)) return parent.toSpliced(indexIn(parent, token, true), 0, value);
    if (!isJsonObject(parent)) return fail(`a ${typeof parent} has no fields`);
    return { ...parent, [token]: value };
  });
}

function removed(document: unknown, path: readonly string[]): unknown {
  return changed(document, path, (parent, token) => {
    if (Array.isArray(parent)) return parent.toSpliced(indexIn(parent, token, false), 1);
    if (!isJsonObject(parent) || !has(parent, token))
      return fail(`there is nothing at ${JSON.stringify(token)}`);
    const { [token]: _gone, ...rest } = parent;
    return rest;
  });
}

function replaced(document: unknown, path: readonly string[], value: unknown): unknown {
  if (path.length === 0) return value;
  return changed(document, path, (parent, token) => {
    if (Array.isArray(parent)) return parent.with(indexIn(parent, token, false), value);
    if (!isJsonObject(parent) || !has(parent, token))
      return fail(`there is nothing at ${JSON.stringify(token)}`);
    return { ...parent, [token]: value };
  });
}

function startsWith(path: readonly string[], prefix: readonly string[]): boolean {
  return prefix.every((token, place) => path[place] === token);
}

function applied(document: unknown, { op, path, from = [], value }: Operation): unknown {
  switch (op) {
    case 'add':
      return added(document, path, value);
    case 'remove':
      return path.length === 0 ? undefined : removed(document, path);
    case 'replace':
      return replaced(document, path, value);
    case 'copy':
      return added(document, path, valueAt(document, from));
    case 'move': {
      if (path.length > from.length && startsWith(path, from))
        return fail('a value can not be moved into itself');
      const moved = valueAt(document, from);
      return from.length === 0 ? moved : added(removed(document, from), path, moved);
    }
    case 'test':
      if (!equalJson(valueAt(document, path), value)) fail(`the test at /${path.join('/')} failed`);
      return document;
  }
}

/** Equal as JSON: `null` is a value here, and not an absent one. */
function equalJson(a: unknown, b: unknown): boolean {
  if (a === null || b === null) return a === b;
  return equalValues(a, b);
}

export function jsonPatch(document: unknown, patch: unknown): JsonPatchResult {
  try {
    if (!Array.isArray(patch)) return fail('a JSON patch must be a list of operations');
    let value = document;
    for (const raw of patch) value = applied(value, parseOperation(raw));
    return { ok: true, value };
  } catch (error) {
    if (error instanceof PatchFailure) return { ok: false, error: error.message };
    throw error;
  }
}
