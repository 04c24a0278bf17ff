import type { KubeObject } from '../api/object.ts';
import { controllerOf, type OwnerReference, objectKey } from '../api/object.ts';
import type { KindRef } from '../kinds/kind-ref.ts';
import { KINDS } from '../kinds/registry.ts';
import type { EventRecord } from '../log/record.ts';
import type { View } from './view.ts';

/** The slots of objects that share a value of an index, sorted by key when somebody asks. */
class Bucket {
  readonly slots = new Set<number>();
  private sorted: readonly number[] | undefined;
  private selected: readonly KubeObject[] | undefined;
  /** Whether the value is the controller of all that are here, once somebody has asked; it stays while they do. */
  allControlled: boolean | undefined;

  add(slot: number): void {
    this.slots.add(slot);
    this.sorted = undefined;
    this.selected = undefined;
    this.allControlled = undefined;
  }

  remove(slot: number): void {
    this.slots.delete(slot);
    this.sorted = undefined;
    this.selected = undefined;
    this.allControlled = undefined;
  }

  /** One of the objects is another one now. */
  touch(): void {
    this.selected = undefined;
  }

  /** The very same array until something in it changes: whoever reads it twice can see that nothing did. */
  select(keys: readonly string[], objects: readonly (KubeObject | undefined)[]): readonly KubeObject[] {
    if (this.selected === undefined) {
      const order = this.inKeyOrder(keys);
      const selected = new Array<KubeObject>(order.length);
      for (let i = 0; i < order.length; i += 1) selected[i] = objects[order[i] as number] as KubeObject;
      this.selected = selected;
    }
    return this.selected;
  }

  inKeyOrder(keys: readonly string[]): readonly number[] {
    if (this.sorted === undefined) {
      const slots = [...this.slots];
      // Keys are unique within a kind, so the order is total.
      slots.sort((a, b) => ((keys[a] as string) < (keys[b] as string) ? -1 : 1));
      this.sorted = slots;
    }
    return this.sorted;
  }
}

/** An index of one kind's objects: the values under which an object is found, and what to compare to see that they changed. */
interface IndexRule {
  readonly unchanged: (previous: KubeObject, next: KubeObject) => boolean;
  readonly values: (object: KubeObject) => readonly string[];
}

interface SpecWithNode {
  readonly spec?: { readonly nodeName?: string };
}

const NONE: readonly string[] = [];
const NO_OBJECTS: readonly KubeObject[] = [];
const NO_OWNER: readonly string[] = [''];

const uidsOfOwners = new WeakMap<readonly OwnerReference[], readonly string[]>();

/** Objects without any owner stand under the empty uid. */
const OWNER_RULE: IndexRule = {
  unchanged: (previous, next) => previous.metadata.ownerReferences === next.metadata.ownerReferences,
  values: (object) => {
    const owners = object.metadata.ownerReferences;
    if (owners === undefined || owners.length === 0) return NO_OWNER;
    // All pods of a ReplicaSet share one list.
    let uids = uidsOfOwners.get(owners);
    if (uids === undefined) {
      uids = [...new Set(owners.map((owner) => owner.uid))];
      uidsOfOwners.set(owners, uids);
    }
    return uids;
  },
};

const NODE_RULE: IndexRule = {
  unchanged: (previous, next) =>
    (previous as SpecWithNode).spec?.nodeName === (next as SpecWithNode).spec?.nodeName,
  values: (object) => {
    const nodeName = (object as SpecWithNode).spec?.nodeName;
    return nodeName === undefined || nodeName === '' ? NONE : [nodeName];
  },
};

const NAMESPACE_RULE: IndexRule = {
  unchanged: () => true,
  values: (object) => [object.metadata.namespace ?? ''],
};

function labelValue(namespace: string, name: string, value: string): string {
  return `${namespace}/${name}=${value}`;
}

const LABEL_RULE: IndexRule = {
  unchanged: (previous, next) => previous.metadata.labels === next.metadata.labels,
  values: (object) => {
    const labels = object.metadata.labels;
    if (labels === undefined) return NONE;
    const namespace = object.metadata.namespace ?? '';
    return Object.keys(labels).map((name) => labelValue(namespace, name, labels[name] as string));
  },
};

class Index {
  private readonly rule: IndexRule;
  private readonly buckets = new Map<string, Bucket>();

