/** As Go marshals for kubectl: keys sorted, four spaces, and the signs that HTML could take for its own escaped. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(sorted(value), undefined, 4)
    .replaceAll('<', '\\u003c')
    .replaceAll('>', '\\u003e')
    .replaceAll('&', '\\u0026')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029')}\n`;
}

type Fields = Readonly<Record<string, unknown>>;

/** The same data with the keys of every map in order and absent ones gone. Keys that look like numbers stay in place. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Fields;
  return new Proxy(fields, {
    ownKeys: (target) => presentKeys(target),
    getOwnPropertyDescriptor: (target, key) => ({
      configurable: true,
      enumerable: true,
      value: sorted(target[key as string]),
    }),
    get: (target, key) => (typeof key === 'string' && key !== 'toJSON' ? sorted(target[key]) : undefined),
  });
}

export function presentKeys(fields: Fields): string[] {
  return Object.keys(fields)
    .filter((key) => fields[key] !== undefined)
    .sort();
}
