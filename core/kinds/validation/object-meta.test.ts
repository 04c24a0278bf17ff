import { describe, expect, test } from 'vitest';
import type { NewObjectMeta } from '../../api/object.ts';
import { type NameRule, validateObjectMeta } from './object-meta.ts';

function texts(meta: NewObjectMeta, rule: NameRule = 'subdomain', namespaced = true): readonly string[] {
  return validateObjectMeta(meta, namespaced, rule).map((error) => `${error.field}: ${error.body}`);
}

describe('metadata', () => {
  test('that is right has no errors, and comes to the same empty list', () => {
    const labels = { app: 'web', 'example.com/tier': '' };
    const meta = { name: 'a.b-c', namespace: 'default', labels, annotations: { 'Any/Case': 'x y' } };
    expect(validateObjectMeta(meta, true, 'subdomain')).toBe(validateObjectMeta(meta, true, 'subdomain'));
    expect(texts(meta)).toEqual([]);
  });

  test('needs a name, and a namespace where the kind has one', () => {
    expect(texts({})).toEqual([
      'metadata.name: Required value: name or generateName is required',
      'metadata.namespace: Required value',
    ]);
    expect(texts({ name: 'a', namespace: 'b' }, 'subdomain', false)).toEqual([
      'metadata.namespace: Forbidden: not allowed on this type',
    ]);
  });

  test('is named by the rule of its kind', () => {
    expect(texts({ name: '1a', namespace: 'n' })).toEqual([]);
    expect(texts({ name: '1a', namespace: 'n' }, 'dns-1035-label')).toHaveLength(1);
    expect(texts({ name: 'a.b', namespace: 'n' }, 'dns-label')).toHaveLength(1);
    expect(texts({ name: 'A:b', namespace: 'n' }, 'path-segment')).toEqual([]);
    expect(texts({ name: 'a/b', namespace: 'n' }, 'path-segment')).toEqual([
      `metadata.name: Invalid value: "a/b": may not contain '/'`,
    ]);
  });

  test('may have a prefix of a name that ends in a dash', () => {
    expect(texts({ name: 'web-x', generateName: 'web-', namespace: 'n' })).toEqual([]);
    expect(texts({ name: 'Web-x', generateName: 'Web-', namespace: 'n' })).toHaveLength(2);
  });

  test('has at most 256 KiB of annotations', () => {
    const annotations = { a: 'x'.repeat(256 * 1024) };
    expect(texts({ name: 'a', namespace: 'n', annotations })).toEqual([
      'metadata.annotations: Too long: may not be more than 262144 bytes',
    ]);
  });

  test('has one controller among its owners', () => {
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', uid: 'u', controller: true };
    const ownerReferences = [
      { ...owner, name: 'a' },
      { ...owner, name: 'b' },
    ];
    expect(texts({ name: 'p', namespace: 'n', ownerReferences })[0]).toMatch(
      'Only one reference can have Controller set to true. Found "true" in references for a and b',
    );
  });
});
