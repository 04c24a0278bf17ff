import { describe, expect, test } from 'vitest';
import { LEASE } from '../../core/kinds/registry.ts';
import { DEFAULT_START, SECOND } from '../../core/time.ts';
import { TestCluster, type TestObject } from '../../sim/scenario/testing/test-cluster.ts';
import { get } from './get.ts';

const CREATED = '2026-01-01T00:00:00Z';
const now = DEFAULT_START + 90 * SECOND;

function object(kind: string, name: string, metadata: object = {}, rest: object = {}): TestObject {
  const apiVersion = kind === 'Deployment' ? 'apps/v1' : kind === 'Lease' ? LEASE.apiVersion : 'v1';
  return {
    apiVersion,
    kind,
    metadata: { name, namespace: 'default', creationTimestamp: CREATED, ...metadata },
    ...rest,
  };
}

const cluster = new TestCluster();
const data = { z: '1', a: 'x: y' };
const labels = { app: 'web' };
for (const one of [
  object('ConfigMap', 'b-2', { labels }, { data }),
  object('ConfigMap', 'b-10', {}, { data: {} }),
  object('ConfigMap', 'other', { namespace: 'kube-system' }),
  object('Secret', 's', {}, { type: 'Opaque', data: {} }),
  object(
    'Lease',
    'node-1',
    {},
    { spec: { renewTime: '2026-01-01T00:00:01.000000Z', renewEverySeconds: 10 } },
  ),
]) {
  cluster.put(one, DEFAULT_START);
}
const view = cluster.state;

function out(words: string, options: Parameters<typeof get>[3] = {}): string {
  const result = get(view, now, words.split(' '), options);
  expect(result).toMatchObject({ err: '', failed: false });
  return result.out;
}

describe('tables', () => {
  test('have a column for each printer column, in key order', () => {
    expect(out('cm')).toBe('NAME   DATA   AGE\nb-10   0      90s\nb-2    2      90s\n');
  });

  test('sort by a field, numbers in names as numbers', () => {
    expect(out('cm', { sortBy: '.metadata.name' })).toBe(
      'NAME   DATA   AGE\nb-2    2      90s\nb-10   0      90s\n',
    );
  });

  test('name the namespace with -A, and labels on request', () => {
    expect(out('configmap', { allNamespaces: true, showLabels: true, selector: 'app in (web)' })).toBe(
      'NAMESPACE   NAME   DATA   AGE   LABELS\ndefault     b-2    2      90s   app=web\n',
    );
  });

  test('of several kinds are parted by a line, and tell the kind with the name', () => {
    expect(out('secrets,cm b-2'.split(' ')[0]!, { noHeaders: true })).toBe(
      'secret/s   Opaque   0     90s\nconfigmap/b-10   0     90s\nconfigmap/b-2    2     90s\n',
    );
    expect(out('secret/s cm/b-2')).toBe(
      'NAME       TYPE     DATA   AGE\nsecret/s   Opaque   0      90s\n\nNAME            DATA   AGE\nconfigmap/b-2   2      90s\n',
    );
  });
});

describe('documents', () => {
  test('of one named object stand alone, keys sorted', () => {
    expect(out('cm b-2', { output: 'yaml' })).toBe(
      `apiVersion: v1
data:
  a: 'x: y'
  z: "1"
kind: ConfigMap
metadata:
  creationTimestamp: "${CREATED}"
  labels:
    app: web
  name: b-2
  namespace: default
  resourceVersion: "1"
  uid: uid-ConfigMap-b-2
`,
    );
  });

  test('of many are a List', () => {
    expect(JSON.parse(out('cm', { output: 'json' }))).toMatchObject({
      apiVersion: 'v1',
      kind: 'List',
      metadata: { resourceVersion: '' },
      items: [{ metadata: { name: 'b-10' } }, { metadata: { name: 'b-2' } }],
    });
    expect(out('pods', { output: 'yaml' })).toBe(
      'apiVersion: v1\nitems: []\nkind: List\nmetadata:\n  resourceVersion: ""\n',
    );
  });

  test('show a lease as renewed until now, without the field that says so', () => {
    const lease = JSON.parse(out('leases node-1', { output: 'json' }));
    expect(lease.spec).toEqual({ renewTime: '2026-01-01T00:01:21.000000Z' });
  });

  test('are names alone with -o name', () => {
    expect(out('cm,secret', { output: 'name' })).toBe('configmap/b-10\nconfigmap/b-2\nsecret/s\n');
  });
});

describe('what is not there', () => {
  test.each([
    ['pods', {}, 'No resources found in default namespace.\n'],
    ['pods', { namespace: 'x' }, 'No resources found in x namespace.\n'],
    ['pods', { allNamespaces: true }, 'No resources found\n'],
    ['nodes', {}, 'No resources found\n'],
  ])('%s %j is a notice on stderr', (words, options, err) => {
    expect(get(view, now, [words], options)).toEqual({ out: '', err, failed: false });
  });

  test('a missing name fails, and the others are shown', () => {
    expect(get(view, now, ['cm', 'b-2', 'nope'], {})).toEqual({
      out: 'NAME   DATA   AGE\nb-2    2      90s\n',
      err: 'Error from server (NotFound): configmaps "nope" not found\n',
      failed: true,
    });
  });

  test.each<[string[], Parameters<typeof get>[3], string]>([
    [['foo'], {}, 'the server doesn\'t have a resource type "foo"'],
    [['deploymnt'], {}, 'did you mean "deployment"?'],
    [['pod/a', 'b'], {}, 'there is no need to specify a resource type'],
    [['pod/'], {}, 'resource/name'],
    [[], {}, 'you must specify the type of resource'],
    [['cm'], { selector: 'a in' }, 'unable to parse selector'],
    [['cm', 'b-2'], { selector: 'a=b' }, 'name cannot be provided when a selector is specified'],
    [['cm', 'b-2'], { allNamespaces: true }, 'a resource cannot be retrieved by name across all namespaces'],
    [['cm'], { output: 'jsonpath={.x}' }, 'allowed formats are: json,name,wide,yaml'],
    [['cm'], { sortBy: '.spec.nothing' }, "couldn't find any field"],
    [['cm'], { sortBy: '.a[?(@.b)]' }, 'expected a simple path'],
  ])('%j %j is refused', (words, options, text) => {
    const result = get(view, now, words, options);
    expect(result).toMatchObject({ out: '', failed: true });
    expect(result.err).toMatch(/^error: .*\n$/);
    expect(result.err).toContain(text);
  });
});
