import type { KubeObject } from '../../core/api/object.ts';

/** Parts of a simple path: `.metadata.name`, `{.status.containerStatuses[0].restartCount}`. */
function parsePath(text: string): readonly (string | number)[] | undefined {
  const inner = text.startsWith('{') && text.endsWith('}') ? text.slice(1, -1) : text;
  const path = inner.startsWith('.') ? inner : `.${inner}`;
  const parts: (string | number)[] = [];
  const step = /\.([A-Za-z_][\w-]*)|\[(\d+)\]|\['([^']+)'\]/y;
  while (step.lastIndex < path.length) {
    const match = step.exec(path);
    if (match === null) return undefined;
    const [, field, index, key] = match;
    parts.push(index === undefined ? (field ?? key ?? '') : Number(index));
  }
  return parts;
}

function valueAt(object: KubeObject, path: readonly (string | number)[]): unknown {
  let value: unknown = object;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[part];
  }
  return value;
}

const CHUNK = /\d+|\D+/g;

/** Runs of digits count as numbers, so that `web-2` comes before `web-10`. */
function compareNaturally(a: string, b: string): number {
  const left = a.match(CHUNK) ?? [];
  const right = b.match(CHUNK) ?? [];
  for (const [index, chunk] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (chunk === other) continue;
    if (/^\d/.test(chunk) && /^\d/.test(other)) {
      const x = BigInt(chunk);
      const y = BigInt(other);
      if (x !== y) return x < y ? -1 : 1;
      return chunk.length - other.length;
    }
    return chunk < other ? -1 : 1;
  }
  return left.length - right.length;
}

function compare(a: unknown, b: unknown): number {
  // An absent field comes first.
  if (a === undefined || b === undefined) return (a === undefined ? 0 : 1) - (b === undefined ? 0 : 1);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return compareNaturally(`${a}`, `${b}`);
}

export type Sorted =
  | { readonly ok: true; readonly objects: readonly KubeObject[] }
  | { readonly ok: false; readonly error: string };

/** `--sort-by`: objects by a field; those that are alike keep their order. */
export function sortBy(objects: readonly KubeObject[], expression: string): Sorted {
  const path = parsePath(expression);
  if (path === undefined || path.length === 0) {
    return {
      ok: false,
      error: `can't sort by "${expression}": expected a simple path as .metadata.creationTimestamp`,
    };
  }
  if (objects.length > 0 && objects.every((object) => valueAt(object, path) === undefined)) {
    return { ok: false, error: `couldn't find any field with path "${expression}" in the list of objects` };
  }
  const sorted = [...objects].sort((a, b) => compare(valueAt(a, path), valueAt(b, path)));
  return { ok: true, objects: sorted };
}