  constructor(rule: IndexRule, table: Table) {
    this.rule = rule;
    for (const slot of table.slots.values()) this.add(slot, table.objects[slot] as KubeObject);
  }

  add(slot: number, object: KubeObject): void {
    for (const value of this.rule.values(object)) {
      let bucket = this.buckets.get(value);
      if (bucket === undefined) {
        bucket = new Bucket();
        this.buckets.set(value, bucket);
      }
      bucket.add(slot);
    }
  }

  remove(slot: number, object: KubeObject): void {
    for (const value of this.rule.values(object)) {
      const bucket = this.buckets.get(value);
      if (bucket === undefined) continue;
      bucket.remove(slot);
      if (bucket.slots.size === 0) this.buckets.delete(value);
    }
  }

  replace(slot: number, previous: KubeObject, next: KubeObject): void {
    if (this.rule.unchanged(previous, next)) {
      for (const value of this.rule.values(next)) this.buckets.get(value)?.touch();
      return;
    }
    this.remove(slot, previous);
    this.add(slot, next);
  }

  get(value: string): Bucket | undefined {
    return this.buckets.get(value);
  }
}

/** All objects of one kind, by slot. */
class Table {
  readonly objects: (KubeObject | undefined)[] = [];
  readonly keys: string[] = [];
  readonly slots = new Map<string, number>();
  /** The key that was looked up last: a request looks its object up again when it writes. */
  private lastKey: string | undefined;
  private lastSlot: number | undefined;
  private readonly all = new Bucket();
  readonly indexes: Index[] = [];
  /** Indexes are built when they are first asked for, and kept up from then on. */
  byOwner: Index | undefined;
  byNode: Index | undefined;
  byNamespace: Index | undefined;
  byLabel: Index | undefined;

  created(slot: number, key: string, object: KubeObject): void {
    // Arrays stay dense: a view that starts late fills what lies before with holes' stand-ins.
    while (this.objects.length < slot) {
      this.objects.push(undefined);
      this.keys.push('');
    }
    this.objects[slot] = object;
    this.keys[slot] = key;
    this.slots.set(key, slot);
    this.lastKey = undefined;
    this.all.add(slot);
    for (const index of this.indexes) index.add(slot, object);
  }

  updated(slot: number, object: KubeObject): void {
    const previous = this.objects[slot] as KubeObject;
    this.objects[slot] = object;
    this.all.touch();
    for (const index of this.indexes) index.replace(slot, previous, object);
  }

  deleted(slot: number): void {
    const previous = this.objects[slot] as KubeObject;
    for (const index of this.indexes) index.remove(slot, previous);
    this.all.remove(slot);
    this.slots.delete(this.keys[slot] as string);
    this.lastKey = undefined;
    this.objects[slot] = undefined;
    // Nobody looks at it again, and much comes and goes in a cluster that lives for long.
    this.keys[slot] = '';
  }

  find(key: string): number | undefined {
    if (key === this.lastKey) return this.lastSlot;
    this.lastKey = key;
    this.lastSlot = this.slots.get(key);
    return this.lastSlot;
  }

  index(rule: IndexRule): Index {
    const index = new Index(rule, this);
    this.indexes.push(index);
    return index;
  }

  select(bucket: Bucket | undefined): readonly KubeObject[] {
    return bucket === undefined ? NO_OBJECTS : bucket.select(this.keys, this.objects);
  }

  list(): readonly KubeObject[] {
    return this.select(this.all);
  }
}

/**
 * The state of a cluster: the fold of a log's events. The store is one, each process's informer cache is one
 * that lags behind, and reading a log at some time makes one. Immutable objects in plain tables, each object
 * at a dense slot that the store gave it when it was created.
 */
export class State implements View {
  /** By the kind's index; a kind that nobody has asked for has none. Those of custom kinds come behind the others. */
  private readonly tables: (Table | undefined)[] = KINDS.map(() => undefined);
  private current = 0;

  get version(): number {
    return this.current;
  }

  private table(kind: KindRef): Table {
    const known = this.tables[kind.index];
    if (known !== undefined) return known;
    const table = new Table();
    this.tables[kind.index] = table;
    return table;
  }

