import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { INVARIANTS } from './list.ts';

const page = readFileSync(new URL('../../docs/invariants.md', import.meta.url), 'utf8');

test('docs/invariants.md has every invariant, in the order of the list', () => {
  const documented = [...page.matchAll(/^## ([\w-]+)$/gm)].map(([, name]) => name);
  expect(documented).toEqual(INVARIANTS.map(({ name }) => name));
});

test.each(INVARIANTS)('$name: its rule, sources and exemptions are those of the page', (invariant) => {
  const [, section = ''] = page.split(`\n## ${invariant.name}\n`);
  const [own = ''] = section.split('\n## ');
  expect(own).toContain(`\n${invariant.rule}\n`);
  for (const source of invariant.source.split('; ')) expect(own).toContain(source);
  const listed = [...own.matchAll(/^- (.*)$/gm)].map(([, text]) => text);
  expect(listed).toEqual(invariant.exemptions);
});
