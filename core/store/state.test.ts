import fc from 'fast-check';
import { expect, test } from 'vitest';
import { controllerOf, type KubeObject, keyOf } from '../api/object.ts';
import type { Kind } from '../kinds/kind.ts';
import { CONFIG_MAP, KINDS, NODE, POD } from '../kinds/registry.ts';
import { Journal } from '../log/journal.ts';
import { State } from './state.ts';

/*
 * The state against a naive twin: a Map of objects, and a filter over all of them for every question. Indexes are
 * built when they are first asked for, so questions come between the writes.
 */

const KINDS_USED: readonly Kind[] = [POD, CONFIG_MAP, NODE];
const NAMESPACES = ['a', 'a-b', 'b'];
const UIDS = ['u1', 'u2', 'u3'];

interface Write {
  readonly kind: Kind;
  readonly key: number;
  readonly labels: Readonly<Record<string, string>> | undefined;
  readonly owners: readonly { readonly uid: string; readonly controller: boolean }[] | undefined;
  readonly nodeName: string | undefined;
  readonly remove: boolean;
}

const write: fc.Arbitrary<Write> = fc.record({
  kind: fc.constantFrom(...KINDS_USED),
  key: fc.nat(8),
  labels: fc.option(fc.dictionary(fc.constantFrom('app', 'tier'), fc.constantFrom('x', 'y')), {
    nil: undefined,
  }),
  owners: fc.option(
    fc.array(fc.record({ uid: fc.constantFrom(...UIDS), controller: fc.boolean() }), { maxLength: 2 }),
    { nil: undefined },
  ),
  nodeName: fc.constantFrom(undefined, '', 'n1', 'n2'),
  remove: fc.boolean(),
});

/** Each bit asks one question after a write. */
const step = fc.tuple(write, fc.nat(63));

function objectOf({ kind, key, labels, owners, nodeName }: Write, rv: number): KubeObject {
  const namespace = kind.namespaced ? { namespace: NAMESPACES[key % 3] as string } : {};
  const ownerReferences = owners?.map(({ uid, controller }) => ({
    apiVersion: 'v1',
    kind: 'Owner',
    name: uid,
    uid,
    controller,
  }));
  const metadata = {
    name: `o${key}`,
    ...namespace,
    uid: `uid-${rv}`,
    resourceVersion: `${rv}`,
    creationTimestamp: '',
  };
  const object = {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    metadata: { ...metadata, labels, ownerReferences },
  };
  return (kind === POD ? { ...object, spec: { nodeName } } : object) as KubeObject;
}

class Twin {
  readonly objects = new Map<string, { readonly kind: Kind; readonly object: KubeObject }>();

  select(kind: Kind, wanted: (object: KubeObject) => boolean): readonly KubeObject[] {
    return [...this.objects.values()]
      .filter((entry) => entry.kind === kind && wanted(entry.object))
      .map(({ object }) => object)
      .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  }
}

