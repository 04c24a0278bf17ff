/** What a plugin changed that it was only to read; who called it puts it in words. */
export class ChangeAttempt extends Error {
  override readonly name = 'ChangeAttempt';
  readonly what: string;

  constructor(what: string) {
    super(`${what} can't be changed`);
    this.what = what;
  }
}

const CHANGERS = new Set<PropertyKey>([
  'set',
  'delete',
  'clear',
  'add',
  'fill',
  'copyWithin',
  'push',
  'pop',
  'shift',
  'unshift',
  'splice',
  'sort',
  'reverse',
]);

const seenAs = new WeakMap<object, object>();
const realOf = new WeakMap<object, object>();

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function* eachReadOnly(values: Iterable<unknown>): Iterable<unknown> {
  for (const value of values) yield Array.isArray(value) ? value.map(readOnly) : readOnly(value);
}

/** Methods of a map or set: what they give out is read-only again. */
function collectionMethod(target: ReadonlyMap<unknown, unknown>, key: PropertyKey): unknown {
  if (key === 'size') return target.size;
  if (key === 'get') return (name: unknown) => readOnly(target.get(name));
  if (key === 'has') return (name: unknown) => target.has(unwrapped(name));
  if (key === 'forEach')
    return (look: (value: unknown, name: unknown) => void) => {
      for (const [name, value] of target) look(readOnly(value), readOnly(name));
    };
  if (key === 'keys') return () => eachReadOnly(target.keys());
  if (key === 'values') return () => eachReadOnly(target.values());
  return () => eachReadOnly(target);
}

function valueIn(target: object, key: PropertyKey): unknown {
  if (CHANGERS.has(key) && typeof Reflect.get(target, key, target) === 'function')
    return () => {
      throw new ChangeAttempt(`what "${String(key)}" was called on`);
    };
  if (target instanceof Map || target instanceof Set)
    return collectionMethod(target as ReadonlyMap<unknown, unknown>, key);
  const value: unknown = Reflect.get(target, key, target);
  if (!isObject(value)) return value;
  // Methods of arrays work on what they are called on; others know private fields.
  if (typeof value === 'function')
    return Array.isArray(target)
      ? value
      : (...given: unknown[]) => readOnly(Reflect.apply(value, target, given.map(unwrapped)));
  const own = Object.getOwnPropertyDescriptor(target, key);
  // A proxy has to give the very value of a property that can't change.
  return own?.configurable === false && own.writable === false ? value : readOnly(value);
}

function refuse(_target: object, key: PropertyKey): never {
  throw new ChangeAttempt(`"${String(key)}"`);
}

const handler: ProxyHandler<object> = {
  get: valueIn,
  set: refuse,
  defineProperty: refuse,
  deleteProperty: refuse,
  setPrototypeOf: (target) => refuse(target, 'prototype'),
};

/** The same, with everything that is reached through it, to look at alone: a change throws `ChangeAttempt`. */
export function readOnly<T>(value: T): T {
  if (!isObject(value) || typeof value === 'function' || realOf.has(value)) return value;
  const known = seenAs.get(value);
  if (known !== undefined) return known as T;
  const seen = new Proxy(value, handler);
  seenAs.set(value, seen);
  realOf.set(seen, value);
  return seen as T;
}

/** What a read-only view shows. */
export function unwrapped(value: unknown): unknown {
  return isObject(value) ? (realOf.get(value) ?? value) : value;
}
