import { describe, expect, test } from 'vitest';
import { mergePatch } from '../../core/api/patching/merge-patch.ts';
import { schemaOfKind } from '../../core/api/patching/schema-path.ts';
import { threeWayMerge } from './apply.ts';

const POD = schemaOfKind('v1', 'Pod');

describe('kubectl apply', () => {
  test.each([
    ['sets what the manifest says', { a: 1 }, { a: 2, b: 3 }, {}, { a: 2, b: 3 }],
    [
      'removes what an earlier manifest said and this one does not',
      { a: 1, b: 2 },
      { a: 1 },
      { a: 1, b: 2 },
      { a: 1 },
    ],
    ['keeps what others have set', { a: 1, byOthers: 2 }, { a: 1 }, { a: 1 }, { a: 1, byOthers: 2 }],
    [
      'does so at every depth',
      { spec: { replicas: 5, selector: { app: 'web' }, paused: true } },
      { spec: { selector: { app: 'web' } } },
      { spec: { selector: { app: 'web' }, paused: true } },
      { spec: { replicas: 5, selector: { app: 'web' } } },
    ],
    ['takes lists whole', { list: [1, 2, 3] }, { list: [4] }, { list: [1, 2] }, { list: [4] }],
    ['puts an object in the place of a value', { a: 1 }, { a: { b: 2 } }, { a: 1 }, { a: { b: 2 } }],
  ])('%s', (_name, stored, manifest, last, expected) => {
    expect(threeWayMerge(stored, manifest, last, POD)).toEqual(expected);
  });

  test('merges lists that have a key entry by entry: defaults and what others added stay', () => {
    const entry = (name: string, rest: object = {}) => ({ name, ...rest });
    const pod = (...containers: readonly object[]) => ({ spec: { containers } });
    const stored = pod(
      entry('web', { image: 'web:1', imagePullPolicy: 'Always', command: ['x'] }),
      entry('old'),
      entry('sidecar'),
    );
    const last = pod(entry('web', { image: 'web:1', command: ['x'] }), entry('old'));
    const manifest = pod(entry('web', { image: 'web:2' }), entry('new'));
    expect(threeWayMerge(stored, manifest, last, POD)).toEqual(
      pod(entry('web', { image: 'web:2', imagePullPolicy: 'Always' }), entry('new'), entry('sidecar')),
    );
  });

  test('what is equal stays the very same', () => {
    const stored = { spec: { list: [{ a: 1 }] } };
    const merged = threeWayMerge(stored, { spec: { list: [{ a: 1 }] } }, {}, POD);
    expect((merged.spec as typeof stored.spec).list).toBe(stored.spec.list);
  });
});

describe('a merge patch', () => {
  // The examples of RFC 7386, appendix A, of the objects that it may be used on here.
  test.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j with %j is %j', (target, patch, expected) => {
    // An absent field is one that holds undefined.
    expect(JSON.parse(JSON.stringify(mergePatch(target, patch)))).toEqual(expected);
  });
});
