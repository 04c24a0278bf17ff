import { equalValues } from '../../core/api/equal.ts';
import { isJsonObject } from '../../core/schema/decoding.ts';

/** One field that differs: `spec.template.spec.containers[web].image`. */
export interface FieldChange {
  readonly path: string;
  /** Absent where the field was not there. */
  readonly from: unknown;
  readonly to: unknown;
}

/** By what entries of the API's lists are told apart, the first that all have and none shares. */
const LIST_KEYS = ['name', 'type', 'uid', 'key', 'ip', 'containerPort', 'port', 'mountPath'];

function identitiesBy(list: readonly unknown[], key: string): ReadonlyMap<string, unknown> | undefined {
  const entries = new Map<string, unknown>();
  for (const item of list) {
    const id = isJsonObject(item) ? item[key] : undefined;
    if ((typeof id !== 'string' && typeof id !== 'number') || entries.has(`${id}`)) return undefined;
    entries.set(`${id}`, item);
  }
  return entries;
}

interface Matched {
  readonly left: ReadonlyMap<string, unknown>;
  readonly right: ReadonlyMap<string, unknown>;
}

/** Entries of both lists by what names them; by place where nothing does. */
function matched(left: readonly unknown[], right: readonly unknown[]): Matched {
  for (const key of LIST_KEYS) {
    const before = identitiesBy(left, key);
    const after = identitiesBy(right, key);
    if (before !== undefined && after !== undefined) return { left: before, right: after };
  }
  const byPlace = (list: readonly unknown[]) => new Map(list.map((item, index) => [`${index}`, item]));
  return { left: byPlace(left), right: byPlace(right) };
}

/** Keys of the one, then those that only the other has. */
function keysOfBoth(left: Iterable<string>, right: Iterable<string>): readonly string[] {
  return [...new Set([...left, ...right])];
}

function pathTo(path: string, field: string): string {
  const step = /^[A-Za-z_][\w-]*$/.test(field) ? field : `['${field}']`;
  if (path === '' || step.startsWith('[')) return `${path}${step}`;
  return `${path}.${step}`;
}

function collect(path: string, from: unknown, to: unknown, out: FieldChange[]): void {
  if (from === to || equalValues(from, to)) return;
  if (isJsonObject(from) && isJsonObject(to)) {
    for (const field of keysOfBoth(Object.keys(from).sort(), Object.keys(to).sort())) {
      collect(pathTo(path, field), from[field], to[field], out);
    }
  } else if (Array.isArray(from) && Array.isArray(to) && [...from, ...to].some(isJsonObject)) {
    const { left, right } = matched(from, to);
    for (const key of keysOfBoth(left.keys(), right.keys())) {
      collect(`${path}[${key}]`, left.get(key), right.get(key), out);
    }
  } else {
    out.push({ path, from, to });
  }
}

/** Every field in which two values differ, in the order of their names. A key that holds `undefined` is absent. */
export function fieldChanges(from: unknown, to: unknown): readonly FieldChange[] {
  const changes: FieldChange[] = [];
  collect('', from, to, changes);
  return changes;
}

/** Longer values are cut: a change is told in a line. */
const VALUE_LENGTH = 60;

function valueText(value: unknown): string {
  if (value === undefined) return 'unset';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text === '') return '""';
  return text.length > VALUE_LENGTH ? `${text.slice(0, VALUE_LENGTH - 1)}…` : text;
}

/** `spec.replicas 3 → 4` */
export function changeText({ path, from, to }: FieldChange): string {
  if (from === undefined) return `${path} set to ${valueText(to)}`;
  if (to === undefined) return `${path} removed (was ${valueText(from)})`;
  return `${path} ${valueText(from)} → ${valueText(to)}`;
}
