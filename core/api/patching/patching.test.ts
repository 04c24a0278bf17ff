import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byOrder } from './element-order.ts';
import { patchStrategies, patchStrategy } from './patch-strategies.ts';
import { schemaOfKind } from './schema-path.ts';
import { PatchError, strategicMergePatch } from './strategic-merge-patch.ts';

type Fields = Readonly<Record<string, unknown>>;
const POD = schemaOfKind('v1', 'Pod');
const DEPLOYMENT = schemaOfKind('apps/v1', 'Deployment');

function patched(stored: Fields, patch: Fields, schema = POD): unknown {
  return strategicMergePatch(stored, patch, schema);
}

const containers = (...names: readonly string[]) => names.map((name) => ({ name, image: `${name}:1` }));

describe('a strategic merge patch', () => {
  test.each<[string, Fields, Fields, Fields]>([
    [
      'merges maps and removes what is null',
      { a: { b: 1, c: 2 } },
      { a: { b: null, d: 3 } },
      { a: { c: 2, d: 3 } },
    ],
    [
      'replaces lists without a key',
      { spec: { tolerations: [1, 2] } },
      { spec: { tolerations: [3] } },
      { spec: { tolerations: [3] } },
    ],
    [
      'merges an entry by its key, and leaves the others',
      { spec: { containers: containers('a', 'b') } },
      { spec: { containers: [{ name: 'b', image: 'b:2' }] } },
      {
        spec: {
          containers: [
            { name: 'a', image: 'a:1' },
            { name: 'b', image: 'b:2' },
          ],
        },
      },
    ],
    [
      'puts a new entry before those that it does not name, as the real one does',
      { spec: { containers: containers('a', 'b') } },
      { spec: { containers: containers('c') } },
      { spec: { containers: containers('c', 'a', 'b') } },
    ],
    [
      'deletes an entry that it marks',
      { spec: { containers: containers('a', 'b') } },
      { spec: { containers: [{ $patch: 'delete', name: 'a' }] } },
      { spec: { containers: containers('b') } },
    ],
    [
      'replaces a list that it marks',
      { spec: { containers: containers('a', 'b') } },
      { spec: { containers: [...containers('c'), { $patch: 'replace' }] } },
      { spec: { containers: containers('c') } },
    ],
    [
      'replaces a map that it marks',
      { spec: { nodeSelector: { a: '1', b: '2' } } },
      { spec: { nodeSelector: { $patch: 'replace', c: '3' } } },
      { spec: { nodeSelector: { c: '3' } } },
    ],
    [
      'unites lists of plain values, and takes values out',
      { metadata: { finalizers: ['a', 'b'] } },
      { metadata: { finalizers: ['c'], '$deleteFromPrimitiveList/finalizers': ['a'] } },
      { metadata: { finalizers: ['c', 'b'] } },
    ],
    [
      'sets an order',
      { spec: { containers: containers('a', 'b', 'c') } },
      { spec: { '$setElementOrder/containers': [{ name: 'c' }, { name: 'a' }, { name: 'b' }] } },
      { spec: { containers: containers('c', 'a', 'b') } },
    ],
  ])('%s', (_title, stored, patch, expected) => {
    expect(patched(stored, patch)).toEqual(expected);
  });

  test('keeps of a map only what it says is retained', () => {
    const stored = { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } };
    const patch = { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } };
    expect(patched(stored, patch, DEPLOYMENT)).toEqual({ spec: { strategy: { type: 'Recreate' } } });
  });

  test('follows the schema through templates', () => {
    const pod = (...names: readonly string[]) => ({
      spec: { template: { spec: { containers: containers(...names) } } },
    });
    expect(patched(pod('a', 'b'), pod('b', 'a'), DEPLOYMENT)).toEqual(pod('b', 'a'));
  });

  test('refuses an entry without its key, and a directive that there is not', () => {
    expect(() => patched({}, { spec: { containers: [{ image: 'x' }] } })).not.toThrow();
    const stored = { spec: { containers: containers('a') } };
    expect(() => patched(stored, { spec: { containers: [{ image: 'x' }] } })).toThrow(PatchError);
    expect(() => patched(stored, { spec: { $patch: 'swap' } })).toThrow('Unknown patch type found: swap');
  });

  test('never touches a prototype', () => {
    const patch = JSON.parse('{"__proto__": {"a": 1}, "spec": {"__proto__": {"b": 2}}}') as Fields;
    const result = patched({ spec: {} }, patch) as { readonly spec: object };
    expect(Object.keys(result)).toEqual(['spec']);
    expect(Object.getPrototypeOf(result.spec)).toBe(Object.prototype);
    expect(({} as Fields).b).toBeUndefined();
  });

  test('law: once or twice is the same, where nothing is taken out', () => {
    const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'));
    fc.assert(
      fc.property(names, names, (before, wanted) => {
        const patch = { spec: { containers: containers(...wanted) } };
        const once = patched({ spec: { containers: containers(...before) } }, patch) as Fields;
        expect(patched(once, patch)).toEqual(once);
      }),
    );
  });
});

test('law: an order holds all entries once, those that are named in their order', () => {
  const lists = fc.uniqueArray(fc.integer({ min: 0, max: 9 }));
  fc.assert(
    fc.property(lists, lists, (stored, named) => {
      const items = [...new Set([...stored, ...named])];
      const ordered = byOrder(items, named, stored, (item) => item);
      expect(ordered.toSorted()).toEqual(items.toSorted());
      expect(ordered.filter((item) => named.includes(item as number))).toEqual(named);
    }),
  );
});

const SWAGGER = '../shared/data/k8s/swagger/kubernetes/swagger.json.unprocessed';

test.skipIf(!existsSync(SWAGGER))('the table is that of the published document (skipped without it)', () => {
  type Property = Readonly<Record<string, unknown>>;
  const { definitions } = JSON.parse(readFileSync(SWAGGER, 'utf8')) as {
    readonly definitions: Readonly<
      Record<string, { readonly properties?: Readonly<Record<string, Property>> }>
    >;
  };
  const published = new Set<string>();
  for (const [name, { properties = {} }] of Object.entries(definitions)) {
    const [version = '', struct = ''] = name.split('.').slice(-2);
    // Kinds that are not stable are not served.
    if (/alpha|beta/.test(version)) continue;
    for (const [field, property] of Object.entries(properties)) {
      const strategy = property['x-kubernetes-patch-strategy'];
      if (typeof strategy !== 'string') continue;
      published.add(`${struct}.${field}`);
      expect({ at: `${struct}.${field}`, ...patchStrategy(struct, field) }).toEqual({
        at: `${struct}.${field}`,
        merge: strategy.includes('merge'),
        ...(property['x-kubernetes-patch-merge-key'] === undefined
          ? {}
          : { mergeKey: property['x-kubernetes-patch-merge-key'] }),
        ...(strategy.includes('retainKeys') ? { retainKeys: true } : {}),
        ...(strategy === 'replace' ? { replace: true } : {}),
      });
    }
  }
  const extra = patchStrategies().filter(([struct, field]) => !published.has(`${struct}.${field}`));
  expect(extra).toEqual([]);
});
