import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { CustomResourceDefinition } from '../schema/types.generated.ts';
import { validateRuleSchema } from './rule-schema.ts';

/** Definitions that projects publish: each of their rules compiles in a real API server. */
const FOLDER = '../shared/data/manifests';
const MARK = 'x-kubernetes-validations';

function definitions(): readonly CustomResourceDefinition[] {
  return readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => readFileSync(path.join(FOLDER, name), 'utf8'))
    .filter((text) => text.includes(MARK) && text.includes('kind: CustomResourceDefinition'))
    .flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as CustomResourceDefinition))
    .filter((one) => one?.kind === 'CustomResourceDefinition');
}

test.skipIf(!existsSync(FOLDER))(`rules of published definitions compile (needs ${FOLDER})`, () => {
  let rules = 0;
  for (const { metadata, spec } of definitions()) {
    for (const { schema } of spec.versions) {
      const root = schema?.openAPIV3Schema;
      if (root === undefined) continue;
      rules += JSON.stringify(root).split(`"${MARK}"`).length - 1;
      expect([metadata.name, validateRuleSchema(root, '')]).toEqual([metadata.name, []]);
    }
  }
  expect(rules).toBeGreaterThan(50);
});
