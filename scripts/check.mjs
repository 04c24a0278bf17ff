// npm test: every check in turn, all of them even when one fails, then a summary and the line that counts.
//   npm test                 everything
//   npm test -- lint tests   only these checks
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { root, runNode, runTool } from './run-command.mjs';
import { build, ensureInstalled } from './setup.mjs';
import { countTests } from './test-counts.mjs';

const testReport = path.join('.cache', 'vitest.json');
const skippedNamesMax = 20;

/** Every folder that .dependency-cruiser.cjs has an arrow for. Not all of them need exist. */
const sourceFolders = [
  'core',
  'controllers',
  'sim',
  'files',
  'property-tests',
  'server',
  'bench',
  'cli',
  'web',
].filter((name) => existsSync(path.join(root, name)));

async function runTests() {
  rmSync(path.join(root, testReport), { force: true });
  const exitCode = await runTool('vitest', [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${testReport}`,
  ]);
  const file = path.join(root, testReport);
  const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  return countTests(report, exitCode, root);
}

/** A static check counts as one: it passed or it failed. */
const asOne = (exitCode) => ({
  passed: exitCode === 0 ? 1 : 0,
  failed: exitCode === 0 ? 0 : 1,
  skippedNames: [],
});

const checks = [
  { name: 'types', what: 'types of the product', run: async () => asOne(await build()) },
  {
    name: 'test-types',
    what: 'types of the tests',
    run: async () => asOne(await runTool('tsc', ['-p', 'tsconfig.tests.json'])),
  },
  {
    name: 'lint',
    what: 'lint and format',
    run: async () => asOne(await runTool('biome', ['check', '--error-on-warnings'])),
  },
  {
    name: 'imports',
    what: 'import direction',
    run: async () =>
      asOne(await runTool('depcruise', ['--config', '.dependency-cruiser.cjs', ...sourceFolders])),
  },
  {
    name: 'purity',
    what: 'forbidden calls and file sizes',
    run: async () => asOne(await runNode([path.join('scripts', 'check-purity.mjs')])),
  },
  { name: 'unused', what: 'unused code and dependencies', run: async () => asOne(await runTool('knip', [])) },
  { name: 'tests', what: 'unit, property and end-to-end tests', run: runTests },
];

async function main(names) {
  const unknown = names.filter((name) => !checks.some((check) => check.name === name));
  if (unknown.length > 0) {
    process.stderr.write(
      `no check is called ${unknown.join(', ')}; there are: ${checks.map((check) => check.name).join(', ')}\n`,
    );
    return 2;
  }
  const installCode = await ensureInstalled();
  if (installCode !== 0) {
    process.stdout.write('\nThe dependencies could not be installed.\n0 passed, 1 failed\n');
    return 1;
  }

  const results = [];
  for (const check of checks.filter(({ name }) => names.length === 0 || names.includes(name))) {
    process.stdout.write(`\n── ${check.name}: ${check.what}\n`);
    const startedAt = performance.now();
    const counts = await check.run();
    results.push({ ...check, ...counts, seconds: (performance.now() - startedAt) / 1000 });
  }

  process.stdout.write('\n── summary\n');
  for (const { name, what, passed, failed, seconds } of results) {
    const outcome = failed === 0 ? 'ok    ' : 'FAILED';
    const count = passed + failed > 1 ? ` (${passed} of ${passed + failed})` : '';
    process.stdout.write(
      `${outcome}  ${name.padEnd(10)}  ${seconds.toFixed(1).padStart(6)} s  ${what}${count}\n`,
    );
  }
  const skippedNames = results.flatMap((result) => result.skippedNames);
  for (const name of skippedNames.slice(0, skippedNamesMax)) process.stdout.write(`skipped: ${name}\n`);
  if (skippedNames.length > skippedNamesMax) {
    process.stdout.write(`skipped: and ${skippedNames.length - skippedNamesMax} more\n`);
  }

  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  const skipped = skippedNames.length === 0 ? '' : `, ${skippedNames.length} skipped`;
  process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed${skipped}\n`);
  return sum('failed') === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