function expectSame(state: State, twin: Twin, questions: number): void {
  for (const kind of KINDS_USED) {
    const all = twin.select(kind, () => true);
    expect(state.count(kind)).toBe(all.length);
    for (const object of all) expect(state.getByKey(kind, keyOf(object))).toBe(object);
    if ((questions & 1) !== 0) expect(state.list(kind)).toEqual(all);
    if ((questions & 2) !== 0) {
      for (const namespace of NAMESPACES)
        expect(state.list(kind, namespace)).toEqual(
          twin.select(kind, ({ metadata }) => metadata.namespace === namespace),
        );
    }
    if ((questions & 4) !== 0) {
      for (const uid of UIDS)
        expect(state.ownedBy(kind, uid)).toEqual(twin.select(kind, (it) => controllerOf(it)?.uid === uid));
      expect(state.ownedBy(kind, '')).toEqual(
        twin.select(kind, ({ metadata }) => (metadata.ownerReferences ?? []).length === 0),
      );
    }
    if ((questions & 8) !== 0) {
      for (const name of ['n1', 'n2'])
        expect(state.onNode(kind, name)).toEqual(
          twin.select(kind, (it) => (it as { spec?: { nodeName?: string } }).spec?.nodeName === name),
        );
    }
    if ((questions & 16) !== 0) {
      for (const value of ['x', 'y'])
        expect(state.labelled(kind, 'a', 'app', value)).toEqual(
          twin.select(kind, ({ metadata }) => metadata.namespace === 'a' && metadata.labels?.app === value),
        );
    }
  }
  if ((questions & 32) === 0) return;
  for (const uid of UIDS) {
    const named = ({ metadata }: KubeObject): boolean =>
      (metadata.ownerReferences ?? []).some((owner) => owner.uid === uid);
    const expected = KINDS.filter((kind) => KINDS_USED.includes(kind)).flatMap((kind) =>
      twin.select(kind, named),
    );
    expect(state.dependentsOf(uid)).toEqual(expected);
  }
}

test('every question is answered as by a filter over all objects, and a copy is left alone', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.nat(40), (steps, copyAfter) => {
      const journal = new Journal();
      const state = new State();
      const twin = new Twin();
      const slots = new Map<Kind, number>();
      let copied: { readonly state: State; readonly twin: Twin; readonly version: number } | undefined;
      journal.subscribe((record) => {
        if (record.type === 'event') state.apply(record);
      });
      steps.forEach(([given, questions], index) => {
        const rv = journal.nextNumber;
        const object = objectOf(given, rv);
        const { kind } = given;
        const key = keyOf(object);
        const place = `${kind.resource} ${key}`;
        const previous = twin.objects.get(place)?.object;
        if (previous === undefined && given.remove) return;
        const verb = previous === undefined ? 'create' : given.remove ? 'delete' : 'update';
        const slot = verb === 'create' ? (slots.get(kind) ?? 0) : (state.slotOf(kind, key) as number);
        if (verb === 'create') slots.set(kind, slot + 1);
        if (verb === 'delete') twin.objects.delete(place);
        else twin.objects.set(place, { kind, object });
        const next = verb === 'delete' ? undefined : object;
        journal.event(rv, rv, 0, undefined, 'test', verb, kind, slot, key, previous, next);
        expect(state.version).toBe(rv);
        expectSame(state, twin, questions);
        if (index !== copyAfter) return;
        const twinCopy = new Twin();
        for (const [name, entry] of twin.objects) twinCopy.objects.set(name, entry);
        copied = { state: state.copy(), twin: twinCopy, version: rv };
      });
      expectSame(state, twin, 63);
      if (copied === undefined) return;
      expectSame(copied.state, copied.twin, 63);
      expect(copied.state.version).toBe(copied.version);
    }),
    { numRuns: 300 },
  );
});

test('a list that did not change is the very same array; one that did is another', () => {
  const state = new State();
  const at = (rv: number): KubeObject =>
    objectOf({ kind: POD, key: 0, labels: {}, owners: [], nodeName: 'n1', remove: false }, rv);
  const journal = new Journal();
  journal.subscribe((record) => {
    if (record.type === 'event') state.apply(record);
  });
  journal.event(1, 1, 0, undefined, 'test', 'create', POD, 0, 'a/o0', undefined, at(1));
  const before = [state.list(POD), state.onNode(POD, 'n1'), state.list(POD, 'a')];
  expect(
    [state.list(POD), state.onNode(POD, 'n1'), state.list(POD, 'a')].map((list, n) => list === before[n]),
  ).toEqual([true, true, true]);
  journal.event(2, 2, 0, undefined, 'test', 'update', POD, 0, 'a/o0', at(1), at(2));
  expect(state.list(POD)).toEqual([at(2)]);
  expect(state.onNode(POD, 'n1')).toEqual([at(2)]);
  expect(before[0]).toEqual([at(1)]);
});
