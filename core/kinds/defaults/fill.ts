/** Go's zero value of a string counts as not set. */
function isUnset(value: unknown): boolean {
  return value === undefined || value === '';
}

/** A copy with these fields, in the order in which decoding writes them: one object, one serialised form. */
export function withFields<T extends object>(object: T, fields: Partial<T>): T {
  const merged: Record<string, unknown> = { ...object, ...fields };
  const ordered: Record<string, unknown> = {};
  for (const key of Object.keys(merged).sort()) ordered[key] = merged[key];
  return ordered as T;
}

/** The object with `defaults` where it has nothing; the very same where it has all of them. */
export function fill<T extends object>(object: T, defaults: Partial<T>): T {
  let missing: Partial<T> | undefined;
  for (const key of Object.keys(defaults) as (keyof T)[]) {
    if (!isUnset(object[key]) || object[key] === defaults[key]) continue;
    missing ??= {};
    missing[key] = defaults[key];
  }
  return missing === undefined ? object : withFields(object, missing);
}

/** As `fill`, for numbers whose zero counts as not set. */
export function fillZeros<T extends object>(object: T, defaults: Partial<T>): T {
  let missing: Partial<T> | undefined;
  for (const key of Object.keys(defaults) as (keyof T)[]) {
    if (!isUnset(object[key]) && object[key] !== 0) continue;
    missing ??= {};
    missing[key] = defaults[key];
  }
  return missing === undefined ? object : withFields(object, missing);
}

/** The object with one of its parts put through `change`; the very same where that changes nothing. */
export function onField<T extends object, K extends keyof T>(
  object: T,
  key: K,
  change: (value: NonNullable<T[K]>) => T[K],
): T {
  const value = object[key];
  if (value === undefined || value === null) return object;
  const changed = change(value);
  // Only the field's own type goes in; a computed key widens it.
  return changed === value ? object : ({ ...object, [key]: changed } as T);
}

/** The list with each item put through `change`; the very same where none changes. */
export function onItems<T>(list: readonly T[], change: (item: T) => T): readonly T[] {
  let changed: T[] | undefined;
  for (const [index, item] of list.entries()) {
    const next = change(item);
    if (next === item) continue;
    changed ??= [...list];
    changed[index] = next;
  }
  return changed ?? list;
}

/**
 * A pure function of an object, computed once for each identity. What it gives back is known to be its own
 * result, so that a second pass over a finished object costs a look-up.
 */
export function memoised<T extends object>(compute: (object: T) => T): (object: T) => T {
  const memo = new WeakMap<T, T>();
  return (object) => {
    const known = memo.get(object);
    if (known !== undefined) return known;
    const value = compute(object);
    memo.set(object, value);
    memo.set(value, value);
    return value;
  };
}
