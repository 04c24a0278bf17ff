import type { DataObject } from './json-data.ts';
import { isDataObject, own, quote, sameData, scalarText, sortedKeys, sortKeys } from './json-data.ts';
import { SharedTable } from './shared-table.ts';

/** The fields whose values many objects have in common. By name alone, so that no kind needs a rule of its own. */
const SHARED_FIELDS: ReadonlySet<string> = new Set([
  'affinity',
  'allocatable',
  'annotations',
  'capacity',
  'containers',
  'initContainers',
  'labels',
  'managedFields',
  'nodeInfo',
  'ownerReferences',
  'selector',
  'spec',
  'template',
  'tolerations',
  'topologySpreadConstraints',
  'volumeClaimTemplates',
  'volumes',
]);

/** The one field by which the spec of a bound pod differs from its template's. */
const FIELD_ON_TOP = 'nodeName';

/** Texts of keys are kept; all are dropped when there are more, which changes no output. */
const KEY_TEXTS_MAX = 4096;

function isScalar(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

/** The keys whose values are not the same ones; some may turn out to be equal. */
function changedKeys(before: DataObject, after: DataObject): string[] {
  const changed: string[] = [];
  for (const key in after) if (!Object.is(own(after, key), own(before, key))) changed.push(key);
  for (const key in before) {
    if (own(before, key) !== undefined && !Object.hasOwn(after, key)) changed.push(key);
  }
  return changed;
}

function braced(changes: string, keys: readonly string[]): string {
  if (changes === '') return '';
  return keys.includes('@') ? `{"@":"~","d":{${changes}}}` : `{${changes}}`;
}

/**
 * Writes values and differences as `format.ts` describes. Numbers of shared values are given in the order in
 * which the text is written, which is the order in which a reader meets them.
 */
export class DeltaWriter {
  readonly #shared = new SharedTable();
  readonly #keyTexts = new Map<string, string>();

  /** Forget all numbers: what follows can be read without what precedes. */
  reset(): void {
    this.#shared.reset();
  }

  /** What differs between two objects. */
  difference(previous: object, next: object): string {
    const text = this.#object(previous as DataObject, next as DataObject);
    return text === '' ? '{}' : text;
  }

  /** The same for two versions of an object, where `metadata.resourceVersion` is the event's unless it is written. */
  update(previous: object, next: object, resourceVersion: string): string {
    const text = this.#object(previous as DataObject, next as DataObject, resourceVersion);
    return text === '' ? '{}' : text;
  }

  /** Hot path. */
  #object(before: DataObject, after: DataObject, impliedVersion?: string): string {
    const changed = changedKeys(before, after);
    // The version differs from the one before, so that metadata is among what changed, unless it was kept.
    if (impliedVersion !== undefined && before.metadata === after.metadata) changed.push('metadata');
    if (changed.length === 0) return '';
    if (changed.length > 1) sortKeys(changed);
    let text = '';
    for (const key of changed) {
      const old = own(before, key);
      const value = own(after, key);
      const change =
        impliedVersion !== undefined && key === 'metadata' && isDataObject(old) && isDataObject(value)
          ? this.#metadata(old, value, impliedVersion)
          : this.#change(key, old, value);
      if (change !== '') text += `${text === '' ? '' : ','}${this.#keyText(key)}${change}`;
    }
    return braced(text, changed);
  }

  /** Metadata of an update: `resourceVersion` is written only where it is not the implied one. */
  #metadata(before: DataObject, after: DataObject, impliedVersion: string): string {
    const changed = changedKeys(before, after).filter((key) => key !== 'resourceVersion');
    if (after.resourceVersion !== impliedVersion) changed.push('resourceVersion');
    if (changed.length === 0) return '';
    if (changed.length > 1) sortKeys(changed);
    let text = '';
    for (const key of changed) {
      const old = key === 'resourceVersion' ? impliedVersion : own(before, key);
      const change = this.#change(key, old, own(after, key));
      if (change !== '') text += `${text === '' ? '' : ','}${this.#keyText(key)}${change}`;
    }
    return braced(text, changed);
  }

  /** What differs at one place; '' where nothing does. */
  #change(key: string, old: unknown, value: unknown): string {
    if (value === undefined) return old === undefined ? '' : '{"@":"-"}';
    if (typeof value === 'object' && typeof old === 'object' && value !== null && old !== null) {
      const isArray = Array.isArray(value);
      if (isArray && Array.isArray(old)) return this.#array(old, value);
      if (!isArray && !Array.isArray(old)) {
        return this.#object(old as DataObject, value as DataObject);
      }
    }
    return this.#value(key, value);
  }

  #array(before: readonly unknown[], after: readonly unknown[]): string {
    if (before === after) return '';
    if (before.length === after.length) return this.#elements(before, after);
    const shorter = Math.min(before.length, after.length);
    let head = 0;
    while (head < shorter && sameData(before[head], after[head])) head++;
    let tail = 0;
    while (
      tail < shorter - head &&
      sameData(before[before.length - 1 - tail], after[after.length - 1 - tail])
    ) {
      tail++;
    }
    if (head === 0 && tail === 0) return this.#plainValue(after);
    const put = this.#plainValue(after.slice(head, after.length - tail));
    return `{"@":"[","at":${head},"cut":${before.length - tail - head},"put":${put}}`;
  }

  /** Arrays of one length: only the elements that differ. */
  #elements(before: readonly unknown[], after: readonly unknown[]): string {
    let text = '';
    let differing = 0;
    for (let i = 0; i < after.length; i++) {
      const element = after[i];
      if (Object.is(element, before[i])) continue;
      const change = element === undefined ? scalarText(element) : this.#change('', before[i], element);
      if (change === '') continue;
      differing++;
      text += text === '' ? `"${i}":${change}` : `,"${i}":${change}`;
    }
    if (differing === 0) return '';
    // Shorter in full; only for scalars, whose text holds no numbers of shared values.
    if (differing === after.length && after.every(isScalar)) return this.#plainValue(after);
    return `{"@":"[","d":{${text}}}`;
  }

  #value(key: string, value: unknown): string {
    if (typeof value !== 'object' || value === null) return scalarText(value);
    return SHARED_FIELDS.has(key) ? this.#sharedValue(key, value) : this.#plainValue(value);
  }

  #sharedValue(key: string, value: object): string {
    const known = this.#shared.known(value);
    if (known !== undefined) return `{"@":${known.number}}`;
    const onTop =
      key === 'spec' && !Array.isArray(value) ? own(value as DataObject, FIELD_ON_TOP) : undefined;
    const hasFieldOnTop = typeof onTop === 'string';
    const without = hasFieldOnTop ? FIELD_ON_TOP : undefined;
    const text = this.#canonicalText(value, without);
    if (!this.#shared.isWorthSharing(text)) return this.#plainValue(value);
    const top = hasFieldOnTop ? `,"d":{"${FIELD_ON_TOP}":${quote(onTop)}}` : '';
    // The whole object is another value than the one that has the number, where a field lies on top.
    const holder = hasFieldOnTop ? undefined : value;
    const entry = this.#shared.knownText(holder, text);
    if (entry !== undefined) return `{"@":${entry.number}${top}}`;
    // Values inside come first in the text of the value, and get their numbers first.
    const body = this.#plainValue(value, without);
    return `{"@":${this.#shared.add(holder, text).number},"v":${body}${top}}`;
  }

  /** A value whose parts may be references. */
  #plainValue(value: unknown, without?: string): string {
    if (typeof value !== 'object' || value === null) return scalarText(value);
    if (Array.isArray(value)) {
      let elements = '';
      for (let i = 0; i < value.length; i++) {
        elements += i === 0 ? this.#plainValue(value[i]) : `,${this.#plainValue(value[i])}`;
      }
      return `[${elements}]`;
    }
    const object = value as DataObject;
    let text = '';
    let hasMark = false;
    for (const key of sortedKeys(object)) {
      if (key === without) continue;
      if (key === '@') hasMark = true;
      text += `${text === '' ? '' : ','}${this.#keyText(key)}${this.#value(key, own(object, key))}`;
    }
    return hasMark ? `{"@":"=","v":{${text}}}` : `{${text}}`;
  }

  /** The JSON of a value with all that it holds: by this two values are the same. */
  #canonicalText(value: unknown, without?: string): string {
    if (typeof value !== 'object' || value === null) return scalarText(value);
    const known = without === undefined ? this.#shared.textOf(value) : undefined;
    if (known !== undefined) return known;
    if (Array.isArray(value)) {
      let elements = '';
      for (let i = 0; i < value.length; i++) {
        elements += i === 0 ? this.#canonicalText(value[i]) : `,${this.#canonicalText(value[i])}`;
      }
      return `[${elements}]`;
    }
    const object = value as DataObject;
    let text = '';
    for (const key of sortedKeys(object)) {
      if (key === without) continue;
      text += `${text === '' ? '' : ','}${this.#keyText(key)}${this.#canonicalText(own(object, key))}`;
    }
    return `{${text}}`;
  }

  /** `"key":` */
  #keyText(key: string): string {
    const known = this.#keyTexts.get(key);
    if (known !== undefined) return known;
    if (this.#keyTexts.size >= KEY_TEXTS_MAX) this.#keyTexts.clear();
    const text = `${quote(key)}:`;
    this.#keyTexts.set(key, text);
    return text;
  }
}
