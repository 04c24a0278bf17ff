import { isJsonObject } from '../../../schema/decoding.ts';
import { equalValues } from '../../equal.ts';
import { byOrder } from '../element-order.ts';
import { type FieldSet, isEmptySet, PlaceMarks } from './field-set.ts';
import { isDeclared, isMerged, type Place, placeOfField, placeOfItem, stepOfItem } from './place.ts';

/** What server-side apply does with whole objects: which places they have, how two differ, one laid over the other. */

type Fields = Readonly<Record<string, unknown>>;

function isMap(value: unknown, place: Place): value is Fields {
  return !place.isAtomic && isJsonObject(value);
}

function isItems(value: unknown, place: Place): value is readonly unknown[] {
  return Array.isArray(value) && isMerged(place);
}

function fieldsIn(value: Fields): readonly string[] {
  return Object.keys(value).filter((field) => value[field] !== undefined);
}

/** Entries of a merged list by their step; of several with one step the last. */
function itemsByStep(items: readonly unknown[], place: Place): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  const { list } = place;
  if (list === undefined) return found;
  for (const item of items) {
    const step = stepOfItem(item, list);
    if (step !== undefined) found.set(step, item);
  }
  return found;
}

/** Of the one set that `collect` fills. */
const MEMBER = 1;

function collect(value: unknown, place: Place, into: PlaceMarks, isRoot: boolean): void {
  if (isMap(value, place)) {
    for (const field of fieldsIn(value)) {
      const below = into.at(`f:${field}`);
      const inner = value[field];
      collect(inner, placeOfField(place, field), below, false);
      const isNothing = isJsonObject(inner) && fieldsIn(inner).length === 0;
      if (isNothing || !isDeclared(place, field)) below.mark(MEMBER);
    }
  } else if (isItems(value, place)) {
    for (const [step, item] of itemsByStep(value, place)) {
      const below = into.at(step);
      collect(item, placeOfItem(place), below, false);
      below.mark(MEMBER);
    }
  } else if (!isRoot) into.mark(MEMBER);
}

/** The places that a configuration speaks of. */
export function fieldsOf(value: unknown, place: Place): FieldSet {
  const into = new PlaceMarks();
  collect(value, place, into, true);
  return into.setOf(MEMBER);
}

export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

const ADDED = 1;
const MODIFIED = 2;
const REMOVED = 4;

function compareAt(before: unknown, after: unknown, place: Place, found: PlaceMarks, isRoot: boolean): void {
  if (before === after || (before === undefined && after === undefined)) return;
  const hasMaps = isMap(before, place) || isMap(after, place);
  const hasItems = isItems(before, place) || isItems(after, place);
  const isSplit =
    (hasMaps && isSplittable(before, isMap(before, place)) && isSplittable(after, isMap(after, place))) ||
    (hasItems && isSplittable(before, isItems(before, place)) && isSplittable(after, isItems(after, place)));
  if (!isSplit) {
    if (before === undefined) found.mark(ADDED);
    else if (after === undefined) found.mark(REMOVED);
    else if (!equalValues(before, after)) found.mark(MODIFIED);
    return;
  }
  if (!isRoot && before === undefined) found.mark(ADDED);
  if (!isRoot && after === undefined) found.mark(REMOVED);
  if (hasMaps) compareMaps(before, after, place, found);
  else compareItems(before, after, place, found);
}

const NOTHING: Fields = {};

function compareMaps(before: unknown, after: unknown, place: Place, found: PlaceMarks): void {
  const left = isJsonObject(before) ? before : NOTHING;
  const right = isJsonObject(after) ? after : NOTHING;
  const at = (field: string): void =>
    compareAt(left[field], right[field], placeOfField(place, field), found.at(`f:${field}`), false);
  for (const field of Object.keys(left)) if (left[field] !== right[field]) at(field);
  for (const field of Object.keys(right))
    if (left[field] === undefined && right[field] !== undefined) at(field);
}

function compareItems(before: unknown, after: unknown, place: Place, found: PlaceMarks): void {
  const left = itemsByStep(Array.isArray(before) ? before : [], place);
  const right = itemsByStep(Array.isArray(after) ? after : [], place);
  const at = (step: string): void =>
    compareAt(left.get(step), right.get(step), placeOfItem(place), found.at(step), false);
  for (const step of left.keys()) at(step);
  for (const step of right.keys()) if (!left.has(step)) at(step);
}

/** Nothing, or `null` as Go writes an empty list, can be compared part by part with a map or a list. */
function isSplittable(value: unknown, isSuch: boolean): boolean {
  return isSuch || value === undefined || value === null;
}

export function compare(before: unknown, after: unknown, place: Place): Comparison {
  const found = new PlaceMarks();
  compareAt(before, after, place, found, true);
  return { added: found.setOf(ADDED), modified: found.setOf(MODIFIED), removed: found.setOf(REMOVED) };
}

/** An empty map or list, which Go leaves out of what it writes. */
function isNothing(value: unknown, { type }: Place): boolean {
  if (type?.type === 'map') return isJsonObject(value) && fieldsIn(value).length === 0;
  return type?.type === 'list' && Array.isArray(value) && value.length === 0;
}

/** A configuration laid over what is there. */
export function merged(live: unknown, applied: unknown, place: Place): unknown {
  if (applied === undefined || (live === undefined && isNothing(applied, place))) return live;
  if (isMap(applied, place) && isMap(live, place)) {
    const result: Record<string, unknown> = { ...live };
    for (const field of fieldsIn(applied)) {
      result[field] = merged(live[field], applied[field], placeOfField(place, field));
    }
    return result;
  }
  const { list } = place;
  if (isItems(applied, place) && isItems(live, place) && list !== undefined) {
    const before = itemsByStep(live, place);
    const wanted = itemsByStep(applied, place);
    const key = (item: unknown): unknown => stepOfItem(item, list);
    const all = [...live.filter((item) => key(item) !== undefined)];
    const result = all.map((item) => merged(item, wanted.get(key(item) as string), placeOfItem(place)));
    for (const [step, item] of wanted) if (!before.has(step)) result.push(item);
    return byOrder(result, applied, live, key);
  }
  return applied;
}

/** Without the places of a set, and all that is below them; what has nothing left goes as well. */
export function without(value: unknown, set: FieldSet, place: Place): unknown {
  if (isEmptySet(set)) return value;
  if (isMap(value, place)) {
    const result: Record<string, unknown> = {};
    for (const field of fieldsIn(value)) {
      const below = set.children.get(`f:${field}`);
      if (below?.isMember === true) continue;
      const left =
        below === undefined ? value[field] : without(value[field], below, placeOfField(place, field));
      if (left !== undefined) result[field] = left;
    }
    return Object.keys(result).length === 0 ? undefined : result;
  }
  const { list } = place;
  if (isItems(value, place) && list !== undefined) {
    const result: unknown[] = [];
    for (const item of value) {
      const below = set.children.get(stepOfItem(item, list) ?? '');
      if (below?.isMember === true) continue;
      const left = below === undefined ? item : without(item, below, placeOfItem(place));
      if (left !== undefined) result.push(left);
    }
    return result.length === 0 ? undefined : result;
  }
  return value;
}
