import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { at, type RestCluster, restCluster } from '../core/rest/testing/rest-cluster.ts';

/**
 * The common test suite of JSON patches, through the API: each document is a field of a custom resource, and each pointer
 * begins there.
 */
interface Case {
  readonly comment?: string;
  readonly doc: unknown;
  readonly patch?: unknown;
  readonly expected?: unknown;
  readonly error?: string;
  readonly disabled?: boolean;
}

type Operation = Readonly<Record<string, unknown>>;

const FOLDER = '../shared/data/k8s/json-patch-tests';
const PATH = '/apis/example.com/v1/namespaces/default/documents';
const FREE = { 'x-kubernetes-preserve-unknown-fields': true };

function documents(): RestCluster {
  const cluster = restCluster();
  const made = cluster.send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'documents.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'documents', singular: 'document', kind: 'Document', listKind: 'DocumentList' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { doc: FREE } } },
        },
      ],
    },
  });
  if (made.code !== 201) throw new Error(JSON.stringify(made.body));
  return cluster;
}

function below(pointer: unknown): unknown {
  return typeof pointer === 'string' && (pointer === '' || pointer.startsWith('/'))
    ? `/doc${pointer}`
    : pointer;
}

function moved(patch: unknown): unknown {
  if (!Array.isArray(patch)) return patch;
  return patch.map((operation: Operation) => ({
    ...operation,
    ...('path' in operation ? { path: below(operation.path) } : {}),
    ...('from' in operation ? { from: below(operation.from) } : {}),
  }));
}

describe.skipIf(!existsSync(FOLDER))('JSON patches of a stored document (skipped without the suite)', () => {
  const cases = ['spec_tests.json', 'tests.json'].flatMap((file) =>
    existsSync(FOLDER) ? (JSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8')) as Case[]) : [],
  );
  const live = cases.filter(({ patch, disabled }) => patch !== undefined && disabled !== true);

  test.each(live)('$comment $patch', ({ doc, patch, expected, error }) => {
    const cluster = documents();
    const object = { apiVersion: 'example.com/v1', kind: 'Document', metadata: { name: 'd' }, doc };
    expect(cluster.send('POST', PATH, object).code).toBe(201);
    const contentType = 'application/json-patch+json';
    const answer = cluster.send('PATCH', `${PATH}/d`, moved(patch), { contentType });
    const stored = at(cluster.send('GET', `${PATH}/d`), 'doc');
    if (error === undefined) {
      expect(answer.code).toBe(200);
      if (expected !== undefined) expect(stored).toEqual(expected);
    } else {
      expect([400, 422]).toContain(answer.code);
      expect(stored).toEqual(doc);
    }
  });
});

/** The examples of RFC 7396, appendix A; those whose result is null are no document any more. */
describe('merge patches of a stored document', () => {
  test.each<[doc: unknown, patch: unknown, expected: unknown]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: 1 }, { a: 1 }, { e: 1, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j with %j', (doc, patch, expected) => {
    const cluster = documents();
    const object = { apiVersion: 'example.com/v1', kind: 'Document', metadata: { name: 'd' }, doc };
    expect(cluster.send('POST', PATH, object).code).toBe(201);
    const contentType = 'application/merge-patch+json';
    const answer = cluster.send('PATCH', `${PATH}/d`, { doc: patch }, { contentType });
    expect([answer.code, at(cluster.send('GET', `${PATH}/d`), 'doc')]).toEqual([200, expected]);
  });
});
