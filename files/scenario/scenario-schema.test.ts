import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { scenarioJsonSchema } from '../../sim/scenario/document.ts';

const file = join(import.meta.dirname, '../../schema/scenario.schema.json');

/** Written anew by `REWRITE=1 npx vitest run files/scenario/scenario-schema.test.ts`. */
test('the published JSON Schema is what the scenario is checked by', () => {
  const text = `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`;
  if (process.env.REWRITE !== undefined) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(existsSync(file) ? readFileSync(file, 'utf8') : '').toBe(text);
});
