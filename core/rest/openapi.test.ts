import { expect, test } from 'vitest';
import { openApiDocument, openApiIndex } from './openapi.ts';
import { at } from './testing/rest-cluster.ts';

const answer = (body: unknown) => ({ code: 200, body, warnings: [] });

test('the index leads to a document for each version of a group', () => {
  const paths = at(answer(openApiIndex()), 'paths') as Readonly<
    Record<string, { serverRelativeURL: string }>
  >;
  expect(paths['apis/apps/v1']).toEqual({ serverRelativeURL: '/openapi/v3/apis/apps/v1' });
  for (const path of Object.keys(paths))
    expect(openApiDocument(path, 'v1.36.0', () => undefined)).toBeDefined();
  expect(openApiDocument('apis/nothing/v1', 'v1.36.0', () => undefined)).toBeUndefined();
});

test('every reference leads somewhere, and kinds say what they are', () => {
  const document = openApiDocument('apis/apps/v1', 'v1.36.0', () => undefined);
  const schemas = at(answer(document), 'components', 'schemas') as Readonly<Record<string, object>>;
  const references = [...JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g)].map(
    ([, name]) => name,
  );
  expect(references.filter((name) => name !== undefined && schemas[name] === undefined)).toEqual([]);
  expect(schemas.Deployment).toMatchObject({
    'x-kubernetes-group-version-kind': [{ group: 'apps', version: 'v1', kind: 'Deployment' }],
  });
  expect(schemas.Deployment).not.toHaveProperty('required');
});

test('descriptions come from whoever serves the document', () => {
  const describe = (struct: string, field?: string): string | undefined =>
    struct === 'Job' ? `about ${field ?? 'jobs'}` : undefined;
  const document = answer(openApiDocument('apis/batch/v1', 'v1.36.0', describe));
  expect(at(document, 'components', 'schemas', 'Job', 'description')).toBe('about jobs');
  expect(at(document, 'components', 'schemas', 'Job', 'properties', 'spec', 'description')).toBe(
    'about spec',
  );
});
