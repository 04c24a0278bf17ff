import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const isWindows = process.platform === 'win32';

/** Packing builds what is out of date, and installing may go to the registry. */
const installTimeoutMs = 300_000;

const run = (file: string, args: readonly string[], cwd: string) =>
  promisify(execFile)(isWindows ? `${file}.cmd` : file, args, { cwd, encoding: 'utf8', shell: isWindows });

interface PackedFile {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

describe('the published package', () => {
  let folder: string;
  let user: string;
  let packed: PackedFile;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'wavetank-package-'));
    user = path.join(folder, 'user');
    mkdirSync(user);
    writeFileSync(path.join(user, 'package.json'), '{ "private": true, "type": "module" }\n');
    await run('node', [path.join(root, 'scripts', 'setup.mjs')], root);
    const { stdout } = await run(
      'npm',
      ['pack', '--json', '--ignore-scripts', '--pack-destination', folder],
      root,
    );
    const [first] = JSON.parse(stdout) as PackedFile[];
    if (first === undefined) throw new Error(`npm pack named no tarball: ${stdout}`);
    packed = first;
    const tarball = path.join(folder, packed.filename);
    await run(
      'npm',
      ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', tarball],
      user,
    );
  }, installTimeoutMs);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('its command prints the version', async () => {
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      version: string;
    };
    const { stdout } = await run(path.join('node_modules', '.bin', 'wavetank'), ['--version'], user);
    expect(stdout.trim()).toBe(version);
  });

  const entries = ['wavetank', 'wavetank/sim', 'wavetank/core', 'wavetank/controllers', 'wavetank/files'];

  test.each(entries)('%s can be imported', async (name) => {
    await run('node', ['--input-type=module', '--eval', `await import('${name}')`], user);
    const types = path.join(
      user,
      'node_modules',
      'wavetank',
      'dist',
      name.split('/')[1] ?? 'sim',
      'index.d.ts',
    );
    expect(readFileSync(types, 'utf8')).toContain('export');
  });

  test(
    'its declarations compile in a project of a user',
    async () => {
      const source = entries
        .map((name, at) => `import * as m${at} from '${name}';\nexport { m${at} };\n`)
        .join('');
      writeFileSync(path.join(user, 'use.ts'), source);
      const compilerOptions = { strict: true, noEmit: true, module: 'nodenext', target: 'es2023', types: [] };
      const config = { compilerOptions, files: ['use.ts'] };
      writeFileSync(path.join(user, 'tsconfig.json'), JSON.stringify(config));
      // The compiler prints what is wrong on standard output, which a rejected promise would not show.
      const { stdout } = await run(path.join(root, 'node_modules', '.bin', 'tsc'), ['-p', user], user).catch(
        (error: { readonly stdout: string }) => error,
      );
      expect(stdout).toBe('');
    },
    installTimeoutMs,
  );

  test('it holds no test and nothing of the build', () => {
    const unwanted = packed.files.filter(({ path: file }) =>
      /\.test\.|tsbuildinfo|(^|\/)\.|^scripts\//.test(file),
    );
    expect(unwanted.map(({ path: file }) => file)).toEqual([]);
    expect(packed.files.map(({ path: file }) => file)).toEqual(
      expect.arrayContaining([
        'README.md',
        'LICENSE',
        'CHANGELOG.md',
        'dist/cli/main.js',
        'dist/web/report.html',
      ]),
    );
  });
});