  /** Take in the next event. Hot path. */
  apply(event: EventRecord): void {
    const table = this.tables[event.kind.index] ?? this.table(event.kind);
    if (event.verb === 'update') table.updated(event.slot, event.next as KubeObject);
    else if (event.verb === 'create') table.created(event.slot, event.key, event.next as KubeObject);
    else table.deleted(event.slot);
    this.current = event.rv;
  }

  /** A copy that later events do not touch: what a keyframe, a re-list or a fork starts from. Of some kinds, or of all. */
  copy(kinds?: readonly KindRef[]): State {
    const copy = new State();
    this.tables.forEach((from, index) => {
      if (from === undefined || from.slots.size === 0) return;
      if (kinds !== undefined && !kinds.some((kind) => kind.index === index)) return;
      const to = new Table();
      copy.tables[index] = to;
      for (const [key, slot] of from.slots) to.created(slot, key, from.objects[slot] as KubeObject);
    });
    copy.current = this.current;
    return copy;
  }

  /** The state that a reading of a log came to. */
  static of(
    objects: Iterable<{ readonly kind: KindRef; readonly key: string; readonly object: KubeObject }>,
    version: number,
  ): State {
    const state = new State();
    const next = KINDS.map(() => 0);
    for (const { kind, key, object } of objects) {
      const slot = next[kind.index] ?? 0;
      next[kind.index] = slot + 1;
      state.table(kind).created(slot, key, object);
    }
    state.current = version;
    return state;
  }

  /** The version moves on with records that are not events. */
  advance(version: number): void {
    if (version > this.current) this.current = version;
  }

  slotOf(kind: KindRef, key: string): number | undefined {
    return this.table(kind).find(key);
  }

  /** The object at a slot, as the informers of a host read it. */
  at(kind: KindRef, slot: number): KubeObject | undefined {
    return this.table(kind).objects[slot];
  }

  // The tables hold objects of all kinds; a kind's type parameter says what its table's objects are. The
  // casts below are that boundary.

  get<T extends KubeObject>(kind: KindRef<T>, namespace: string | undefined, name: string): T | undefined {
    return this.getByKey(kind, objectKey(namespace, name));
  }

  getByKey<T extends KubeObject>(kind: KindRef<T>, key: string): T | undefined {
    const table = this.table(kind);
    const slot = table.find(key);
    return slot === undefined ? undefined : (table.objects[slot] as T);
  }

  list<T extends KubeObject>(kind: KindRef<T>, namespace?: string): readonly T[] {
    const table = this.table(kind);
    if (namespace === undefined) return table.list() as readonly T[];
    table.byNamespace ??= table.index(NAMESPACE_RULE);
    return table.select(table.byNamespace.get(namespace)) as readonly T[];
  }

  count(kind: KindRef): number {
    return this.table(kind).slots.size;
  }

  ownedBy<T extends KubeObject>(kind: KindRef<T>, controllerUid: string): readonly T[] {
    const table = this.table(kind);
    table.byOwner ??= table.index(OWNER_RULE);
    const bucket = table.byOwner.get(controllerUid);
    const owned = table.select(bucket) as readonly T[];
    if (bucket === undefined || controllerUid === '') return owned;
    // Nearly always every owner is the controller; what is replaced under the same owners does not change that.
    const isControlled = (object: T): boolean => controllerOf(object)?.uid === controllerUid;
    bucket.allControlled ??= owned.every(isControlled);
    return bucket.allControlled ? owned : owned.filter(isControlled);
  }

  onNode<T extends KubeObject>(kind: KindRef<T>, nodeName: string): readonly T[] {
    const table = this.table(kind);
    table.byNode ??= table.index(NODE_RULE);
    return table.select(table.byNode.get(nodeName)) as readonly T[];
  }

  labelled<T extends KubeObject>(
    kind: KindRef<T>,
    namespace: string,
    name: string,
    value: string,
  ): readonly T[] {
    const table = this.table(kind);
    table.byLabel ??= table.index(LABEL_RULE);
    return table.select(table.byLabel.get(labelValue(namespace, name, value))) as readonly T[];
  }

  dependentsOf(ownerUid: string): readonly KubeObject[] {
    const dependents: KubeObject[] = [];
    for (const table of this.tables) {
      if (table === undefined || table.slots.size === 0) continue;
      table.byOwner ??= table.index(OWNER_RULE);
      dependents.push(...table.select(table.byOwner.get(ownerUid)));
    }
    return dependents;
  }
}
