import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from './run-command.mjs';

/** The arrows of .dependency-cruiser.cjs for files that it can't read: components, which are written in JSX. */
const ALLOWED = ['web', 'core', 'sim'];
/** Bundled into the page. */
const LIBRARIES = ['preact', 'preact/hooks', '@preact/signals', 'uplot'];

const components = readdirSync(path.join(root, 'web'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.tsx'))
  .map((name) => path.join('web', name));

function importsOf(file) {
  const source = readFileSync(path.join(root, file), 'utf8');
  return [...source.matchAll(/(?:^|\n)(?:import|\} from|import .* from) ?'([^']+)';/g)].map(
    ([, name]) => name,
  );
}

function problem(file, name) {
  if (!name.startsWith('.')) {
    return LIBRARIES.includes(name)
      ? undefined
      : `${file} imports ${name}, which is not one of ${LIBRARIES.join(', ')}`;
  }
  const target = path.join(path.dirname(file), name);
  if (!existsSync(path.join(root, target))) return `${file} imports ${name}, which does not exist`;
  const folder = target.split(path.sep)[0];
  return ALLOWED.includes(folder)
    ? undefined
    : `${file} imports ${name}; web may import only ${ALLOWED.join(', ')}`;
}

describe('imports of the components of web', () => {
  test('are found', () => {
    expect(components.length).toBeGreaterThan(5);
    expect(importsOf(path.join('web', 'main.tsx'))).toEqual(
      expect.arrayContaining(['preact', './view/app.tsx', './view/page-state.ts']),
    );
  });

  test.each(components)('%s', (file) => {
    expect(importsOf(file).flatMap((name) => problem(file, name) ?? [])).toEqual([]);
  });

  test('what is forbidden is told', () => {
    const file = path.join('web', 'main.tsx');
    expect(problem(file, '../cli/main.ts')).toMatch(/may import only web, core, sim/);
    expect(problem(file, 'react')).toMatch(/not one of preact/);
    expect(problem(file, './nowhere.ts')).toMatch(/does not exist/);
  });
});
