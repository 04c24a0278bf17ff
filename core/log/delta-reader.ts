import type { DataObject } from './json-data.ts';
import { isDataObject, own } from './json-data.ts';

/** A text that does not follow the format; the decoder adds the line. */
export class DeltaError extends Error {}

/** Stands for a key that is absent now. */
const ABSENT = Symbol('absent');

type Writable = Record<string, unknown>;

/** Set a key of an object under construction, whatever its name. */
function put(object: Writable, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  } else object[key] = value;
}

function fieldsOf(value: unknown): DataObject {
  if (isDataObject(value)) return value;
  throw new DeltaError(`holds ${JSON.stringify(value)} where a JSON object has to be`);
}

function countOf(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw new DeltaError(`holds ${JSON.stringify(value)} where a whole number has to be`);
}

/** Reads what `DeltaWriter` writes. Values with one number become one object. Takes over what it is given. */
export class DeltaReader {
  #shared: unknown[] = [];

  reset(): void {
    this.#shared = [];
  }

  /** An object with a difference applied. What did not change keeps its identity. */
  apply(previous: object, difference: unknown): object {
    return this.#patched(previous as DataObject, this.#changesOf(difference));
  }

  /** The same for an update, which implies `metadata.resourceVersion`. */
  update(previous: object, difference: unknown, resourceVersion: string): object {
    const changes = this.#changesOf(difference);
    const metadata = fieldsOf(own(previous as DataObject, 'metadata'));
    const implied = { ...metadata, resourceVersion };
    const change = own(changes, 'metadata');
    if (change === undefined) {
      const next = this.#patched(previous as DataObject, changes) as Writable;
      next.metadata = implied;
      return next;
    }
    return this.#patched({ ...(previous as DataObject), metadata: implied }, changes);
  }

  /** The changes by key of a difference of two objects. */
  #changesOf(difference: unknown): DataObject {
    const fields = fieldsOf(difference);
    return own(fields, '@') === '~' ? fieldsOf(own(fields, 'd')) : fields;
  }

  #patched(previous: DataObject, changes: DataObject): object {
    const next: Writable = { ...previous };
    let absent: Set<string> | undefined;
    for (const key in changes) {
      const value = this.#changed(own(previous, key), own(changes, key));
      if (value === ABSENT) {
        absent ??= new Set();
        absent.add(key);
      } else put(next, key, value);
    }
    return absent === undefined ? next : withoutKeys(next, absent);
  }

  #changed(previous: unknown, change: unknown): unknown {
    if (!isDataObject(change)) return this.#value(change);
    const mark = own(change, '@');
    if (mark === undefined)
      return isDataObject(previous) ? this.#patched(previous, change) : this.#value(change);
    if (mark === '-') return ABSENT;
    if (mark === '~') return this.#patched(fieldsOf(previous), fieldsOf(own(change, 'd')));
    if (mark === '[') return this.#array(previous, change);
    return this.#value(change);
  }

  #array(previous: unknown, change: DataObject): unknown {
    if (!Array.isArray(previous)) throw new DeltaError('changes elements of what is not an array');
    const elements = own(change, 'd');
    if (elements === undefined) {
      const inserted = this.#value(own(change, 'put'));
      if (!Array.isArray(inserted)) throw new DeltaError('inserts what is not an array');
      const at = countOf(own(change, 'at'));
      const end = at + countOf(own(change, 'cut'));
      if (end > previous.length) throw new DeltaError(`cuts at ${end} in an array of ${previous.length}`);
      return [...previous.slice(0, at), ...inserted, ...previous.slice(end)];
    }
    const next: unknown[] = previous.slice();
    const changes = fieldsOf(elements);
    for (const key in changes) {
      const index = countOf(Number(key));
      if (index >= next.length)
        throw new DeltaError(`changes element ${index} of an array of ${next.length}`);
      next[index] = this.#changed(previous[index], changes[key]);
    }
    return next;
  }

  /** The value that a parsed text stands for. Marks are replaced where they are. */
  #value(text: unknown): unknown {
    if (typeof text !== 'object' || text === null) return text;
    if (Array.isArray(text)) {
      for (let i = 0; i < text.length; i++) {
        const element: unknown = text[i];
        if (typeof element === 'object') text[i] = this.#value(element);
      }
      return text;
    }
    const fields = text as DataObject;
    const mark = own(fields, '@');
    if (mark === undefined) return this.#resolved(fields);
    if (mark === '=') return this.#resolved(fieldsOf(own(fields, 'v')));
    const number = countOf(mark);
    const definition = own(fields, 'v');
    if (definition !== undefined) this.#shared[number] = this.#value(definition);
    const value = this.#shared[number];
    if (value === undefined) throw new DeltaError(`refers to value ${number}, which no line before defines`);
    const onTop = own(fields, 'd');
    return onTop === undefined ? value : this.#patched(fieldsOf(value), fieldsOf(onTop));
  }

  #resolved(fields: DataObject): DataObject {
    for (const key in fields) {
      const field = fields[key];
      // An own `__proto__`, as JSON.parse makes it, is set like any other key.
      if (typeof field === 'object' && field !== null) (fields as Writable)[key] = this.#value(field);
    }
    return fields;
  }
}

function withoutKeys(object: DataObject, absent: ReadonlySet<string>): object {
  const kept: Writable = {};
  for (const key in object) if (!absent.has(key)) put(kept, key, own(object, key));
  return kept;
}
