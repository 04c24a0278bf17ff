import { controllerOf, type KubeObject, keyOf } from '../../core/api/object.ts';
import type { Kind } from '../../core/kinds/kind.ts';
import { EVENT, KINDS, LEASE } from '../../core/kinds/registry.ts';
import type { View } from '../../core/store/view.ts';
import { type FieldChange, fieldChanges } from './fields.ts';

export interface DiffOptions {
  /** Leave these out; Events and Leases unless given: they say when, not what. */
  readonly without?: readonly Kind[];
  /** Compare times as well: two histories hardly ever agree on them. */
  readonly times?: boolean;
}

/** An object by its kind and key. */
export interface NamedObject {
  readonly kind: Kind;
  readonly key: string;
}

/** Two objects that stand for each other, and what differs. Generated names may: then the keys do. */
export interface ChangedObject {
  readonly kind: Kind;
  readonly left: string;
  readonly right: string;
  readonly changes: readonly FieldChange[];
}

export interface StateDifference {
  readonly onlyLeft: readonly NamedObject[];
  readonly onlyRight: readonly NamedObject[];
  readonly changed: readonly ChangedObject[];
  /** How many objects agree. */
  readonly same: number;
}

/** Identities and counters of one run, which mean nothing in another. */
const OF_ONE_RUN =
  /^metadata\.(?:uid|resourceVersion|generation|managedFields)(?:$|[.[])|(?:^|\.)uid$|observedGeneration$|resourceVersion$/;
const TIME = /(?:Time|Timestamp|timeAdded|startedAt|finishedAt)$/;
/** What a generated name shows up in, besides the name itself. */
const OF_A_NAME =
  /^metadata\.(?:name|generateName|ownerReferences)(?:$|[.[])|pod-template-hash|^spec\.(?:selector|template)\.(?:matchLabels|metadata\.labels)(?:\.|\[')pod-template-hash/;

function uidsOf(view: View): ReadonlyMap<string, KubeObject> {
  const byUid = new Map<string, KubeObject>();
  for (const kind of KINDS) for (const object of view.list(kind)) byUid.set(object.metadata.uid, object);
  return byUid;
}

/** The object at the top of the chain of controllers. */
function rootOf(object: KubeObject, byUid: ReadonlyMap<string, KubeObject>): string {
  let root = object;
  const seen = new Set<string>();
  for (;;) {
    const owner = controllerOf(root);
    const next = owner === undefined ? undefined : byUid.get(owner.uid);
    if (owner === undefined || seen.has(owner.uid)) return `${root.kind} ${keyOf(root)}`;
    if (next === undefined) return `${owner.kind} ${object.metadata.namespace ?? ''}/${owner.name}`;
    seen.add(owner.uid);
    root = next;
  }
}

type Pair = readonly [KubeObject, KubeObject];

interface Pairing {
  readonly pairs: readonly Pair[];
  readonly left: readonly KubeObject[];
  readonly right: readonly KubeObject[];
}

/** Those that somebody's controller made, by whose they are; oldest first, as they were made. */
function groupsOf(objects: readonly KubeObject[], byUid: ReadonlyMap<string, KubeObject>) {
  const groups = new Map<string, KubeObject[]>();
  for (const object of objects) {
    if (controllerOf(object) === undefined) continue;
    const root = rootOf(object, byUid);
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [object]);
    else group.push(object);
  }
  const order = ({ metadata }: KubeObject): string => `${metadata.creationTimestamp} ${metadata.name}`;
  for (const group of groups.values()) group.sort((a, b) => (order(a) < order(b) ? -1 : 1));
  return groups;
}

/** Objects of one key stand for each other; of what is left, those that were made for the same owner. */
function pairUp(
  left: readonly KubeObject[],
  right: readonly KubeObject[],
  leftUids: ReadonlyMap<string, KubeObject>,
  rightUids: ReadonlyMap<string, KubeObject>,
): Pairing {
  const byKey = new Map(right.map((object) => [keyOf(object), object]));
  const pairs: Pair[] = [];
  const paired = new Set<KubeObject>();
  const pair = (a: KubeObject, b: KubeObject): void => {
    pairs.push([a, b]);
    paired.add(a).add(b);
  };
  for (const object of left) {
    const other = byKey.get(keyOf(object));
    if (other !== undefined) pair(object, other);
  }
  const open = (objects: readonly KubeObject[]) => objects.filter((object) => !paired.has(object));
  const others = groupsOf(open(right), rightUids);
  for (const [root, group] of groupsOf(open(left), leftUids)) {
    for (const [index, object] of group.entries()) {
      const other = others.get(root)?.[index];
      if (other !== undefined) pair(object, other);
    }
  }
  return { pairs, left: open(left), right: open(right) };
}

function changesOf([left, right]: Pair, options: DiffOptions): readonly FieldChange[] {
  const renamed = left.metadata.name !== right.metadata.name;
  return fieldChanges(left, right).filter(({ path }) => {
    if (OF_ONE_RUN.test(path)) return false;
    if (renamed && OF_A_NAME.test(path)) return false;
    return options.times === true || !TIME.test(path);
  });
}

/** What two states have in common and what not, kind by kind, each in key order. */
export function diffStates(left: View, right: View, options: DiffOptions = {}): StateDifference {
  const without = new Set<string>((options.without ?? [EVENT, LEASE]).map(({ resource }) => resource));
  const leftUids = uidsOf(left);
  const rightUids = uidsOf(right);
  const onlyLeft: NamedObject[] = [];
  const onlyRight: NamedObject[] = [];
  const changed: ChangedObject[] = [];
  let same = 0;
  for (const kind of KINDS) {
    if (without.has(kind.resource)) continue;
    const pairing = pairUp(left.list(kind), right.list(kind), leftUids, rightUids);
    for (const object of pairing.left) onlyLeft.push({ kind, key: keyOf(object) });
    for (const object of pairing.right) onlyRight.push({ kind, key: keyOf(object) });
    for (const pair of pairing.pairs) {
      const changes = changesOf(pair, options);
      if (changes.length === 0) same++;
      else changed.push({ kind, left: keyOf(pair[0]), right: keyOf(pair[1]), changes });
    }
  }
  return { onlyLeft, onlyRight, changed, same };
}
