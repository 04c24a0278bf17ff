// A check that can't fail is worth nothing: every rule of .dependency-cruiser.cjs is broken here once.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from './run-command.mjs';

let project;
let violations;

beforeAll(() => {
  project = mkdtempSync(path.join(tmpdir(), 'wavetank-imports-'));
  for (const file of ['.dependency-cruiser.cjs', 'package.json']) {
    copyFileSync(path.join(root, file), path.join(project, file));
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(project, 'node_modules'), 'junction');
  const files = {
    'core/type-upwards.ts': "import type { C } from '../controllers/c.ts';\nexport const c: C = 1;\n",
    'core/re-export-upwards.ts': "export { s } from '../sim/s.ts';\n",
    'core/late-upwards.ts': "export const main = () => import('../cli/main.ts');\n",
    'core/node.ts': "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n",
    'core/dev.ts': "import { expect } from 'vitest';\nexport const check = expect;\n",
    'core/undeclared.ts': "import { rolldown } from 'rolldown';\nexport const create = rolldown;\n",
    'core/missing.ts': "import { x } from './nowhere.ts';\nexport const y = x;\n",
    'core/circle-a.ts': "import { b } from './circle-b.ts';\nexport const a = (): unknown => b;\n",
    'core/circle-b.ts': "import { a } from './circle-a.ts';\nexport const b = (): unknown => a;\n",
    'core/some.test.ts':
      "import { expect } from 'vitest';\nimport { main } from '../cli/main.ts';\nexport const t = [expect, main];\n",
    'core/from-test.ts': "import { t } from './some.test.ts';\nexport const u = t;\n",
    'controllers/c.ts': 'export type C = number;\n',
    'sim/s.ts': "import type { C } from '../controllers/c.ts';\nexport const s: C = 1;\n",
    'web/w.ts': "import type { C } from '../controllers/c.ts';\nexport const w: C = 1;\n",
    // Bundled, so that nobody installs it with the package.
    'web/bundled.ts': "import { render } from 'preact';\nexport const draw = render;\n",
    'cli/main.ts':
      "import { Command } from 'commander';\nimport { s } from '../sim/s.ts';\nexport const main = [Command, s];\n",
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.join(project, path.dirname(name)), { recursive: true });
    writeFileSync(path.join(project, name), text);
  }
  const bin = path.join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');
  const result = spawnSync(
    process.execPath,
    [
      bin,
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'json',
      'core',
      'controllers',
      'sim',
      'web',
      'cli',
    ],
    { cwd: project, encoding: 'utf8' },
  );
  if (result.stdout === '') throw new Error(`dependency-cruiser printed nothing: ${result.stderr}`);
  violations = JSON.parse(result.stdout).summary.violations.map(({ rule, from }) => `${from}: ${rule.name}`);
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('found', () => {
  test.each([
    ['core/type-upwards.ts', 'arrow-from-core'],
    ['core/re-export-upwards.ts', 'arrow-from-core'],
    ['core/late-upwards.ts', 'arrow-from-core'],
    ['core/node.ts', 'pure-folders-use-no-node'],
    ['core/dev.ts', 'no-dev-dependency-in-product'],
    ['core/undeclared.ts', 'no-undeclared-package'],
    ['core/missing.ts', 'resolvable'],
    ['core/circle-a.ts', 'no-cycle'],
    ['core/from-test.ts', 'no-import-of-a-test'],
    ['web/w.ts', 'arrow-from-web'],
  ])('%s: %s', (file, rule) => {
    expect(violations).toContain(`${file}: ${rule}`);
  });
});

test.each(['core/some.test.ts', 'sim/s.ts', 'web/bundled.ts', 'cli/main.ts'])('%s breaks no rule', (file) => {
  expect(violations.filter((violation) => violation.startsWith(`${file}:`))).toEqual([]);
});
