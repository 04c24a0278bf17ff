import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openApiV2 } from './openapi-v2.ts';

interface Document {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly parameters?: readonly { name: string }[] }>>>
  >;
  readonly definitions: Readonly<Record<string, Definition>>;
}

interface Definition {
  readonly properties?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const document = openApiV2('v1.36.0', () => undefined) as unknown as Document;

test('every reference leads somewhere', () => {
  const references = [...JSON.stringify(document).matchAll(/#\/definitions\/([\w.-]+)/g)].map(
    ([, name = '']) => name,
  );
  expect(references.length).toBeGreaterThan(1000);
  expect(references.filter((name) => document.definitions[name] === undefined)).toEqual([]);
});

test('writes name the parameters that clients look for', () => {
  const names = document.paths[
    '/apis/apps/v1/namespaces/{namespace}/deployments/{name}'
  ]?.patch?.parameters?.map(({ name }) => name);
  expect(names).toEqual(['body', 'dryRun', 'fieldManager', 'fieldValidation', 'force']);
});

const swagger = '../shared/data/k8s/swagger/kubernetes/swagger.json.unprocessed';

describe.skipIf(!existsSync(swagger))(
  'against the document of a real API server (skipped without it)',
  () => {
    const real = existsSync(swagger) ? (JSON.parse(readFileSync(swagger, 'utf8')) as Document) : document;
    const names = Object.keys(document.definitions);

    test('definitions are called as they are there', () => {
      expect(names.filter((name) => real.definitions[name] === undefined)).toEqual([]);
    });

    /** What patches and applies go by. */
    const FACTS = [
      'x-kubernetes-patch-strategy',
      'x-kubernetes-patch-merge-key',
      'x-kubernetes-list-map-keys',
      '$ref',
    ];

    test.each(names)('%s says the same of its fields', (name) => {
      const facts = (definition: Definition | undefined): unknown =>
        Object.fromEntries(
          Object.entries(definition?.properties ?? {}).map(([field, schema]) => [
            field,
            // Of structs that are one value or another, this document says no more than that they are JSON.
            FACTS.map((fact) =>
              [schema[fact] ?? '']
                .flat()
                .map(String)
                .sort()
                .join()
                .replace(/JSONSchemaPropsOr\w+$/, 'JSON'),
            ),
          ]),
        );
      // Written by hand, as far as clients read them.
      if (name.endsWith('.Status') || name.endsWith('.ListMeta')) return;
      expect(facts(document.definitions[name])).toEqual(facts(real.definitions[name]));
    });
  },
);
