import { isJsonObject } from '../../core/schema/decoding.ts';
import { type Path, shown } from './problem.ts';

type JsonObject = Readonly<Record<string, unknown>>;

const FORBIDDEN = ['__proto__', 'constructor', 'prototype'];
const PART = /^[\w/-]+$/;

/** `spec.cluster.nodeGroups[0].count`, or `nodeGroups.0.count`. */
export function parsePath(text: string): { readonly path: Path } | { readonly error: string } {
  const path: (string | number)[] = [];
  for (const part of text.replaceAll(/\[(\d+)\]/g, '.$1').split('.')) {
    if (!PART.test(part))
      return { error: `expected a path such as spec.cluster.nodeGroups[0].count, got ${shown(text)}` };
    if (FORBIDDEN.includes(part)) return { error: `${part} is not allowed as the name of a field` };
    path.push(/^\d+$/.test(part) ? Number(part) : part);
  }
  return { path };
}

/** A copy of a document with one value set, what is missing on the way made; or why it can't be. */
export function setValue(
  document: unknown,
  path: Path,
  value: unknown,
): { readonly document: unknown } | { readonly error: string } {
  const [part, ...rest] = path;
  if (part === undefined) return { document: value };
  if (Array.isArray(document)) {
    if (typeof part !== 'number')
      return { error: `is a list: expected a number from 0 to ${document.length}, got ${part}` };
    if (part > document.length)
      return {
        error: `has ${document.length} entries: expected a number from 0 to ${document.length}, got ${part}`,
      };
    const inner = setValue(document[part], rest, value);
    if ('error' in inner) return inner;
    return { document: document.toSpliced(part, 1, inner.document) };
  }
  if (document === undefined || document === null) {
    const inner = setValue(undefined, rest, value);
    if ('error' in inner) return inner;
    return { document: part === 0 ? [inner.document] : { [String(part)]: inner.document } };
  }
  if (!isJsonObject(document)) return { error: `has no fields: it is ${shown(document)}` };
  const name = String(part);
  const own = Object.hasOwn(document, name) ? (document as JsonObject)[name] : undefined;
  const inner = setValue(own, rest, value);
  return 'error' in inner ? inner : { document: { ...document, [name]: inner.document } };
}

/** The value at a path, or `undefined`. */
export function valueAt(document: unknown, path: Path): unknown {
  let value = document;
  for (const part of path) {
    if (Array.isArray(value) && typeof part === 'number') value = value[part];
    else if (isJsonObject(value) && Object.hasOwn(value, String(part))) value = value[String(part)];
    else return undefined;
  }
  return value;
}
