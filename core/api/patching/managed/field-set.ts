import { isJsonObject } from '../../../schema/decoding.ts';

/**
 * A set of places in an object, as `managedFields` writes it (FieldsV1 of structured-merge-diff): a tree whose edges
 * are `f:` and a field, `k:` and the keys of a list's entry, or `v:` and a value of a set. A node that is a member
 * itself is a leaf, or has the mark `.` beside its children.
 */
export interface FieldSet {
  readonly isMember: boolean;
  readonly children: ReadonlyMap<string, FieldSet>;
}

export type Path = readonly string[];

const NO_CHILDREN: ReadonlyMap<string, FieldSet> = new Map();
export const EMPTY: FieldSet = { isMember: false, children: NO_CHILDREN };
const LEAF: FieldSet = { isMember: true, children: NO_CHILDREN };
/** Deeper than any object is. */
const DEPTH_MAX = 256;

export function isEmptySet({ isMember, children }: FieldSet): boolean {
  return !isMember && children.size === 0;
}

function node(isMember: boolean, children: ReadonlyMap<string, FieldSet>): FieldSet {
  if (children.size > 0) return { isMember, children };
  return isMember ? LEAF : EMPTY;
}

/** Collects places as somebody walks through objects, for several sets at once: each mark, a bit, is one of a set. */
export class PlaceMarks {
  private marks = 0;
  private children: Map<string, PlaceMarks> | undefined;

  /** The place one step further. */
  at(step: string): PlaceMarks {
    this.children ??= new Map();
    let next = this.children.get(step);
    if (next === undefined) {
      next = new PlaceMarks();
      this.children.set(step, next);
    }
    return next;
  }

  mark(mark: number): void {
    this.marks |= mark;
  }

  setOf(mark: number): FieldSet {
    const isMember = (this.marks & mark) !== 0;
    if (this.children === undefined) return isMember ? LEAF : EMPTY;
    let children: Map<string, FieldSet> | undefined;
    for (const [step, child] of this.children) {
      const set = child.setOf(mark);
      if (isEmptySet(set)) continue;
      children ??= new Map();
      children.set(step, set);
    }
    return children === undefined ? (isMember ? LEAF : EMPTY) : { isMember, children };
  }
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(b)) return a;
  if (isEmptySet(a)) return b;
  const children = new Map(a.children);
  for (const [step, right] of b.children) {
    const left = a.children.get(step);
    children.set(step, left === undefined ? right : union(left, right));
  }
  return node(a.isMember || b.isMember, children);
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const [step, left] of a.children) {
    const right = b.children.get(step);
    const both = right === undefined ? EMPTY : intersection(left, right);
    if (!isEmptySet(both)) children.set(step, both);
  }
  return node(a.isMember && b.isMember, children);
}

/** What only the first has; parts that the second doesn't touch are shared. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(b) || isEmptySet(a)) return a;
  const children = new Map<string, FieldSet>();
  for (const [step, left] of a.children) {
    const right = b.children.get(step);
    const rest = right === undefined ? left : difference(left, right);
    if (!isEmptySet(rest)) children.set(step, rest);
  }
  return node(a.isMember && !b.isMember, children);
}

export function equalSets(a: FieldSet, b: FieldSet): boolean {
  if (a.isMember !== b.isMember || a.children.size !== b.children.size) return false;
  for (const [step, child] of a.children) {
    const other = b.children.get(step);
    if (other === undefined || !equalSets(child, other)) return false;
  }
  return true;
}

/** Every place, in order. */
export function placesOf(set: FieldSet): readonly Path[] {
  const places: Path[] = [];
  const walk = (at: FieldSet, path: Path): void => {
    if (at.isMember) places.push(path);
    for (const step of [...at.children.keys()].sort())
      walk(at.children.get(step) as FieldSet, [...path, step]);
  };
  walk(set, []);
  return places;
}

export function toFieldsV1(
  { isMember, children }: FieldSet,
  isRoot = true,
): Readonly<Record<string, unknown>> {
  const fields: Record<string, unknown> = {};
  if (isMember && children.size > 0 && !isRoot) fields['.'] = {};
  for (const step of [...children.keys()].sort())
    fields[step] = toFieldsV1(children.get(step) as FieldSet, false);
  return fields;
}

const STEP = /^[fkvi]:/;

/** The set again; what is no step of a path is left out. */
export function fromFieldsV1(fields: unknown, depth = 0): FieldSet {
  if (!isJsonObject(fields) || depth > DEPTH_MAX) return EMPTY;
  const children = new Map<string, FieldSet>();
  for (const step of Object.keys(fields)) {
    if (STEP.test(step)) children.set(step, fromFieldsV1(fields[step], depth + 1));
  }
  return node(depth > 0 && (children.size === 0 || '.' in fields), children);
}

/** `.spec.containers[name="web"].image`, as messages name a place. */
export function pathText(path: Path): string {
  return path
    .map((step) => {
      const rest = step.slice(2);
      if (step.startsWith('f:')) return `.${rest}`;
      if (step.startsWith('v:')) return `[=${rest}]`;
      if (step.startsWith('i:')) return `[${rest}]`;
      const keys = JSON.parse(rest) as Readonly<Record<string, unknown>>;
      return `[${Object.keys(keys)
        .map((key) => `${key}=${JSON.stringify(keys[key])}`)
        .join(',')}]`;
    })
    .join('');
}
